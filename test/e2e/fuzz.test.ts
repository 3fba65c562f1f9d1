/** Made-up requests of every kind against a Keyside in a process of its own: none may break it, and none hold it up. */
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { text as readText } from "node:stream/consumers";
import fc from "fast-check";
import { expect, it } from "vitest";
import { freePort } from "../support/free-port.ts";
import { FUZZ_FACTOR, FUZZ_SEED } from "../support/fuzz.ts";
import { KEYSIDE } from "../support/keyside-command.ts";
import { startCommand } from "../support/running-command.ts";
import { scratchDirectory } from "../support/scratch-directory.ts";

/** Of each kind. */
const REQUESTS = 150 * FUZZ_FACTOR;

/** How many ordinary requests no answer may take as long as. */
const ORDINARY_REQUESTS = 50;

/** How often a slow request must be slow again, which a busy machine is not to blame for. */
const REPETITIONS = 3;

const NOTIFICATION_SECRET = "Bearer of notifications";

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

// Lone surrogates cannot be sent as UTF-8.
const anyText = fc.string({ unit: "grapheme", maxLength: 300 });
const word = fc.constantFrom(
  "a",
  "repository",
  "pull",
  "*",
  ":",
  ",",
  "/",
  "(",
  ")",
  " ",
  "..",
  "a/b",
  "%",
  "\0",
  "é",
  "-",
);
const grammar = fc.array(word, { maxLength: 40 }).map((words) => words.join(""));
const often = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 20 }) }, fc.integer({ min: 0, max: 20_000 }));
const escaped = (value: string) => encodeURIComponent(value);
const oneOf = (...values: string[]) => fc.constantFrom(...values);

/** Of any kind, at most as long as a body may be. */
const anyJson = fc.oneof(
  fc.json({ maxDepth: 6 }),
  fc.tuple(oneOf("[", '{"a":', '[{"name":'), often).map(([start, count]) => `{"name":${start.repeat(count)}`),
  fc.tuple(oneOf("[", "{}"), often).map(([, count]) => `{"name":${"[".repeat(count)}${"]".repeat(count)}}`),
  fc.tuple(oneOf('"a",', "{},", "1,"), often).map(([item, count]) => `{"scopes":[${item.repeat(count)}1]}`),
  anyText,
);

/** Bodies and their types, for calls that have a body. */
const anyBody = fc.oneof(
  fc.record({ type: oneOf("application/json", "application/json; charset=x"), body: anyJson }),
  fc.record({
    type: fc.constant("application/x-www-form-urlencoded"),
    body: fc
      .tuple(
        oneOf("name", "scopes[]", "scopes", "a[b][c]", "__proto__", "name[]"),
        oneOf("", "=", "=x", "=%", "=%ff"),
        often,
      )
      .map(([name, value, count]) => `${name}${value}&`.repeat(count)),
  }),
  fc.record({
    type: oneOf("multipart/form-data; boundary=x", "multipart/form-data", "multipart/mixed; boundary=x"),
    body: fc
      .tuple(oneOf("a[]", "name", "scopes[]", '"', "__proto__"), oneOf("", '; filename="f"', "; x"), grammar, often)
      .map(([name, more, value, count]) => {
        const part = `--x\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
        return `${part.repeat(Math.min(count, Math.floor(1_000_000 / Buffer.byteLength(part))))}--x--\r\n`;
      }),
  }),
);

/** Requests of each kind, by what is made up about them; `secret` is an administrator's. */
function kinds(secret: string): Record<string, fc.Arbitrary<Request>> {
  const signedIn = { "PRIVATE-TOKEN": secret };
  const paths = oneOf("/groups", "/projects", "/users", "/user/personal_access_tokens", "/projects/1/access_tokens");
  const basic = fc.option(anyText, { nil: undefined });
  return {
    "scopes in the query": fc
      .tuple(fc.array(fc.oneof(grammar, anyText), { maxLength: 120 }), anyText)
      .map(([scopes, service]) => ({
        method: "GET",
        path: `/jwt/auth?service=${escaped(service)}${scopes.map((scope) => `&scope=${escaped(scope)}`).join("")}`,
        headers: {},
      })),
    "scopes in the form": fc
      .tuple(fc.array(grammar, { maxLength: 120 }), oneOf("password", "refresh_token", "x"), anyText)
      .map(([scopes, grant, username]) => ({
        method: "POST",
        path: "/jwt/auth",
        headers: { "Content-Type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams([
          ...Object.entries({ grant_type: grant, service: "container_registry", username, password: "kspat-x" }),
          ...scopes.map((scope) => ["scope", scope] as [string, string]),
        ]).toString(),
      })),
    notifications: fc
      .oneof(
        anyJson,
        fc
          .array(
            fc.record(
              {
                id: anyText,
                timestamp: fc.oneof(anyText, fc.constant("2026-11-02T12:00:00Z")),
                action: fc.oneof(anyText, oneOf("push", "pull", "mount", "delete")),
                target: fc.dictionary(
                  oneOf("repository", "tag", "digest", "mediaType", "x"),
                  fc.oneof(anyText, grammar),
                ),
                request: fc.dictionary(oneOf("method", "id"), oneOf("GET", "HEAD")),
                actor: fc.dictionary(oneOf("name"), anyText),
              },
              { requiredKeys: [] },
            ),
            { maxLength: 20 },
          )
          .map((events) => JSON.stringify({ events })),
      )
      .map((body) => ({
        method: "POST",
        path: "/registry/notifications",
        headers: { Authorization: NOTIFICATION_SECRET },
        body,
      })),
    bodies: fc.tuple(paths, anyBody).map(([path, { type, body }]) => ({
      method: "POST",
      path: `/api/v4${path}`,
      headers: { ...signedIn, "Content-Type": type },
      body,
    })),
    "bodies where none is wanted": fc.tuple(oneOf("GET", "DELETE"), anyBody).map(([method, { type, body }]) => ({
      method,
      path: "/api/v4/groups/nowhere",
      headers: { ...signedIn, "Content-Type": type },
      body,
    })),
    addresses: fc.tuple(fc.array(fc.oneof(grammar, anyText), { maxLength: 6 }), anyText).map(([segments, query]) => ({
      method: "GET",
      path: `/api/v4/projects/${segments.map(escaped).join("/")}?search=${escaped(query)}&page=${escaped(query)}`,
      headers: signedIn,
    })),
    headers: fc
      .dictionary(
        oneOf(
          "authorization",
          "x-forwarded-for",
          "accept",
          "content-type",
          "content-encoding",
          "cookie",
          "range",
          "if-none-match",
        ),
        fc.string({
          unit: fc
            .integer({ min: 0x20, max: 0xff })
            .filter((code) => code !== 0x7f)
            .map((code) => String.fromCharCode(code)),
          maxLength: 200,
        }),
      )
      .map((headers) => ({ method: "GET", path: "/api/v4/user", headers: { ...signedIn, ...headers } })),
    credentials: fc
      .tuple(basic, oneOf("/jwt/auth", "/api/v4/user", "/registry/notifications"))
      .map(([value, path]) => ({
        method: path === "/registry/notifications" ? "POST" : "GET",
        path,
        headers: { Authorization: `Basic ${Buffer.from(value ?? "").toString("base64")}` },
      })),
  };
}

/** Sends a request; its status, and how long the answer took. */
function send(port: number, { method, path, headers, body }: Request): Promise<{ status: number; ms: number }> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const length = body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
    const sent = request({ host: "127.0.0.1", port, method, path, headers: { ...headers, ...length }, agent: false });
    sent.once("error", reject);
    sent.once("response", (response) => {
      response.resume().once("end", () => resolve({ status: response.statusCode ?? 0, ms: performance.now() - start }));
    });
    sent.end(body);
  });
}

it("is answered, as fast as others, and without a fault of ours", { timeout: 1_800_000 * FUZZ_FACTOR }, async () => {
  const directory = await scratchDirectory();
  const port = await freePort();
  const keyside = startCommand([...KEYSIDE, "serve"], {
    PATH: process.env["PATH"],
    KEYSIDE_PORT: String(port),
    KEYSIDE_DATA_DIR: join(directory, "data"),
    KEYSIDE_CERTS_DIR: join(directory, "certs"),
    REGISTRY_NOTIFICATION_SECRET: NOTIFICATION_SECRET,
  });
  await keyside.printed(/"msg":"listening"/);
  const secret = (await readFile(join(directory, "data/operator-token"), "utf8")).trim();
  const ordinary = async () => {
    const { status, ms } = await send(port, {
      method: "GET",
      path: "/api/v4/projects",
      headers: { "PRIVATE-TOKEN": secret },
    });
    expect(status).toBe(200);
    return ms;
  };

  /** Whether the answer takes longer than many ordinary ones just before and after it. */
  const isSlow = async (made: Request): Promise<boolean> => {
    const before = await ordinary();
    const { ms } = await send(port, made);
    return ms > ORDINARY_REQUESTS * Math.max(before, await ordinary());
  };
  const isAlwaysSlow = async (made: Request): Promise<boolean> => {
    for (let repetition = 0; repetition < REPETITIONS; repetition++) if (!(await isSlow(made))) return false;
    return true;
  };

  let usual = await ordinary();
  for (const [kind, requests] of Object.entries(kinds(secret))) {
    const property = fc.asyncProperty(requests, async (made) => {
      const { status, ms } = await send(port, made);
      expect(status, kind).toBeLessThan(500);
      usual = (usual + (await ordinary())) / 2;
      if (ms > ORDINARY_REQUESTS * usual) expect(await isAlwaysSlow(made), `${kind}: slow`).toBe(false);
    });
    await fc.assert(property, { seed: FUZZ_SEED, numRuns: REQUESTS, endOnFailure: true });
  }

  // What is not HTTP, or only almost: here the client ends its half of the connection, and need not get an answer.
  const start = oneOf(
    "GET / HTTP/1.1",
    "POST /jwt/auth HTTP/1.1",
    "GET /api/v4/user HTTP/1.0",
    "BREW / HTTP/1.1",
    "",
    "PRI * HTTP/2.0",
  );
  const line = fc.oneof(
    grammar,
    oneOf("Host: x", "Content-Length: -1", "Content-Length: 5", "Transfer-Encoding: chunked", ": "),
  );
  const almost = fc
    .tuple(start, fc.array(line, { maxLength: 8 }))
    .map((lines) => Buffer.from(`${lines.flat().join("\r\n")}\r\n\r\n`));
  const bytes = fc.oneof(
    almost,
    fc.uint8Array({ maxLength: 2000 }).map((array) => Buffer.from(array)),
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (sent) => {
      const socket = connect(port, "127.0.0.1");
      const answer = readText(socket).catch(() => "");
      socket.end(sent);
      expect(await answer).not.toMatch(/^HTTP\/1\.1 5(?!01)/);
      await ordinary();
    }),
    { seed: FUZZ_SEED, numRuns: REQUESTS, endOnFailure: true },
  );
  expect(keyside.groupIsGone()).toBe(false);
  expect(keyside.output).not.toContain('"msg":"request failed"');
});
