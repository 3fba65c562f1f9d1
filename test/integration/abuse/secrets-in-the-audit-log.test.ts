/** Attackers read logs, and people put secrets where none belong: whatever a client sends, the audit log has no secret. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeSecret } from "../../../src/access-tokens/secret.ts";
import { systemIds } from "../../../src/ids.ts";
import { type AuditedService, startAuditedService } from "../../support/audited-service.ts";
import { event } from "../../support/registry-event.ts";
import { ROOT_PASSWORD } from "../../support/service.ts";
import {
  createGroup,
  createProject,
  createProjectAccessToken,
  createUserWithPassword,
  enableProjectAccessTokens,
} from "../../support/world.ts";

const WEBHOOK_SECRET = "Bearer a-secret-of-the-registry";
const MISTYPED_PASSWORD = "my.bank.password-1";

let service: AuditedService;
/** All secrets that were sent, by what they are. */
const secrets = new Map<string, string>();
beforeAll(async () => {
  service = await startAuditedService({ environment: { REGISTRY_NOTIFICATION_SECRET: WEBHOOK_SECRET } });
  await enableProjectAccessTokens(service);
  await createProject(service, await createGroup(service, "team"), "app");
  const user = await createUserWithPassword(service, "ursula");
  const robot = await createProjectAccessToken(service, "team/app", { scopes: ["api", "read_registry"] });
  secrets.set("a bot's token", robot.secret).set("a person's token", user.secret).set("a password", user.password);
  secrets.set("an unknown token", makeSecret("kspat-", systemIds)).set("another password", MISTYPED_PASSWORD);
  secrets.set("root's password", ROOT_PASSWORD);
});
afterAll(() => service.stop());

const base64 = (text: string) => Buffer.from(text).toString("base64").replace(/=+$/, "");
/** What must not be found, of a secret: neither itself, nor what it could be had from, nor what is stored in its place. */
const tracesOf = (secret: string) => [
  secret,
  base64(secret),
  base64(`ursula:${secret}`),
  encodeURIComponent(secret),
  createHash("sha256").update(secret).digest("hex"),
  createHash("sha256").update(secret).digest("base64").replace(/=+$/, ""),
];

/** Whether it is seen from the text alone that it is a secret's. */
const isRecognised = (secret: string, trace: string) => secret.startsWith("kspat-") || /^[0-9a-f]{64}$/.test(trace);

async function expectNoTrace(): Promise<void> {
  const text = await service.auditText();
  for (const [what, secret] of secrets)
    for (const trace of tracesOf(secret)) expect(text.includes(trace), `${what} as ${trace}`).toBe(false);
}

const basic = (username = "", password = "") => `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
/** A header has only what fits into one. */
const inHeader = (text: string) => text.replaceAll(/[^\x20-\x7e]/g, "");

describe("a secret in each field that a client can write", () => {
  it("is not in the log: as password, username, scope, client_id, service, account or User-Agent, by GET and POST", async () => {
    const robot = secrets.get("a bot's token") ?? "";
    for (const secret of secrets.values()) {
      for (const trace of tracesOf(secret)) {
        const name = trace.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
        const fields = { service: "container_registry", client_id: trace, account: trace };
        const scope = `repository:team/app:pull repository:team/app/${name}:pull`;
        const headers = { "user-agent": inHeader(trace) };
        const ask = (credentials: string | undefined, more: Readonly<Record<string, string>>) =>
          fetch(`${service.url}/jwt/auth?${new URLSearchParams({ ...fields, ...more })}`, {
            headers: { ...headers, ...(credentials === undefined ? {} : { authorization: credentials }) },
          });
        const post = (more: Readonly<Record<string, string>>) =>
          fetch(`${service.url}/jwt/auth`, {
            method: "POST",
            body: new URLSearchParams({ ...fields, scope, ...more }),
            headers,
          });
        await ask(basic("ursula", secret), { scope });
        await ask(basic("ursula", secret), { service: trace });
        await post({ grant_type: "refresh_token", refresh_token: secret });
        // A password that is not presented is a word like any other; what looks like a secret is none.
        if (!isRecognised(secret, trace)) continue;
        await ask(undefined, { scope });
        await ask(undefined, { scope: `repository:${trace}:pull` });
        await ask(basic(trace, robot), { scope });
        await ask(basic(trace, "kspat-mistyped"), { scope });
        for (const malformed of [`Bearer ${trace}`, trace]) await ask(inHeader(malformed), { scope });
        await post({ grant_type: trace });
        // The lockout is not what this is about.
        await service.container.database.em().execute("delete from authentication_failures");
      }
      // A password in the place of the name, as people mistype it.
      for (const [username, password] of [
        [secret, "nothing"],
        [secret, secret],
      ])
        await fetch(`${service.url}/jwt/auth?service=container_registry`, {
          headers: { authorization: basic(username, password) },
        });
      service.clock.advance({ minutes: 11 });
      service.container.lockout.tidyMemory();
    }
    expect((await service.auditLines()).length).toBeGreaterThan(100);
    await expectNoTrace();
  });

  it("is not in the log when it comes to the API, or to the registry's door", async () => {
    for (const secret of [...secrets.values()].filter((each) => isRecognised(each, each))) {
      for (const header of ["private-token", "authorization", "user-agent", "x-forwarded-for"]) {
        const value = inHeader(secret);
        for (const each of [value, `Bearer ${value}`, `Basic ${base64(`ursula:${secret}`)}`]) {
          const headers = { [header]: each };
          await fetch(`${service.url}/api/v4/user`, { headers });
          await fetch(`${service.url}/registry/notifications`, { method: "POST", headers });
        }
      }
    }
    await expectNoTrace();
  });

  it("is not in the log when it is the name of a token, or in what a registry reports", async () => {
    for (const secret of [...secrets.values()].filter((each) => each.startsWith("kspat-"))) {
      await createProjectAccessToken(service, "team/app", { name: `was ${secret}`, scopes: ["read_registry"] });
      const reported = event({ id: secret, actor: secret, target: { tag: secret, repository: `team/app/${secret}` } });
      await fetch(`${service.url}/registry/notifications`, {
        method: "POST",
        headers: { authorization: WEBHOOK_SECRET },
        body: JSON.stringify({ events: [reported] }),
      });
    }
    await expectNoTrace();
  });

  it("is not in the log when it was made: neither a new token nor a new password, nor a rotated one", async () => {
    const made = await createProjectAccessToken(service, "team/app", { scopes: ["api", "self_rotate"] });
    const { body } = await made.client.post("/personal_access_tokens/self/rotate", {});
    secrets
      .set("a new token", made.secret)
      .set("a rotated one", body.token)
      .set("a new password", "a.brand.new-password");
    const ursula = service.as(secrets.get("a person's token"));
    const change = { current_password: secrets.get("a password"), password: "a.brand.new-password" };
    expect((await ursula.put("/user/password", change)).status).toBe(204);
    await expectNoTrace();
  });
});

describe("a line that a client would like to write", () => {
  it("is not in the log: neither a newline nor a mac of its own makes one", async () => {
    const forged = `","mac":"${"0".repeat(64)}"}\n{"seq":1,"time":"2026-01-01T00:00:00.000Z","event":"forged"`;
    const query = new URLSearchParams({ service: "container_registry", client_id: forged });
    const before = (await service.auditLines()).length;
    await fetch(`${service.url}/jwt/auth?${query}`);
    const lines = (await service.auditLines()).slice(before);
    expect(lines.map((line) => line["event"])).toEqual(["registry_token.issued"]);
    expect(await service.verifyAudit()).toMatchObject({ fault: undefined });
  });

  it("is no longer than a scope or two are, whatever the client sends", async () => {
    const long = "x y ".repeat(4_000);
    const query = new URLSearchParams({ service: "container_registry", client_id: long });
    await fetch(`${service.url}/jwt/auth?${query}`, { headers: { "user-agent": long } });
    const text = await service.auditText();
    expect(Math.max(...text.split("\n").map(({ length }) => length))).toBeLessThan(2_000);
  });
});
