import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findToken } from "../../../src/access-tokens/find-token.ts";
import { revokeReusedFamily } from "../../../src/access-tokens/revoke-token.ts";
import { sweepTokens } from "../../../src/access-tokens/sweep-tokens.ts";
import type { Page } from "../../../src/database/page.ts";
import type { SignedInPrincipal } from "../../../src/principals/principal.ts";
import { callerOf } from "../../support/caller.ts";
import { type ReportedImage, reportImage } from "../../support/report-image.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  createProjectAccessToken,
  createStaffedProject,
  enableProjectAccessTokens,
  type ProjectAccessToken,
  rotateProjectAccessToken,
  type User,
} from "../../support/world.ts";

let service: TestService;
let owner: User;
let maintainer: User;
let project: number;
let caller: SignedInPrincipal;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  ({ owner, maintainer, project } = await createStaffedProject(service));
  caller = await callerOf(service, owner);
});
afterAll(() => service.stop());

const PAGE = { limit: 50, offset: 0 };
const find = (tokenId: number, events: Page = PAGE) =>
  findToken(service.container, { caller, of: { project }, tokenId, events });
const endOf = async (tokenId: number) => (await find(tokenId)).end;
const make = (more = {}) => createProjectAccessToken(service, project, { by: owner, ...more });
const path = (id: number) => `/projects/${project}/access_tokens/${id}`;
const now = () => service.clock.now();

const rotate = (id: number, by = owner.client, more = {}) => rotateProjectAccessToken(service, by, project, id, more);
const report = (token: ProjectAccessToken, action: "pull" | "push", image: ReportedImage) =>
  reportImage(service, token, action, image);

describe("an inactive token", () => {
  it("says that it expired, before and after the sweep that deletes its bot", async () => {
    const { id } = await make({ expires_at: "2026-11-10" });
    service.clock.set(new Date("2026-11-10T00:00:00Z"));
    const end = { kind: "expired", at: now() };
    expect(await endOf(id)).toEqual(end);
    service.clock.advance({ days: 40 });
    expect((await sweepTokens(service.container)).swept).toBeGreaterThan(0);
    expect(await endOf(id)).toEqual(end);
    expect(await find(id)).toMatchObject({
      user: { userType: "ghost" },
      use: undefined,
      usage: { activity: undefined },
    });
  });

  it("says who revoked it, or that it did so itself", async () => {
    const one = await make();
    await maintainer.client.delete(path(one.id));
    expect(await endOf(one.id)).toMatchObject({ kind: "revoked", at: now(), by: { username: "max" } });
    const other = await make();
    expect((await other.client.delete(path(other.id))).status).toBe(204);
    expect(await endOf(other.id)).toEqual({ kind: "revoked", at: now(), by: "itself" });
  });

  it("says who rotated it, or that it did so itself, and whether its grace ran out or was ended", async () => {
    const one = await make();
    await rotate(one.id, maintainer.client);
    expect(await endOf(one.id)).toMatchObject({ kind: "rotated", at: now(), by: { username: "max" } });
    const other = await make();
    const next = await rotate(other.id, other.client);
    expect(await endOf(other.id)).toEqual({ kind: "rotated", at: now(), by: "itself" });
    const last = await rotate(next.id, owner.client, { grace_period: 3600 });
    await maintainer.client.post(`${path(last.id)}/retire_predecessor`);
    expect(await endOf(next.id)).toMatchObject({ kind: "retired", at: now(), by: { username: "max" } });
    await rotate(last.id, owner.client, { grace_period: 3600 });
    service.clock.advance({ hours: 2 });
    const end = { kind: "grace_over", at: new Date(now().getTime() - 3_600_000) };
    expect(await endOf(last.id)).toEqual(end);
    await sweepTokens(service.container);
    expect(await endOf(last.id)).toEqual(end);
  });

  it("says that a secret of its family was reused, and only that of the one that lived until then", async () => {
    const one = await make();
    const current = await rotate(one.id);
    service.clock.advance({ minutes: 1 });
    await revokeReusedFamily(service.container, one.id);
    expect(await endOf(current.id)).toEqual({ kind: "reused", at: now() });
    expect(await endOf(one.id)).toMatchObject({ kind: "rotated", by: { username: "olga" } });
  });

  it("says that it was revoked with its family by the secret in grace, which is no reuse", async () => {
    const one = await make();
    const current = await rotate(one.id, owner.client, { grace_period: 3600 });
    service.clock.advance({ minutes: 1 });
    expect((await one.client.delete(path(one.id))).status).toBe(204);
    for (const { id } of [one, current]) expect(await endOf(id)).toEqual({ kind: "revoked", at: now(), by: "itself" });
  });
});

describe("the events of a token", () => {
  it("are its own life, what was done with it and what its bot did, the latest first; of nobody else", async () => {
    const token = await make();
    const stranger = await make();
    const step = () => service.clock.advance({ minutes: 1 });
    step();
    await report(token, "push", { tag: "1.0" });
    await report(stranger, "push", { tag: "9.9" });
    step();
    await token.client.put(`/projects/${project}`, { name: "App" });
    await service.root.put(`/projects/${project}`, { name: "app" });
    step();
    const current = await rotate(token.id);
    const of = async (id: number) => {
      const { events } = await find(id);
      return events.events.map(({ action, targetType, targetId }) =>
        `${action} ${targetType} ${targetId ?? ""}`.trim(),
      );
    };
    const done = [`updated Project ${project}`, "pushed Image", `created AccessToken ${token.id}`];
    expect(await of(token.id)).toEqual(done);
    // The bot goes on: what it did, it did with a secret of the family.
    expect(await of(current.id)).toEqual([`rotated AccessToken ${current.id}`, ...done.slice(0, 2)]);
    step();
    await owner.client.delete(path(current.id));
    expect(await of(current.id)).toEqual([`revoked AccessToken ${current.id}`, `rotated AccessToken ${current.id}`]);
    expect((await find(current.id)).events).toMatchObject({ total: 2, more: false });
    const second = await find(token.id, { limit: 1, offset: 1 });
    expect(second.events).toMatchObject({ total: 2, more: false, events: [{ action: "created" }] });
  });
});
