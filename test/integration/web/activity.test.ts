import { setImmediate } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { PushData } from "../../../src/events/push-data.ts";
import { OF_FIVE, recordPush } from "../../support/record-push.ts";
import { watchStatements } from "../../support/statements.ts";
import { unescaped, type WebClient } from "../../support/web-client.ts";
import { type Role, startWebStage, type WebStage } from "../../support/web-stage.ts";
import { createProjectAccessToken, createUser } from "../../support/world.ts";

let stage: WebStage;
const clients = new Map<Role, WebClient>();
let other: number;
beforeAll(async () => {
  stage = await startWebStage();
  const group = (await stage.service.root.get("/groups/team")).body.id;
  other = (await stage.service.root.post("/projects", { name: "other", path: "other", namespace_id: group })).body.id;
});
afterAll(() => stage.service.stop());
afterEach(() => vi.restoreAllMocks());

const LIST = "/team/app/-/activity";

async function clientOf(role: Role): Promise<WebClient> {
  const client = clients.get(role) ?? (await stage.clientOf(role));
  clients.set(role, client);
  return client;
}

const sql = (text: string, values: unknown[] = []) => stage.service.container.database.em().execute(text, values);

interface Added {
  readonly count?: number;
  readonly project?: number | null;
  readonly author?: number;
  readonly title: string;
  readonly action?: string;
  readonly daysAgo?: number;
}

/** Adds events of images, a second apart, each with its number after the title; the first is the oldest. */
async function addEvents({ count = 1, project, author, title, action = "pulled", daysAgo = 0 }: Added): Promise<void> {
  const at = new Date(stage.service.clock.now().getTime() - daysAgo * 86_400_000).toISOString();
  await sql(
    `insert into events (created_at, author_id, action, target_type, target_title, project_id)
     select ?::timestamptz - make_interval(secs => ? - n), ?, ?, 'Image', ?::text || n, ?
     from generate_series(1, ?) n`,
    [
      at,
      count,
      author ?? stage.people.developer.id,
      action,
      title,
      project === undefined ? stage.project.id : project,
      count,
    ],
  );
}

/**
 * Adds events as {@link addEvents} does, yesterday, three in a second, and some at a time. Between them the process may do something else: else
 * a connection that was idle for all this time is closed just when the next request is sent.
 */
async function addMany(title: string, count: number): Promise<void> {
  const at = new Date(stage.service.clock.now().getTime() - 86_400_000).toISOString();
  const some = 1_000;
  for (let before = 0; before < count; before += some) {
    await sql(
      `insert into events (created_at, author_id, action, target_type, target_title, project_id)
       select ?::timestamptz - make_interval(secs => (?::int - n) / 3), ?, 'pulled', 'Image', ?::text || n, ?
       from generate_series(?::int, ?::int) n`,
      [at, count, stage.people.developer.id, title, stage.project.id, before + 1, before + some],
    );
    await setImmediate();
  }
}

const records = z.array(
  z
    .object({
      id: z.int(),
      target_title: z
        .string()
        .nullable()
        .transform((title) => title ?? ""),
      created_at: z.string(),
    })
    .loose(),
);
const titles = (json: string) => records.parse(JSON.parse(json)).map(({ target_title }) => target_title);

describe("the activity of a project", () => {
  it("shows Reporters who did what, with which token, from which address and when", async () => {
    await addEvents({ title: "team/app/web:seen" });
    const token = await createProjectAccessToken(stage.service, stage.project.id, { name: "ci-push" });
    await sql("update events set token_id = ?, address = '10.9.8.7' where target_title like 'team/app/web:seen%'", [
      token.id,
    ]);
    const { html, status } = await (await clientOf("reporter")).get(LIST);
    expect(status).toBe(200);
    const row = html.split("<tr ").find((each) => each.includes("web:seen")) ?? "";
    expect(row).toContain("<bdi>developer</bdi>");
    expect(row).toContain("pulled");
    expect(row).toContain("<bdi>ci-push</bdi>");
    expect(row).toContain("10.9.8.7");
    expect(row).toContain("<time ");
    // The bot joined the project when its token was made.
    await addEvents({ title: "team/app/web:bot", author: token.userId });
    expect((await (await clientOf("reporter")).get(LIST)).html).toMatch(/<span class="badge plain">bot<\/span>/);
  });

  it.each(["", ".csv", ".json"])("is for Reporters alone: %s", async (ending) => {
    expect((await (await clientOf("guest")).get(LIST + ending)).status).toBe(403);
    expect((await (await clientOf("outsider")).get(LIST + ending)).status).toBe(404);
    expect((await (await clientOf("anonymous")).get(LIST + ending)).location).toContain("/-/sign_in");
    expect((await (await clientOf("reporter")).get(LIST + ending)).status).toBe(200);
  });

  it("has nothing of another project", async () => {
    await addEvents({ title: "team/other/secret:", project: other });
    const client = await clientOf("reporter");
    for (const path of [LIST, `${LIST}.csv`, `${LIST}.json?project=team%2Fother`, `${LIST}?project=team%2Fother`])
      expect((await client.get(path)).html).not.toContain("team/other/secret");
  });

  it("is filtered by kind, who, token, repository, dates and text, in downloads too", async () => {
    const token = await createProjectAccessToken(stage.service, stage.project.id, { name: "filtered" });
    await addEvents({ title: "team/app/f:pull" });
    await addEvents({ title: "team/app/f:push", action: "pushed" });
    await addEvents({ title: "team/app/fx:pull" });
    await addEvents({ title: "team/app/f@sha256:", author: stage.people.maintainer.id });
    await addEvents({ title: "team/app/f:bot", author: token.userId });
    await addEvents({ title: "team/app/f:old", daysAgo: 10 });
    await addEvents({ title: "team/app/f:ancient", daysAgo: 40 });
    const client = await clientOf("reporter");
    const found = async (query: Record<string, string>) => {
      const search = new URLSearchParams(query);
      const all = titles((await client.get(`${LIST}.json?${search}`)).html);
      const { html } = await client.get(`${LIST}?${search}`);
      for (const title of all) expect(unescaped(html)).toContain(title);
      return all.filter((title) => title.startsWith("team/app/f")).map((title) => title.slice(9, -1));
    };
    const all = ["f:pull", "f:push", "fx:pull", "f@sha256:", "f:bot", "f:old"];
    expect((await found({})).sort()).toEqual([...all].sort());
    expect(await found({ kind: "pushed" })).toEqual(["f:push"]);
    expect(await found({ kind: "member" })).toEqual([]);
    expect(await found({ who: "Maintainer" })).toEqual(["f@sha256:"]);
    expect(await found({ token: String(token.id) })).toEqual(["f:bot"]);
    expect((await found({ repository: "team/app/f" })).sort()).toEqual(all.filter((each) => each !== "fx:pull").sort());
    expect(await found({ repository: "team/app/_" })).toEqual([]);
    expect(await found({ search: "FX:" })).toEqual(["fx:pull"]);
    expect(await found({ search: "%" })).toEqual([]);
    const day = (daysAgo: number) =>
      new Date(stage.service.clock.now().getTime() - daysAgo * 86_400_000).toISOString().slice(0, 10);
    expect(await found({ from: day(10), to: day(10) })).toEqual(["f:old"]);
    expect(await found({ from: day(40), to: day(11) })).toEqual(["f:ancient"]);
    expect(await found({ from: day(40), to: day(5), search: "old" })).toEqual(["f:old"]);
  });

  it("shows a push by Git in words, found by its kind and by the name of its branch or tag, in downloads too", async () => {
    const token = await createProjectAccessToken(stage.service, stage.project.id, { name: "pusher" });
    const by = { userId: token.userId, tokenId: token.id };
    const push = (otherwise: Partial<PushData>) =>
      recordPush(stage.service, { by, projectId: stage.project.id, ...otherwise });
    await push({ ref: "feature/login" });
    await push({ ref: "v1.0", refType: "tag", action: "created", commitTitle: "=1+1" });
    await push({ ...OF_FIVE, action: "removed" });
    const client = await clientOf("reporter");
    const { html } = await client.get(`${LIST}?kind=git`);
    const rows = html
      .split("<tr ")
      .slice(1)
      .filter((row) => row.includes("<bdi>pusher</bdi>"));
    expect(rows).toHaveLength(3);
    expect(rows[0]).toContain("deleted 5 branches");
    expect(rows[1]).toContain("pushed new tag <bdi>v1.0</bdi> · 3 commits: <bdi>=1+1</bdi>");
    expect(rows[2]).toContain("pushed to branch <bdi>feature/login</bdi> · 3 commits: <bdi>Fix the build</bdi>");
    expect(html).not.toContain("team/app/f:");
    const links = rows.flatMap((row) => Array.from(row.matchAll(/href="([^"]*)"/g), ([, to = ""]) => unescaped(to)));
    for (const link of new Set(links)) expect([link, (await client.get(link)).status]).toEqual([link, 200]);

    const refs = async (query: string) => {
      const { html: json } = await client.get(`${LIST}.json?${query}`);
      return JSON.parse(json).map(({ action_name, ref, ref_count }: Record<string, unknown>) =>
        [action_name, ref ?? ref_count].join(" "),
      );
    };
    expect(await refs("kind=git")).toEqual(["deleted 5", "pushed new v1.0", "pushed to feature/login"]);
    expect(await refs("search=V1.")).toEqual(["pushed new v1.0"]);
    expect(await refs("search=login&kind=git")).toEqual(["pushed to feature/login"]);
    expect(await refs(`kind=git&token=${token.id}&search=login`)).toEqual(["pushed to feature/login"]);
    expect(await refs("kind=pushed&search=login")).toEqual([]);
    const { html: csv } = await client.get(`${LIST}.csv?search=v1.0`);
    const [names = "", row = ""] = csv.split("\r\n");
    const [first = "", rest = ""] = names.split(",ref_type,");
    expect(`ref_type,${rest}`).toBe("ref_type,ref,ref_count,commit_count,commit_from,commit_to,commit_title");
    expect(first).toContain(",target_type,target_id,target_title,");
    expect(row).toContain(",pushed new,,,,");
    expect(row).toMatch(/,tag,v1\.0,,3,a{40},b{40},'=1\+1$/);
  });

  it("says what is wrong with a filter, and keeps it", async () => {
    const client = await clientOf("reporter");
    const cases = [
      [{ who: "nobody-here" }, `Who "nobody-here" is nobody's username`],
      [{ from: "2026-11-02", to: "2026-11-01" }, "is later than"],
      [{ from: "2020-01-01", to: "2026-01-01" }, "366 days"],
      [{ from: "yesterday" }, "From"],
      [{ from: "0001-01-01" }, "from 2000 to 2999"],
      [{ to: "9999-12-31" }, "from 2000 to 2999"],
      [{ token: "x" }, "Token"],
      [{ kind: "everything" }, "Kind"],
    ] as const;
    for (const [query, told] of cases) {
      const search = new URLSearchParams(query);
      const { html, status } = await client.get(`${LIST}?${search}`);
      expect([search.toString(), status, html.includes('id="errors"')]).toEqual([search.toString(), 200, true]);
      expect(unescaped(html)).toContain(told);
      expect((await client.get(`${LIST}.csv?${search}`)).status).toBe(422);
    }
  });

  it("does not tell a bot of a hidden project from nobody", async () => {
    await stage.service.root.put(`/projects/${other}`, { visibility: "private" });
    const hidden = await createProjectAccessToken(stage.service, other, { name: "hidden" });
    const username = (await stage.service.root.get(`/users/${hidden.userId}`)).body.username;
    const { html } = await (await clientOf("reporter")).get(`${LIST}?who=${username}`);
    expect(unescaped(html)).toContain("is nobody's username");
  });

  it("is text, whatever it is called", async () => {
    await addEvents({ title: `"><script>alert(1)</script>` });
    const by = { userId: stage.people.developer.id, tokenId: null };
    const hostile = "<script>alert(2)</script>";
    await recordPush(stage.service, { by, projectId: stage.project.id, ref: hostile, commitTitle: hostile });
    const { html } = await (await clientOf("reporter")).get(LIST);
    expect(html).not.toContain("<script>");
    expect(unescaped(html)).toContain(`"><script>alert(1)</script>`);
    expect(unescaped(html)).toContain(`pushed to branch <bdi>${hostile}</bdi> · 3 commits: <bdi>${hostile}</bdi>`);
  });
});

describe("a download", () => {
  it("has its own type and name, and no formula", async () => {
    await addEvents({ title: `=cmd|' /C calc'!A` });
    const client = await clientOf("reporter");
    const csv = await client.get(`${LIST}.csv`);
    expect(csv.headers).toMatchObject({
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="team-app-activity-2026-11-02.csv"',
      "cache-control": "no-store",
    });
    expect(csv.html).toContain(`,'=cmd|' /C calc'!A1,`);
    const json = await client.get(`${LIST}.json`);
    expect(json.headers["content-type"]).toMatch(/^application\/json/);
    expect(json.headers["content-disposition"]).toContain('filename="team-app-activity-2026-11-02.json"');
    expect(titles(json.html)).toContain(`=cmd|' /C calc'!A1`);
  });

  it("of 20,000 events is complete and in order, while others are added", async () => {
    const count = 20_000;
    await addMany("team/app/many:", count);
    const client = await clientOf("reporter");
    const adding = (async () => {
      for (let index = 0; index < 20; index += 1)
        await addEvents({ title: "team/app/many:new", count: 10, daysAgo: index % 3 });
    })();
    const { html } = await client.get(`${LIST}.json?repository=team/app/many`);
    await adding;
    const all = records.parse(JSON.parse(html));
    const wanted = all.filter(({ target_title }) => !target_title.includes("new"));
    expect(wanted.map(({ target_title }) => target_title)).toEqual(
      Array.from({ length: count }, (_, index) => `team/app/many:${count - index}`),
    );
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    const csv = await client.get(`${LIST}.csv?repository=team/app/many&to=2026-11-01`);
    const lines = csv.html.split("\r\n").filter((line) => /,team\/app\/many:\d+,/.test(line));
    expect(lines).toHaveLength(count);
  });
});

describe("with many events", () => {
  it("a page is counted up to 10,000, the chart is of the latest, and the last page leads to the download", async () => {
    const client = await clientOf("reporter");
    const { html } = await client.get(LIST);
    expect(html).toContain("The latest 10,000 events");
    const last = await client.get(`${LIST}?page=200`);
    expect([last.status, last.html.includes('rel="next"'), last.html.includes("choose fewer days")]).toEqual([
      200,
      false,
      true,
    ]);
    expect((await client.get(`${LIST}?page=201`)).status).toBe(404);
    expect(Buffer.byteLength(html)).toBeLessThan(60 * 1024);
  });

  it("a page sends as many statements as with few", async () => {
    const client = await clientOf("reporter");
    const statements = async (path: string) => {
      await client.get(path);
      const watch = await watchStatements(stage.service);
      const sent = await watch(async () => expect((await client.get(path)).status).toBe(200));
      vi.restoreAllMocks();
      return sent.length;
    };
    const few = await statements(`${LIST}?search=ci-push`);
    expect(await statements(LIST)).toBe(few);
  });
});

describe("the audit of the instance", () => {
  it.each(["", ".csv", ".json"])("is for administrators alone: /admin/audit%s", async (ending) => {
    for (const role of ["guest", "maintainer", "outsider"] as const)
      expect((await (await clientOf(role)).get(`/admin/audit${ending}?kind=path`)).status).toBe(403);
    expect((await (await clientOf("anonymous")).get(`/admin/audit${ending}?kind=path`)).location).toContain(
      "/-/sign_in",
    );
    expect((await (await clientOf("administrator")).get(`/admin/audit${ending}?kind=path`)).status).toBe(200);
  });

  it("has what happened in all projects and outside of them, by project too", async () => {
    await createUser(stage.service, "newcomer");
    const client = await clientOf("administrator");
    const accounts = await client.get("/admin/audit?kind=user");
    expect(accounts.html).toContain("<bdi>newcomer</bdi>");
    const { html } = await client.get("/admin/audit?project=team%2Fother&kind=image");
    expect(html).toContain("team/other/secret");
    expect(html).not.toContain("team/app/many");
    expect(html).toContain('href="/team/other/-/activity"');
    expect(unescaped((await client.get("/admin/audit?project=team%2Fnone")).html)).toContain(
      `Project "team/none" is no project`,
    );
    expect(titles((await client.get("/admin/audit.json?project=team/other&kind=image")).html)).toEqual([
      "team/other/secret:1",
    ]);
    expect((await client.get("/admin/audit.csv?kind=user")).headers["content-disposition"]).toContain(
      "audit-2026-11-02.csv",
    );
  });
});
