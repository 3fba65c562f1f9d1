import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { watchStatements } from "../../support/statements.ts";
import { unescaped, type WebClient } from "../../support/web-client.ts";
import { type Role, startWebStage, type WebStage } from "../../support/web-stage.ts";
import {
  addGroupMember,
  createGroup,
  createProjectAccessToken,
  createUser,
  createUserWithPassword,
} from "../../support/world.ts";

let stage: WebStage;
const clients = new Map<Role, WebClient>();
let group: number;
beforeAll(async () => {
  stage = await startWebStage();
  group = (await stage.service.root.get("/groups/team")).body.id;
});
afterAll(() => stage.service.stop());
afterEach(() => vi.restoreAllMocks());

const LIST = "/team/app/-/project_members";
const GROUP_LIST = "/groups/team/-/group_members";

async function clientOf(role: Role): Promise<WebClient> {
  const client = clients.get(role) ?? (await stage.clientOf(role));
  clients.set(role, client);
  return client;
}

/** The row of a table in which a text stands. */
function rowOf(html: string, text: string): string {
  const rows = [...html.matchAll(/<tr role="row">.*?<\/tr>/gs)].map(([row]) => row);
  return rows.find((row) => row.includes(text)) ?? `no row with ${text}`;
}

const levelOf = async (userId: number): Promise<number | undefined> =>
  (await stage.service.root.get(`/projects/${stage.project.id}/members/${userId}`)).body.access_level;

describe("the members of a project", () => {
  it("are shown to Reporters, who change nothing but may leave", async () => {
    const { html, status } = await (await clientOf("reporter")).get(LIST);
    expect(status).toBe(200);
    expect(rowOf(html, "@maintainer")).toContain("Maintainer");
    expect(rowOf(html, "@maintainer")).not.toContain("<a ");
    expect(rowOf(html, "@reporter")).toContain("Leave");
    expect(html).not.toContain(`${LIST}/new`);
  });

  it.each(["guest", "outsider"] as const)("are not shown to a %s", async (role) => {
    const { html, status } = await (await clientOf(role)).get(LIST);
    expect(status).toBe(role === "guest" ? 403 : 404);
    expect(html).not.toContain("@maintainer");
    if (role === "guest") expect(html).toContain("are Reporter of team/app, and you are Guest");
  });

  it("are added by a Maintainer, by username with a role", async () => {
    const anna = await createUser(stage.service, "anna");
    const client = await clientOf("maintainer");
    expect(await client.post(LIST, { username: "Anna", access_level: "30" })).toMatchObject({ location: LIST });
    expect(await levelOf(anna.id)).toBe(30);
    expect((await client.get(LIST)).html).toContain("The member is added.");
  });

  it("are not added with a role above one's own, twice, or without an account; what was typed stays", async () => {
    const client = await clientOf("maintainer");
    const cases = [
      [{ username: "outsider", access_level: "50" }, "above", 403],
      [{ username: "developer", access_level: "20" }, "Member already exists.", 422],
      [{ username: "nobody-here", access_level: "20" }, `Username "nobody-here" is nobody's here`, 422],
      [{ username: "", access_level: "20" }, "Username", 422],
      [{ username: "ghost", access_level: "20" }, "Ghost User cannot be a member", 422],
      [{ username: "outsider", access_level: "35" }, "Role", 422],
    ] as const;
    for (const [fields, told, expected] of cases) {
      const { status, html } = await client.post(LIST, fields);
      expect([fields.username, status]).toEqual([fields.username, expected]);
      expect(unescaped(html)).toContain(told);
      expect(html).toContain(`value="${fields.username}"`);
    }
    expect(await levelOf(stage.people.outsider.id)).toBeUndefined();
    expect(await levelOf(stage.people.developer.id)).toBe(30);
  });

  it("get another role, and are removed", async () => {
    const bert = await createUser(stage.service, "bert");
    const client = await clientOf("maintainer");
    await client.post(LIST, { username: "bert", access_level: "30" });
    expect((await client.get(`${LIST}/${bert.id}/edit`)).html).toContain('value="30" selected');
    expect((await client.post(`${LIST}/${bert.id}/edit`, { access_level: "20" })).location).toBe(LIST);
    expect(await levelOf(bert.id)).toBe(20);
    expect((await client.get(`${LIST}/${bert.id}/remove`)).html).toContain("Remove bert");
    expect((await client.post(`${LIST}/${bert.id}/remove`)).location).toBe(LIST);
    expect(await levelOf(bert.id)).toBeUndefined();
  });

  it.each(["reporter", "developer"] as const)("are not changed by a %s", async (role) => {
    const client = await clientOf(role);
    const { id } = stage.people.guest;
    const answers = [
      await client.get(`${LIST}/new`),
      await client.post(LIST, { username: "outsider", access_level: "10" }),
      await client.get(`${LIST}/${id}/edit`),
      await client.post(`${LIST}/${id}/edit`, { access_level: "20" }),
      await client.get(`${LIST}/${id}/remove`),
      await client.post(`${LIST}/${id}/remove`),
    ];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 403));
    expect([await levelOf(id), await levelOf(stage.people.outsider.id)]).toEqual([10, undefined]);
  });

  it("may leave by themselves", async () => {
    const carl = await createUserWithPassword(stage.service, "carl");
    await (await clientOf("maintainer")).post(LIST, { username: "carl", access_level: "20" });
    const client = await (await stage.clientOf("anonymous")).signIn(carl);
    expect((await client.get(`${LIST}/${carl.id}/remove`)).html).toContain("Leave team/app");
    expect((await client.post(`${LIST}/${carl.id}/remove`)).location).toBe("/");
    expect(await levelOf(carl.id)).toBeUndefined();
  });

  it("are marked with the group that they are inherited from, and have no control", async () => {
    const dora = await createUser(stage.service, "dora");
    await addGroupMember(stage.service, group, dora.id, 30);
    const { html } = await (await clientOf("maintainer")).get(LIST);
    const row = rowOf(html, "@dora");
    expect(row).toContain("inherited");
    expect(row).toContain("<bdi>team</bdi>");
    expect(row).not.toContain("<a ");
    expect((await (await clientOf("maintainer")).post(`${LIST}/${dora.id}/remove`)).status).toBe(404);
  });

  it("keep a control on what is of the project, though a group gives a higher role", async () => {
    const { id } = stage.people.developer;
    await addGroupMember(stage.service, group, id, 40);
    const { html } = await (await clientOf("maintainer")).get(`${LIST}?search=developer`);
    const rows = html.split("@developer");
    expect(rows).toHaveLength(3);
    expect(html).toContain(`${LIST}/${id}/edit`);
    await stage.service.root.delete(`/groups/${group}/members/${id}`);
  });

  it("have no control above one's own role", async () => {
    const emma = await createUser(stage.service, "emma");
    await (await clientOf("administrator")).post(LIST, { username: "emma", access_level: "50" });
    const { html } = await (await clientOf("maintainer")).get(LIST);
    expect(rowOf(html, "@emma")).toContain("above your own role");
    expect(rowOf(html, "@emma")).not.toContain("<a ");
    const answer = await (await clientOf("maintainer")).post(`${LIST}/${emma.id}/remove`);
    expect([answer.status, await levelOf(emma.id)]).toEqual([403, 50]);
  });

  it("are bots too, without any control, each with its token for Maintainers", async () => {
    const token = await createProjectAccessToken(stage.service, stage.project.id, { name: "ci-push" });
    const { html } = await (await clientOf("maintainer")).get(`${LIST}?show=bots`);
    const row = rowOf(html, "ci-push");
    expect([...row.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([
      `/team/app/-/settings/access_tokens/${token.id}`,
    ]);
    expect(html).toContain("revoke the token");
    expect(html).not.toContain("@maintainer</p>");
    const seen = await (await clientOf("reporter")).get(`${LIST}?show=bots`);
    expect(rowOf(seen.html, "ci-push")).not.toContain("href");
    const client = await clientOf("administrator");
    expect((await client.get(`${LIST}/${token.userId}/remove`)).status).toBe(404);
    expect((await client.post(`${LIST}/${token.userId}/remove`)).status).toBeGreaterThanOrEqual(404);
    expect((await client.post(`${LIST}/${token.userId}/edit`, { access_level: "50" })).status).toBeGreaterThanOrEqual(
      404,
    );
    expect(await levelOf(token.userId)).not.toBe(50);
  });

  it("are found by name, and counted", async () => {
    const client = await clientOf("reporter");
    const { html } = await client.get(`${LIST}?search=MAINT&show=people`);
    expect(html).toContain("@maintainer");
    expect(html).not.toContain("@developer");
    expect((await client.get(`${LIST}?search=%25`)).html).toContain("No member has");
  });

  it("are shown with as many statements, however many there are", async () => {
    const client = await clientOf("maintainer");
    const statements = async () => {
      const watch = await watchStatements(stage.service);
      const sent = await watch(async () => expect((await client.get(LIST)).status).toBe(200));
      vi.restoreAllMocks();
      return sent.length;
    };
    await client.get(LIST);
    const few = await statements();
    for (let index = 0; index < 5; index += 1) {
      const user = await createUser(stage.service, `many${index}`);
      await addGroupMember(stage.service, group, user.id, 20);
      await createProjectAccessToken(stage.service, stage.project.id);
    }
    expect(await statements()).toBe(few);
  });
});

describe("the members of a group", () => {
  it("are hidden from who is none", async () => {
    for (const role of ["outsider", "maintainer"] as const)
      expect((await (await clientOf(role)).get(GROUP_LIST)).status).toBe(404);
  });

  it("are managed by Owners, and shown to Reporters", async () => {
    const [frank, gina] = [
      await createUserWithPassword(stage.service, "frank"),
      await createUserWithPassword(stage.service, "gina"),
    ];
    const harbour = await createGroup(stage.service, "harbour");
    const list = "/groups/harbour/-/group_members";
    const admin = await clientOf("administrator");
    await admin.post(list, { username: "frank", access_level: "50" });
    const owner = await (await stage.clientOf("anonymous")).signIn(frank);
    expect(await owner.post(list, { username: "gina", access_level: "40" })).toMatchObject({ location: list });
    const member = await (await stage.clientOf("anonymous")).signIn(gina);
    const { html } = await member.get(list);
    expect(rowOf(html, "@frank")).not.toContain("<a ");
    expect((await member.post(list, { username: "guest", access_level: "10" })).status).toBe(403);
    expect((await stage.service.root.get(`/groups/${harbour}/members`)).body).toHaveLength(3);
  });

  it("have an Owner: the last one has no control, but the sentence why", async () => {
    const quay = await createGroup(stage.service, "quay");
    const hugo = await createUserWithPassword(stage.service, "hugo");
    await addGroupMember(stage.service, quay, hugo.id, 50);
    const root = (await stage.service.root.get("/user")).body.id;
    const list = "/groups/quay/-/group_members";
    const client = await (await stage.clientOf("anonymous")).signIn(hugo);
    expect(rowOf((await client.get(list)).html, "@hugo")).toContain("Leave");
    expect((await client.post(`${list}/${root}/remove`)).location).toBe(list);
    const row = rowOf((await client.get(list)).html, "@hugo");
    expect(row).toContain("the only Owner");
    expect(row).not.toContain("<a ");
    for (const [path, fields] of [
      ["edit", { access_level: "40" }],
      ["remove", {}],
    ] as const) {
      const { status, html } = await client.post(`${list}/${hugo.id}/${path}`, fields);
      expect([status, html.includes("A group must keep an Owner")]).toEqual([422, true]);
    }
  });

  it("have one as long as an Owner of a group above is there, in whose place a blocked one does not stand", async () => {
    const above = await createGroup(stage.service, "above");
    const below = await createGroup(stage.service, "below", above);
    const ida = await createUser(stage.service, "ida");
    await addGroupMember(stage.service, below, ida.id, 50);
    const root = (await stage.service.root.get("/user")).body.id;
    await stage.service.root.delete(`/groups/${below}/members/${root}`);
    const admin = await clientOf("administrator");
    const list = "/groups/above/below/-/group_members";
    expect(rowOf((await admin.get(list)).html, "@ida")).toContain("Remove");
    const john = await createUser(stage.service, "john");
    await addGroupMember(stage.service, above, john.id, 50);
    await stage.service.root.delete(`/groups/${above}/members/${root}`);
    expect(rowOf((await admin.get(list)).html, "@ida")).toContain("Remove");
    // Nobody is left above but a blocked Owner, which no page lets happen.
    await stage.service.container.database.em().execute("update users set state = 'blocked' where id = ?", [john.id]);
    expect(rowOf((await admin.get(list)).html, "@ida")).toContain("the only Owner");
  });
});
