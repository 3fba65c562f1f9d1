import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { VERSION } from "../../../src/version.ts";
import { watchStatements } from "../../support/statements.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";
import { createProject, createProjectAccessToken } from "../../support/world.ts";

let stage: WebStage;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "keyside-test-audit-"));
  stage = await startWebStage({ environment: { KEYSIDE_AUDIT_LOG: join(directory, "audit.log") } });
});
afterAll(async () => {
  await stage.service.stop();
  await rm(directory, { recursive: true });
});
afterEach(() => vi.restoreAllMocks());

/** The page, as text. */
async function overview(): Promise<string> {
  const { html } = await (await stage.clientOf("administrator")).get("/admin");
  return html.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
}

describe("the administrators' first page", () => {
  it("counts people, bots, projects and tokens, and names the version", async () => {
    const { service, project } = stage;
    const before = Number(/([0-9]+) active tokens/.exec(await overview())?.[1]);
    await createProjectAccessToken(service, project.id);
    await createProjectAccessToken(service, project.id, { expires_at: "2026-11-10" });
    const text = await overview();
    // Six of the stage, and root.
    expect(text).toMatch(/7 active users 1 blocked user .*2 bots .*2 projects /);
    expect(text).toContain(`${before + 2} active tokens 1 token ending soon, 0 tokens safe to revoke`);
    expect(text).toContain(`Version ${VERSION}`);
  });

  it("leads to every page of the administrators, and the account menu leads to it", async () => {
    const { html } = await (await stage.clientOf("administrator")).get("/admin");
    for (const page of ["users", "projects", "access_tokens", "feature_flags", "audit", "registry", "jobs"])
      expect(html).toContain(`href="/admin/${page}"`);
    expect(html).toContain('<a href="/admin">Administration</a>');
  });

  it("says nothing of what is well", async () => {
    expect(await overview()).not.toMatch(/disk|audit log|failed|ought to|expires/);
  });

  it("tells of a full disk, and of an audit log that stops issuing", async () => {
    const { database, audit } = stage.service.container;
    vi.spyOn(database, "diskIsFull", "get").mockReturnValue(true);
    expect(await overview()).toContain("The database&#39;s disk is full");
    if (audit === undefined) throw new Error("the stage has an audit log");
    vi.spyOn(audit, "stopsIssuing", "get").mockReturnValue(true);
    expect(await overview()).toContain("The audit log cannot be written");
  });

  it("tells how many jobs failed, and how many ought to have run", async () => {
    const { clock, container } = stage.service;
    const { jobRuns } = container;
    jobRuns.note({ name: "sweep tokens", everyMs: 600_000 }, { endedAt: clock.now(), ms: 1, failed: true });
    await jobRuns.flush();
    expect(await overview()).toContain("1 job failed when last run.");
    expect(await overview()).not.toContain("ought to");
    const before = clock.now();
    clock.advance({ minutes: 31 });
    expect(await overview()).toMatch(/\d+ jobs ought to have run again by now\./);
    clock.set(before);
  });

  it("tells of keys that are near their end", async () => {
    const { signingKeys } = stage.service.container;
    const { clock } = stage.service;
    const before = clock.now();
    clock.set(new Date(signingKeys.caNotAfter.getTime() - 100 * 86_400_000));
    expect(await overview()).toContain("The CA in ca.crt expires on");
    clock.set(before);
  });

  it("takes as many queries however much there is", async () => {
    const client = await stage.clientOf("administrator");
    const count = async () => {
      const sent = await watchStatements(stage.service);
      const statements = await sent(async () => expect((await client.get("/admin")).status).toBe(200));
      vi.restoreAllMocks();
      return statements.length;
    };
    await count();
    const few = await count();
    const group = (await stage.service.root.get("/groups/team")).body.id;
    for (let index = 0; index < 5; index += 1)
      await createProjectAccessToken(stage.service, await createProject(stage.service, group, `more${index}`));
    expect(await count()).toBe(few);
  });
});
