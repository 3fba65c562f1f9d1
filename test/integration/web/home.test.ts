import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findAttention } from "../../../src/access-tokens/find-attention.ts";
import { WITHOUT_ACCESS_TOKEN } from "../../../src/principals/principal.ts";
import { TOKEN_SCOPES } from "../../../src/principals/token-scope.ts";
import { WebClient } from "../../support/web-client.ts";
import type { Person } from "../../support/web-stage.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";
import {
  createGroup,
  createOwnProject,
  createProject,
  createProjectAccessToken,
  createUserWithPassword,
} from "../../support/world.ts";

let stage: WebStage;
beforeAll(async () => {
  stage = await startWebStage();
});
afterAll(() => stage.service.stop());

const home = async (role: Person) => (await (await stage.clientOf(role)).get("/")).html;

function attentionOf(role: Person) {
  const { id, username } = stage.people[role];
  const rights = { admin: role === "administrator", scopes: new Set(TOKEN_SCOPES), ...WITHOUT_ACCESS_TOKEN };
  return findAttention(stage.service.container, { kind: "user", userId: id, username, ...rights });
}

describe("what needs attention", () => {
  it("is nothing, and is not there, where no token needs any", async () => {
    await createProjectAccessToken(stage.service, stage.project.id, { name: "fine" });
    expect(await attentionOf("maintainer")).toEqual([[], 0]);
    expect(await home("maintainer")).not.toContain("Needs attention");
  });

  it("is told to those who manage the project as its members, and to nobody else", async () => {
    const { service, project } = stage;
    const { clock, container } = service;
    await createProjectAccessToken(service, project.id, { name: "later", expires_at: "2026-11-16" });
    await createProjectAccessToken(service, project.id, { name: "soon", expires_at: "2026-11-10" });
    await createProjectAccessToken(service, project.id, { name: "far", expires_at: "2026-11-17" });
    const stolen = await createProjectAccessToken(service, project.id, { name: "stolen" });
    await service.root.post(`/projects/${project.id}/access_tokens/${stolen.id}/rotate`, { expires_at: "2027-10-01" });
    expect((await stolen.client.get("/user")).status).toBe(401);
    await Promise.all(container.deferredNotes.map((notes) => notes.flush()));
    const found = { path: "team/app", endsSoon: 2, firstEnd: "2026-11-10", safeToRevoke: 0, reused: 1 };
    expect(await attentionOf("maintainer")).toEqual([[found], 1]);
    for (const role of ["guest", "reporter", "developer", "outsider", "administrator"] as const)
      expect([role, await attentionOf(role)]).toEqual([role, [[], 0]]);
    const page = await home("maintainer");
    expect(page).toMatch(/Needs attention.*old secret used.*1 time<.*2 tokens<\/a>, the first.*in 8 days/s);
    expect(page).toContain('href="/team/app/-/settings/access_tokens?state=ends_soon"');
    expect(await home("developer")).not.toContain("Needs attention");
    const before = clock.now();
    clock.advance({ days: 31 });
    const [[later] = []] = await attentionOf("maintainer");
    // Those that have not ended were never used in 30 days; of the old secret nothing is said any more.
    expect(later).toMatchObject({ endsSoon: 0, firstEnd: null, reused: 0, safeToRevoke: 2 });
    clock.set(before);
  });

  it("is of 20 projects at most, and says how many more there are", async () => {
    const owner = await createUserWithPassword(stage.service, "olga");
    for (let index = 0; index < 22; index += 1) {
      const project = await createOwnProject(owner, `p${index}`);
      await createProjectAccessToken(stage.service, project, { by: owner, expires_at: "2026-11-10" });
    }
    const client = await new WebClient(stage.service.url).signIn(owner);
    const { html } = await client.get("/");
    expect(html.includes("And 2 more projects.")).toBe(true);
    expect(html.match(/state=ends_soon/g)).toHaveLength(20);
  });

  it("tells administrators of keys that are near their end, and them alone", async () => {
    const { clock } = stage.service;
    const now = clock.now();
    const { caNotAfter } = stage.service.container.signingKeys;
    clock.set(new Date(caNotAfter.getTime() - 100 * 86_400_000));
    expect(await home("administrator")).toContain("The CA in ca.crt expires on");
    expect(await home("maintainer")).not.toContain("ca.crt");
    clock.set(now);
  });
});

describe("one's own projects", () => {
  it("lead to their overviews and, for Maintainers, to their tokens", async () => {
    const tokens = 'href="/team/app/-/settings/access_tokens"';
    for (const role of ["guest", "reporter", "developer", "maintainer"] as const) {
      const page = await home(role);
      expect([role, page.includes('href="/team/app"'), page.includes(tokens)]).toEqual([
        role,
        true,
        role === "maintainer",
      ]);
    }
  });

  it("are those that one is a member of, however much else one sees", async () => {
    await createProject(stage.service, await createGroup(stage.service, "open"), "door", { visibility: "public" });
    for (const role of ["outsider", "administrator"] as const) {
      const page = await home(role);
      expect(page).not.toContain("open/door");
      expect(page).not.toContain("team/app");
    }
    expect(await home("administrator")).toContain("No projects yet");
  });
});

describe("what one did last", () => {
  it("is one's own, the last ten", async () => {
    const client = await stage.clientOf("guest");
    const { html } = await client.get("/");
    expect(html).toContain("What you did last");
    expect(html).not.toContain("<bdi>maintainer</bdi>");
  });
});
