import { PGlite } from "@electric-sql/pglite";
import { afterEach, describe, expect, it } from "vitest";
import { isConnectionFailure } from "../../../src/database/database-errors.ts";
import { createTestDatabase, isOnServer } from "../../support/database.ts";
import { gitOutput } from "../../support/git-client.ts";
import { untilPushArrives } from "../../support/git-processes.ts";
import { gitProjects } from "../../support/git-project.ts";
import { basic, holdRequest, NO_OBJECT, packOf, pushBody, transferHeaders } from "../../support/git-protocol.ts";
import { event } from "../../support/registry-event.ts";
import { ROOT_PASSWORD, startTestService, type TestService } from "../../support/service.ts";
import { startTcpProxy, type TcpProxy } from "../../support/tcp-proxy.ts";
import { requestToken } from "../../support/token-request.ts";
import { WebClient } from "../../support/web-client.ts";
import { wrongToken } from "../../support/wrong-token.ts";

const LEAKS = /node_modules|\.ts\b|\bat \w+ \(|select |insert |postgres|pglite|sql|ECONN/i;

let service: TestService | undefined;
let proxy: TcpProxy | undefined;
afterEach(async () => {
  if (!proxy?.isOpen) await proxy?.reopen();
  await service?.stop();
  await proxy?.close();
  service = undefined;
  proxy = undefined;
});

const environment = { REGISTRY_NOTIFICATION_SECRET: "Bearer of-the-registry" };

/** A service whose database can be taken away: the network to PostgreSQL, or the embedded one itself. */
async function startFragileService(): Promise<{ service: TestService; loseDatabase: () => Promise<void> }> {
  const database = await createTestDatabase();
  if (!("url" in database.location)) {
    const embedded = await startTestService({ database, environment });
    service = embedded;
    return { service: embedded, loseDatabase: async () => (await pgliteOf(embedded)).close() };
  }
  const url = new URL(database.location.url);
  const between = await startTcpProxy(url.hostname, Number(url.port));
  proxy = between;
  url.host = `127.0.0.1:${between.port}`;
  const remote = await startTestService({ environment, database: { ...database, location: { url: url.href } } });
  service = remote;
  return { service: remote, loseDatabase: () => between.close() };
}

async function pgliteOf({ container }: TestService): Promise<PGlite> {
  const client: unknown = await container.database.em().getConnection().getNativeClient();
  if (!(client instanceof PGlite)) throw new Error("this database is not embedded");
  return client;
}

describe("a database that is gone", () => {
  it("is 503 at GET /jwt/auth, never bad credentials, and nothing of it is told", async () => {
    const { service: fragile, loseDatabase } = await startFragileService();
    await loseDatabase();
    for (const credentials of [{}, { username: "root", password: ROOT_PASSWORD }]) {
      const answer = await requestToken(fragile, { ...credentials, scopes: ["repository:a/b:pull"] });
      expect(answer.status).toBe(503);
      expect(answer.body).toMatchObject({ errors: [{ code: "UNAVAILABLE" }], error: "temporarily_unavailable" });
      expect(answer.headers.get("www-authenticate")).toBeNull();
      expect(answer.text).not.toMatch(LEAKS);
    }
  });

  it("is 503 at GET /jwt/auth for what was answered a moment ago, too", async () => {
    const { service: fragile, loseDatabase } = await startFragileService();
    const question = { scopes: ["repository:a/b:pull"] };
    expect((await requestToken(fragile, question)).status).toBe(200);
    await loseDatabase();
    expect((await requestToken(fragile, question)).status).toBe(503);
  });

  it("is 503 to a registry that reports, so that it tries again", async () => {
    const { service: fragile, loseDatabase } = await startFragileService();
    await loseDatabase();
    const headers = { authorization: environment.REGISTRY_NOTIFICATION_SECRET };
    const body = JSON.stringify({ events: [event({})] });
    const response = await fetch(`${fragile.url}/registry/notifications`, { method: "POST", headers, body });
    expect(response.status).toBe(503);
  });

  it("is 503 in the API and for readiness, while liveness stays 200", async () => {
    const { service: fragile, loseDatabase } = await startFragileService();
    await loseDatabase();
    const { status, body } = await fragile.root.get("/user");
    expect(status).toBe(503);
    expect(JSON.stringify(body)).not.toMatch(LEAKS);
    expect((await fetch(`${fragile.url}/-/readiness`)).status).toBe(503);
    expect((await fetch(`${fragile.url}/-/liveness`)).status).toBe(200);
  });

  it("is a page of 503 to people, who stay signed in", async () => {
    const { service: fragile, loseDatabase } = await startFragileService();
    const client = await new WebClient(fragile.url).signIn({ username: "root", password: ROOT_PASSWORD });
    await loseDatabase();
    for (const answer of [
      await client.get("/"),
      await client.get("/-/nothing"),
      await client.post("/-/user_settings/profile", { name: "Root" }),
      await new WebClient(fragile.url).post("/-/sign_in", { username: "root", password: ROOT_PASSWORD }),
    ]) {
      expect([answer.status, answer.headers["content-type"]]).toEqual([503, "text/html; charset=utf-8"]);
      expect(answer.headers["retry-after"]).toMatch(/^\d+$/);
      expect(answer.html).toContain("Try again in a few seconds");
      expect(answer.html).not.toMatch(LEAKS);
    }
    expect(client.cookie("keyside")).toBeDefined();
  });

  it("is 503 to a client of Git, which would ask for a password at 401, and believe at 404 that the project is gone", async () => {
    const { service: fragile, loseDatabase } = await startFragileService();
    await loseDatabase();
    for (const headers of [{}, basic(ROOT_PASSWORD, "root"), basic(wrongToken())])
      for (const name of ["upload-pack", "receive-pack"]) {
        const answer = await fetch(`${fragile.url}/team/app.git/info/refs?service=git-${name}`, { headers });
        expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([503, null]);
        expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
        expect(await answer.text()).not.toMatch(LEAKS);
      }
  });

  it("lets no push through that has begun to arrive before", async () => {
    const { service: fragile, loseDatabase } = await startFragileService();
    const project = await (await gitProjects(fragile))();
    const clone = await project.clone();
    const to = await gitOutput(clone, "rev-parse", "HEAD");
    const change = { ref: "refs/heads/main", from: NO_OBJECT, to };
    const body = pushBody([change], await packOf(clone, to), " side-band-64k");
    const headers = transferHeaders("receive-pack", project.writer.secret);
    const held = holdRequest(`${project.url}/git-receive-pack`, headers);
    await held.send(body.subarray(0, body.length - 10));
    await untilPushArrives(project.directory);
    await loseDatabase();
    held.finish(body.subarray(body.length - 10));
    const text = await (await held.answer).text;
    expect(text).toMatch(/Keyside: the push could not be checked, and is refused; try again shortly\./);
    expect(text).not.toMatch(LEAKS);
    expect(await gitOutput(clone, "--git-dir", project.directory, "for-each-ref")).toBe("");
  });
});

// What is about a server has no counterpart on the embedded database: nothing is skipped there.
describe.each(isOnServer() ? ["PostgreSQL"] : [])("a %s server", () => {
  it("that cuts every connection is asked again over new ones", async () => {
    const { service: remote } = await startFragileService();
    expect((await remote.root.get("/user")).status).toBe(200);
    proxy?.cut();
    await expect.poll(async () => (await remote.root.get("/user")).status).toBe(200);
  });

  it("that comes back is used again, without a restart", async () => {
    const { service: remote, loseDatabase } = await startFragileService();
    await loseDatabase();
    expect((await remote.root.get("/user")).status).toBe(503);
    await proxy?.reopen();
    await expect.poll(async () => (await remote.root.get("/user")).status).toBe(200);
  });

  it("that cuts more connections in the middle of transactions than the pool has leaves it as good as new", async () => {
    const { service: remote } = await startFragileService();
    const { database } = remote.container;
    for (let lost = 0; lost < 12; lost += 1) {
      const transaction = database.transaction(async (em) => {
        await em.execute("select 1");
        proxy?.cut();
        await em.execute("select 1");
      });
      await expect(transaction).rejects.toSatisfy(isConnectionFailure);
    }
    expect((await remote.root.get("/user")).status).toBe(200);
    expect(await database.poolState()).toEqual({ total: 1, idle: 1, waiting: 0 });
  });
});
