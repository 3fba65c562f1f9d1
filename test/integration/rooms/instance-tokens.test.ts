import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { previewRevocation } from "../../../src/access-tokens/preview-revocation.ts";
import { reviewTokens } from "../../../src/access-tokens/review-tokens.ts";
import { revokeTokens } from "../../../src/access-tokens/revoke-tokens.ts";
import { ForbiddenError } from "../../../src/errors.ts";
import type { SignedInPrincipal } from "../../../src/principals/principal.ts";
import { callerOf } from "../../support/caller.ts";
import { addManyTokens } from "../../support/many-tokens.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { watchStatements } from "../../support/statements.ts";
import {
  createOwnProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type User,
} from "../../support/world.ts";

let service: TestService;
let ann: User;
let administrator: SignedInPrincipal;
let project: number;
beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  ann = await createUser(service, "ann");
  administrator = await callerOf(service, await createUser(service, "chief", { admin: true }));
  project = await createOwnProject(ann, "app");
});
afterAll(async () => {
  vi.restoreAllMocks();
  await service.stop();
});

const of = { instance: true } as const;
const review = (search = "", caller = administrator) =>
  reviewTokens(service.container, { caller, of, state: "active", search, page: { limit: 50, offset: 0 } });

describe("all tokens of the instance", () => {
  it("are those of projects and of people, each with whose it is", async () => {
    const token = await createProjectAccessToken(service, project, { name: "ci-of-ann" });
    const { tokens, counts } = await review();
    const whose = tokens.map(({ token: { id }, project: at, user }) => [id, at?.path ?? user.username]);
    expect(whose).toContainEqual([token.id, "ann/app"]);
    expect(whose).toContainEqual([expect.any(Number), "ann"]);
    expect(counts.active).toBe(tokens.length);
    expect((await review("ci-of")).tokens.map(({ token: { id } }) => id)).toEqual([token.id]);
  });

  it("are for administrators", async () => {
    const caller = await callerOf(service, ann);
    await expect(review("", caller)).rejects.toThrow(ForbiddenError);
    await expect(previewRevocation(service.container, { caller, of, tokenIds: [1] })).rejects.toThrow(ForbiddenError);
    await expect(revokeTokens(service.container, { caller, of, tokenIds: [1] })).rejects.toThrow(ForbiddenError);
  });

  it("are revoked together: a bot goes with its token, a human stays", async () => {
    const victim = await createUser(service, "victim");
    const token = await createProjectAccessToken(service, project);
    const [personal] = (await review()).tokens.filter(({ user }) => user.username === "victim");
    const tokenIds = [token.id, personal?.token.id ?? 0];
    const preview = await previewRevocation(service.container, { caller: administrator, of, tokenIds });
    expect(preview.bots.map(({ id }) => id)).toEqual([token.userId]);
    const { revoked } = await revokeTokens(service.container, { caller: administrator, of, tokenIds });
    expect(revoked.toSorted()).toEqual(tokenIds.toSorted());
    expect((await victim.client.get("/user")).status).toBe(401);
    expect((await token.client.get("/user")).status).toBe(401);
    expect((await service.root.get(`/users/${token.userId}`)).status).toBe(404);
    expect((await service.root.get(`/users/${victim.id}`)).status).toBe(200);
  });

  it("cost as many queries as a few of them", async () => {
    const sentBy = await watchStatements(service);
    const few = await sentBy(() => review());
    await addManyTokens(service, project, 60);
    await addManyTokens(service, await createOwnProject(ann, "other"), 60);
    const many = await sentBy(async () => {
      const { tokens } = await review();
      expect(tokens).toHaveLength(50);
      expect(tokens.every(({ use }) => use?.last?.repository === "ann/other")).toBe(true);
    });
    expect(many.length).toBe(few.length);
  });
});
