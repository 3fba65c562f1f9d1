import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase } from "../../support/database.ts";
import { ROOT_PASSWORD, startTestService, type TestService } from "../../support/service.ts";
import { WebClient } from "../../support/web-client.ts";

const TOKENS = "/-/user_settings/personal_access_tokens";
const ROOT = { username: "root", password: ROOT_PASSWORD };

let one: TestService;
let other: TestService;
let certs: string;

beforeAll(async () => {
  certs = await mkdtemp(join(tmpdir(), "keyside-certs-"));
  const environment = { KEYSIDE_CERTS_DIR: certs };
  const database = await createTestDatabase();
  one = await startTestService({ database, environment });
  // The first of the two removes the database.
  const same = { ...database, remove: () => Promise.resolve() };
  other = await startTestService({ clock: one.clock, database: same, environment });
});
afterAll(async () => {
  await other.stop();
  await one.stop();
  await rm(certs, { recursive: true });
});

/** The same browser at the other replica, as behind a proxy that takes turns. */
function atOther(client: WebClient): WebClient {
  return client.copy(other.url);
}

describe("a browser whose requests go to two replicas in turn", () => {
  it("is signed in at both, and at neither once it has signed out at one", async () => {
    const client = await new WebClient(one.url).signIn(ROOT);
    const twin = atOther(client);
    expect((await twin.get("/-/user_settings/profile")).status).toBe(200);
    expect((await client.post("/-/sign_out")).status).toBe(303);
    expect(await twin.get("/-/user_settings/profile")).toMatchObject({ status: 303 });
  });

  it("is signed in no more at the very next request once its session was ended at the other", async () => {
    const lost = await new WebClient(one.url).signIn(ROOT);
    const own = await new WebClient(other.url).signIn(ROOT);
    expect((await lost.get("/")).status).toBe(200);
    expect((await own.post("/-/user_settings/active_sessions/end_others")).status).toBe(303);
    expect((await lost.get("/")).status).toBe(303);
    expect((await own.get("/")).status).toBe(200);
  });

  it("sees the secret of a token at one replica that it made at the other, once", async () => {
    const client = await new WebClient(one.url).signIn(ROOT);
    const made = await client.post(TOKENS, { name: "mine", expires_in: "90", scopes: "read_api" });
    const page = made.location ?? "";
    const twin = atOther(client);
    expect((await twin.get(page)).html).toMatch(/kspat-[A-Za-z0-9]+/);
    expect((await twin.get(page)).html).not.toMatch(/kspat-[A-Za-z0-9]+/);
  });
});

describe("the page of jobs", () => {
  it("shows at one replica what ran at the other", async () => {
    const { jobRuns } = other.container;
    const job = { name: "sweep tokens", everyMs: 600_000 };
    jobRuns.note(job, { endedAt: one.clock.now(), ms: 4_200, failed: true });
    await jobRuns.flush();
    const client = await new WebClient(one.url).signIn(ROOT);
    expect((await client.get("/admin/jobs")).html).toMatch(/>sweep tokens<.*4\.2\u00a0s.*See the log/s);
  });
});
