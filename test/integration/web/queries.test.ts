import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { recordPush } from "../../support/record-push.ts";
import { type SentStatement, watchStatements } from "../../support/statements.ts";
import type { WebClient } from "../../support/web-client.ts";
import { addressOf, isShown, PAGES, type PageRow } from "../../support/web-pages.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";
import {
  addProjectMember,
  createPersonalAccessToken,
  createProject,
  createProjectAccessToken,
} from "../../support/world.ts";

let stage: WebStage;
beforeAll(async () => {
  stage = await startWebStage();
  await pushTo(stage.project.id);
});
afterAll(() => stage.service.stop());
afterEach(() => vi.restoreAllMocks());

/** How many of everything that a page may list are added. */
const MANY = 12;

const pages = PAGES.filter((row) => isShown(row) && row.outcomes.maintainer === 200);

/** What each page sends to the database. */
async function statements(client: WebClient): Promise<Map<PageRow, SentStatement[]>> {
  const sent = new Map<PageRow, SentStatement[]>();
  for (const row of pages) {
    const { address } = await addressOf(row, stage, "maintainer");
    // Once before, so that what a process remembers is remembered.
    await client.get(address);
    const watch = await watchStatements(stage.service);
    sent.set(row, await watch(async () => expect((await client.get(address)).status).toBe(200)));
    vi.restoreAllMocks();
  }
  return sent;
}

async function pushTo(projectId: number): Promise<void> {
  await recordPush(stage.service, { by: { userId: stage.people.maintainer.id, tokenId: null }, projectId });
}

/** Adds many of all that there is one of: projects with tokens, sessions, registry sign-ins, members, pushes by Git. */
async function addMany(): Promise<void> {
  const { service, people, project } = stage;
  const group = (await service.root.get("/groups/team")).body.id;
  for (let index = 0; index < MANY; index += 1) {
    const another = await createProject(service, group, `app${index}`);
    await addProjectMember(service, another, people.maintainer.id, 40);
    await createProjectAccessToken(service, project.id);
    await createPersonalAccessToken(service, people.maintainer.id, ["api"]);
    await stage.clientOf("maintainer");
    await pushTo(another);
  }
}

describe("a page sends as many statements to the database", () => {
  it("however much it lists", async () => {
    const client = await stage.clientOf("maintainer");
    const few = await statements(client);
    await addMany();
    const many = await statements(client);
    const rows = (sent: readonly SentStatement[] = []) => sent.reduce((sum, { rows: count }) => sum + count, 0);
    for (const row of pages) expect([row.page, many.get(row)?.length]).toEqual([row.page, few.get(row)?.length]);
    // Else there was no more to list.
    const grown = pages.filter((row) => rows(many.get(row)) >= rows(few.get(row)) + MANY);
    expect(grown.map(({ page }) => page)).toEqual(
      expect.arrayContaining(["GET /", "GET /-/user_settings/active_sessions"]),
    );
  });
});
