/** *Run the checks* of `/admin/registry`, against a registry that answers as the test wants. */
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { beginChecks } from "../../../src/doctor/check-record.ts";
import { makeOwnProject } from "../../../src/doctor/make-own-project.ts";
import { RegistryChecks } from "../../../src/doctor/registry-checks.ts";
import { ForbiddenError } from "../../../src/errors.ts";
import { WITHOUT_ACCESS_TOKEN } from "../../../src/principals/principal.ts";
import { TOKEN_SCOPES } from "../../../src/principals/token-scope.ts";
import { failOn } from "../../support/failing-table.ts";
import { type FakeRegistry, startFakeRegistry } from "../../support/fake-registry.ts";
import { complaints } from "../../support/html-complaints.ts";
import { readUntil } from "../../support/read-until.ts";
import { unescaped } from "../../support/web-client.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";

/** Where nothing is: whoever asks there does not reach Keyside. */
const KEYSIDE_URL = "http://keyside.invalid:8080";
const REGISTRY_URL = "http://registry.invalid:5000";
const CHECKS = "/admin/registry";

let registry: FakeRegistry;
let stage: WebStage;
beforeAll(async () => {
  registry = await startFakeRegistry(`${KEYSIDE_URL}/jwt/auth`);
  stage = await startWebStage({ environment: { KEYSIDE_URL, REGISTRY_URL, REGISTRY_INTERNAL_URL: registry.url } });
});
afterEach(async () => {
  registry.reset();
  await settled();
  expect(await leftBehind()).toEqual([]);
});
afterAll(async () => {
  await stage.service.stop();
  await registry.close();
});

/** What the checks made and did not remove. */
async function leftBehind(): Promise<unknown[]> {
  return await stage.service.container.database.em().execute(
    `select path as name from full_paths where path like '%doctor-%'
        union all select name from access_tokens where name like 'doctor-%' and revoked_at is null
        union all select username from users where name like 'doctor-%'`,
  );
}

/** Resolves when no checks are under way. */
async function settled(): Promise<void> {
  const isSettled = async () => expect((await stage.service.container.registryChecks.read()).underWay).toBeUndefined();
  await vi.waitFor(isSettled, { timeout: 60_000 });
}

/** Sends the form as an administrator, and answers as soon as the answer begins. */
async function begin(): Promise<IncomingMessage> {
  const client = await stage.clientOf("administrator");
  const sent = request(stage.service.url + CHECKS, {
    method: "POST",
    headers: { Cookie: `keyside=${client.cookie("keyside")}`, "Sec-Fetch-Site": "same-origin" },
  });
  sent.end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return response;
}

/** Runs the checks to their end. */
async function run(): Promise<{ html: string; words: string }> {
  const html = await text(await begin());
  return { html, words: wordsOf(html) };
}

function wordsOf(html: string): string {
  return unescaped(html.replaceAll(/<[^>]*>/g, " "))
    .replaceAll(/\s+/g, " ")
    .replaceAll(/ (?=[.,;:])/g, "");
}

/** Whether a request is for this, and brings a token. */
const isFor = ({ method, url, headers }: IncomingMessage, what: string) =>
  headers.authorization !== undefined && `${method} ${url}`.includes(what);

/** Holds the answer to some request back, until it is let go. */
function hold(what: string): { readonly reached: Promise<void>; letGo(): void } {
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  registry.answer(async (asked) => {
    if (!isFor(asked, what)) return false;
    reached.resolve();
    await released.promise;
    return false;
  });
  onTestFinished(() => released.resolve());
  return { reached: reached.promise, letGo: () => released.resolve() };
}

/** Lets the checks have less time, as long as `work` takes. */
async function within(limits: { allMs?: number; answerMs?: number }, work: () => Promise<void>): Promise<void> {
  const { container } = stage.service;
  const usual = container.registryChecks;
  const hurried = new RegistryChecks(container, { allMs: 60_000, answerMs: 60_000, answerBytes: 10_000, ...limits });
  const { port } = new URL(stage.service.url);
  hurried.listensAt({ address: "127.0.0.1", port: Number(port) });
  Object.assign(container, { registryChecks: hurried });
  await work().finally(() => Object.assign(container, { registryChecks: usual }));
}

const administrator = () => ({
  kind: "user" as const,
  userId: stage.people.administrator.id,
  username: "administrator",
  admin: true,
  scopes: new Set(TOKEN_SCOPES),
  ...WITHOUT_ACCESS_TOKEN,
});

describe("the checks of the registry", () => {
  it("reach the registry at its internal address and Keyside at its own listener, and find all well", async () => {
    const { html, words } = await run();
    expect(words).toContain(`The registry at ${registry.url} sends its clients to Keyside (Done)`);
    for (const step of ["A token logs in", "It pushes an image", "It pulls the image", "It deletes the image"])
      expect(words).toContain(`${step} (Done)`);
    expect(words).toContain("The registry reports to Keyside (Skipped) Keyside takes no reports");
    expect(words).toContain("All is well, as far as it could be checked.");
    expect(registry.asked).toContainEqual(expect.stringMatching(/^DELETE \/v2\/administrator\/doctor-/));
    expect(await complaints(html)).toEqual([]);
  });

  it("tell each finding while the next step is still under way, past proxies that would keep it", async () => {
    const held = hold("GET /v2/administrator/");
    const response = await begin();
    expect(response.headers).toMatchObject({ "x-accel-buffering": "no", "content-type": "text/html; charset=utf-8" });
    const early = wordsOf(await readUntil(response, "it pushes an image".slice(3)));
    expect(early).toContain("A token logs in (Done)");
    expect(early).not.toContain("It pulls the image");
    await held.reached;
    held.letGo();
    expect(wordsOf(await text(response))).toContain("It pulls the image (Done)");
  });

  it("are run once at a time: another administrator is told who runs them since when", async () => {
    const held = hold("GET /v2/administrator/");
    const first = await begin();
    await held.reached;
    const second = await begin();
    expect(second.statusCode).toBe(422);
    expect(wordsOf(await text(second))).toMatch(/under way already, begun by @administrator at \d\d:\d\d:\d\d UTC/);
    const page = await (await stage.clientOf("administrator")).get(CHECKS);
    expect(wordsOf(page.html)).toContain("@administrator began them just now; they are under way.");
    expect(page.html).not.toContain("Run the checks");
    held.letGo();
    await text(first);
  });

  it("go on to their end when the browser goes away, and are kept", async () => {
    const held = hold("GET /v2/administrator/");
    const response = await begin();
    await held.reached;
    response.destroy();
    await once(response, "close");
    held.letGo();
    await settled();
    const page = await (await stage.clientOf("administrator")).get(CHECKS);
    expect(wordsOf(page.html)).toMatch(/Run just now by @administrator: .* It deletes the image \(Done\)/);
  });

  it("are for administrators alone, and are begun by no GET and by no page of somebody else's", async () => {
    const maintainer = await stage.clientOf("maintainer");
    expect((await maintainer.post(CHECKS)).status).toBe(403);
    const foreign = { Origin: "https://elsewhere.example", "Sec-Fetch-Site": "cross-site" };
    expect((await (await stage.clientOf("administrator")).post(CHECKS, {}, foreign)).status).toBe(403);
    await (await stage.clientOf("administrator")).get(CHECKS);
    const nobody = { ...administrator(), admin: false };
    await expect(stage.service.container.registryChecks.run(nobody)).rejects.toThrow(ForbiddenError);
    expect(registry.asked).toEqual([]);
  });

  it("end when their time is over, at the step that they had come to", async () => {
    const held = hold("GET /v2/administrator/");
    await within({ allMs: 1_500 }, async () => {
      const { words } = await run();
      expect(words).toContain(
        "(Failed) The time of the checks, 1.5 s, was over at this step: what answers is too slow.",
      );
    });
    held.letGo();
  });

  it("leave nothing, and keep nothing, when the service is stopped meanwhile", async () => {
    const before = (await stage.service.container.registryChecks.read()).last;
    const held = hold("GET /v2/administrator/");
    await within({}, async () => {
      const response = await begin();
      await held.reached;
      await stage.service.container.registryChecks.close();
      expect(await leftBehind()).toEqual([]);
      expect(wordsOf(await text(response))).toContain("Keyside was stopped during this step");
      const { underWay, last } = await stage.service.container.registryChecks.read();
      expect({ underWay, last }).toEqual({ underWay: undefined, last: before });
      expect((await begin()).statusCode).toBe(503);
    });
    held.letGo();
  });

  it("tidy up after checks whose process was killed, once these cannot be alive any more", async () => {
    const { container, clock } = stage.service;
    const path = "administrator/doctor-of-a-killed-process";
    await beginChecks(container, administrator(), path);
    await makeOwnProject(container, administrator(), path);
    // The project's path, two tokens, and the bot of one of them.
    expect(await leftBehind()).toHaveLength(4);
    clock.advance({ seconds: 110 });
    expect((await begin()).statusCode).toBe(422);
    // The project's path, two tokens, and the bot of one of them.
    expect(await leftBehind()).toHaveLength(4);
    clock.advance({ seconds: 20 });
    expect((await run()).words).toContain("All is well");
    expect(await leftBehind()).toEqual([]);
  });

  it("play in a project that needs nobody's attention", async () => {
    const held = hold("GET /v2/administrator/");
    const response = await begin();
    await held.reached;
    const client = await stage.clientOf("administrator");
    expect((await client.get("/")).html).not.toContain("Needs attention");
    // It is there, with a token that ends soon.
    expect((await client.get("/admin/access_tokens?state=ends_soon")).html).toContain("doctor-");
    held.letGo();
    await text(response);
  });
});

describe("what fails", () => {
  const failAt = async (cause: string | RegExp, step: string) => {
    const { words } = await run();
    expect(words).toContain(`${step} (Failed)`);
    expect(words).toMatch(cause);
    expect(words).toContain("The checks ended at a step that failed.");
    return words;
  };
  const sent = () => `The registry at ${registry.url} sends its clients to Keyside`;

  it("is told on the page, on the start page and on the overview, to administrators alone, until all is well", async () => {
    registry.answer((asked, response) => {
      if (!isFor(asked, "DELETE ")) return false;
      response.writeHead(405).end("{}");
      return true;
    });
    await failAt(/Deletes disabled: .*storage\.delete\.enabled/, "It deletes the image");
    const client = await stage.clientOf("administrator");
    for (const address of ["/", "/admin"])
      expect(wordsOf((await client.get(address)).html)).toContain(
        "The checks of the registry failed just now at this step: it deletes the image.",
      );
    expect(wordsOf((await client.get(CHECKS)).html)).toContain("It deletes the image (Failed) Deletes disabled");
    expect((await (await stage.clientOf("maintainer")).get("/")).html).not.toContain("checks of the registry");
    registry.reset();
    await run();
    for (const address of ["/", "/admin"])
      expect((await client.get(address)).html).not.toContain("checks of the registry");
  });

  it("is a registry without auth, whatever it says", async () => {
    registry.answer((_asked, response) => {
      response.writeHead(200, { "Content-Type": "text/html" }).end("<script>alert(1)</script>");
      return true;
    });
    await failAt(/Registry without auth: it lets everybody in/, sent());
  });

  it("is a redirect, which is not followed", async () => {
    registry.answer((_asked, response) => {
      response.writeHead(302, { Location: stage.service.url }).end();
      return true;
    });
    await failAt(/is not a registry, or one with another kind of auth: \/v2\/ answers 302/, sent());
    expect(registry.asked).toEqual(["GET /v2/"]);
  });

  it("is a challenge that breaks the grammar", async () => {
    registry.answer((_asked, response) => {
      response.writeHead(401, { "WWW-Authenticate": 'Bearer realm="x' }).end();
      return true;
    });
    await failAt(/its challenge is Bearer realm="x; see REGISTRY_URL/, sent());
  });

  it("is another realm, which is only compared: nobody asks there", async () => {
    const other = await startFakeRegistry("");
    registry.answer((_asked, response) => {
      response.writeHead(401, { "WWW-Authenticate": `Bearer realm="${other.url}/token",service="x"` }).end();
      return true;
    });
    await failAt(/Realm wrong: .* it should be http:\/\/keyside\.invalid:8080\/jwt\/auth/, sent());
    expect(other.asked).toEqual([]);
    await other.close();
  });

  it("is an upload that is sent to another host: it goes to none, and no token with it", async () => {
    const other = await startFakeRegistry("");
    registry.answer((asked, response) => {
      if (!isFor(asked, "POST ")) return false;
      response.writeHead(202, { Location: `${other.url}/v2/x/blobs/uploads/1` }).end();
      return true;
    });
    await failAt(`The registry sends the upload to ${other.url}, which is not its address`, "It pushes an image");
    expect(other.asked).toEqual([]);
    await other.close();
  });

  it("is not an upload that is sent to the registry's address for clients: it goes to the internal one", async () => {
    registry.answer((asked, response) => {
      if (!isFor(asked, "/uploads/") || asked.method !== "POST" || asked.url?.includes("mount=")) return false;
      response.writeHead(202, { Location: `${REGISTRY_URL}${asked.url}named?state=2` }).end();
      return true;
    });
    expect((await run()).words).toContain("It pushes an image (Done)");
    expect(registry.asked).toContainEqual(expect.stringMatching(/^PUT .*\/uploads\/named\?state=2&digest=/));
  });

  it("is an upload that is sent to no URL", async () => {
    registry.answer((asked, response) => {
      if (!isFor(asked, "POST ")) return false;
      response.writeHead(202, { Location: "http://[" }).end();
      return true;
    });
    await failAt(/which is no URL/, "It pushes an image");
  });

  it.each([
    ["never answers", (response: { flushHeaders(): void }) => void response],
    ["begins an answer and never ends it", (response: { flushHeaders(): void }) => response.flushHeaders()],
  ])("is one that %s", async (_what, answer) => {
    registry.answer((_asked, response) => {
      answer(response);
      return true;
    });
    await within({ answerMs: 300 }, async () => {
      await failAt(/Host not reachable: .*timeout.*REGISTRY_INTERNAL_URL/, sent());
    });
  });

  it("is one whose answer does not end", async () => {
    registry.answer((_asked, response) => {
      const more = () => {
        while (!response.destroyed && response.write("x".repeat(5_000)));
      };
      response.on("drain", more);
      more();
      return true;
    });
    await within({}, async () => {
      await failAt(/its answer has more than 10000 bytes/, sent());
    });
  });

  it("is text, and short, whatever the registry says; and has no token in it", async () => {
    let shown = "";
    registry.answer((asked, response) => {
      if (!isFor(asked, "GET /v2/_catalog")) return false;
      shown = (asked.headers.authorization ?? "").slice("Bearer ".length);
      const message = `</title><script>alert(1)</script>\u202E ${shown} ${"x".repeat(100_000)}`;
      response.writeHead(500).end(JSON.stringify({ errors: [{ message }] }));
      return true;
    });
    const { html, words } = await run();
    expect(words).toContain("An administrator lists the catalog (Failed) It answers 500: </title><script>");
    expect(html).not.toContain("<script>alert");
    expect(shown.split(".")).toHaveLength(3);
    const kept = JSON.stringify(await stage.service.container.registryChecks.read());
    for (const place of [html, kept, ...stage.service.logLines]) {
      expect(place).not.toContain(shown.slice(0, 400));
      expect(place).not.toContain(stage.service.container.tokenPrefix);
    }
    expect(kept.length).toBeLessThan(5_000);
  });

  it("is Keyside itself, where its database fails: it says so, keeps nothing of it, and lets others begin", async () => {
    const before = (await stage.service.container.registryChecks.read()).last;
    const mend = await failOn(stage.service, "insert", "members");
    const { words } = await run();
    await mend();
    expect(words).toContain("Keyside carries out the checks (Failed)");
    expect(words).not.toContain("injected");
    expect((await stage.service.container.registryChecks.read()).last).toEqual(before);
    expect((await run()).words).toContain("All is well");
  });
});

describe("a registry that cannot be reached", () => {
  it("lets the page stand, which asks it nothing; and is told by the checks", async () => {
    // HTTP is not spoken at this port.
    const nowhere = await startWebStage({ environment: { REGISTRY_INTERNAL_URL: "http://127.0.0.1:9" } });
    const client = await nowhere.clientOf("administrator");
    expect((await client.get(CHECKS)).status).toBe(200);
    const { status, html } = await client.post(CHECKS);
    expect(status).toBe(200);
    expect(wordsOf(html)).toMatch(/\(Failed\) Host not reachable: http:\/\/127\.0\.0\.1:9: .*REGISTRY_INTERNAL_URL/);
    await nowhere.service.stop();
  });
});
