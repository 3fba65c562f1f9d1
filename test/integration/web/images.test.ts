import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { DAY_MS } from "../../../src/clock.ts";
import { CatalogReader } from "../../../src/images/catalog-reader.ts";
import { forgetManifests } from "../../../src/images/forget-manifests.ts";
import type { RegistryEvent } from "../../../src/registry/notification.schema.ts";
import { storeRegistryEvents } from "../../../src/registry/store-registry-events.ts";
import { makeImage, makeIndex } from "../../support/images.ts";
import { watchStatements } from "../../support/statements.ts";
import { formOf, type WebClient } from "../../support/web-client.ts";
import { ROLES, type Role, startWebStage, type WebStage } from "../../support/web-stage.ts";

const BASE = "/team/app/-/container_registry";
const WEB = `${BASE}/team/app/web`;
const LINUX = { architecture: "amd64", os: "linux" };
/** What a test answers by. */
type Answer = { writeHead(status: number, headers?: Record<string, string>): { end(text?: string): unknown } };

let stage: WebStage;
let clients: Readonly<Record<Role, WebClient>>;
beforeAll(async () => {
  stage = await startWebStage();
  await signInAll();
});
/** Everybody anew: a session does not outlive a week unused. */
async function signInAll(): Promise<void> {
  const all = ROLES.map(async (role) => [role, await stage.clientOf(role)] as const);
  clients = Object.fromEntries(await Promise.all(all)) as typeof clients;
}
afterAll(() => stage.service.stop());
beforeEach(() => {
  stage.registry.asked.length = 0;
});
afterEach(async () => {
  vi.restoreAllMocks();
  stage.registry.answer = () => false;
  stage.registry.deletes = true;
  const em = stage.service.container.database.em();
  for (const table of ["registry_events", "registry_event_counts", "image_manifests", "image_repositories"])
    await em.execute(`delete from ${table}`);
});

const textOf = (html: string) => html.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
const read = async (path: string, role: Role = "maintainer") => {
  const { status, html } = await clients[role].get(path);
  expect([path, role, status]).toEqual([path, role, 200]);
  return textOf(html);
};
const setVisibility = async (visibility: string) => {
  expect((await stage.service.root.put(`/projects/${stage.project.id}`, { visibility })).status).toBe(200);
};

let reports = 0;
/** Reports something as a registry does. */
async function report(event: Partial<RegistryEvent>): Promise<void> {
  reports += 1;
  const { container } = stage.service;
  const nothing = { fromRepository: null, digest: null, tag: null, mediaType: null };
  const usual = { repository: "team/app/web", action: "push", actor: "developer", happenedAt: container.clock.now() };
  const stored = { id: `report-${reports}`, ...nothing, ...usual, ...event } as RegistryEvent;
  expect(await storeRegistryEvents(container, [stored])).toBe(1);
}

describe("the images of a project", () => {
  it("are for those who may pull, and tell who it was to Reporters alone", async () => {
    const { digest } = makeImage(LINUX);
    stage.registry.put("team/app/web", "v1", makeImage(LINUX));
    await report({ tag: "v1", digest });
    const seen: Record<string, unknown> = {};
    for (const visibility of ["public", "internal", "private"]) {
      await setVisibility(visibility);
      for (const role of ROLES) {
        const answers = await Promise.all([BASE, WEB, `${WEB}/-/tags/v1`].map((path) => clients[role].get(path)));
        const tells = answers.map(({ status, html }) =>
          status === 200 ? textOf(html.slice(html.indexOf("<main"))).includes(" developer ") : status,
        );
        seen[`${visibility} ${role}`] = new Set(tells).size === 1 ? tells[0] : tells;
      }
    }
    const reporters = { reporter: true, developer: true, maintainer: true, administrator: true };
    const of = (visibility: string, outcomes: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(outcomes).map(([role, outcome]) => [`${visibility} ${role}`, outcome]));
    expect(seen).toEqual({
      ...of("public", { ...reporters, anonymous: false, guest: false, outsider: false, blocked: false }),
      ...of("internal", { ...reporters, anonymous: 303, guest: false, outsider: false, blocked: 303 }),
      ...of("private", { ...reporters, anonymous: 303, guest: 403, outsider: 404, blocked: 303 }),
    });
  });

  it("are asked for as Keyside itself, to be pulled from that repository and no other", async () => {
    stage.registry.put("team/app/web", "v1", makeImage(LINUX));
    await read(WEB);
    await read(`${WEB}/-/tags/v1`, "reporter");
    expect(stage.registry.asked.length).toBeGreaterThan(3);
    const access = [{ type: "repository", name: "team/app/web", actions: ["pull"] }];
    for (const question of stage.registry.asked) expect(question).toMatchObject({ subject: "keyside", access });
  });

  it("ask nothing of the registry for a name that is not the project's, nor for who may not pull", async () => {
    for (const name of ["team/other", "team/application", "team", "keyside", "TEAM/app/web"])
      expect([name, (await clients.administrator.get(`${BASE}/${name}`)).status]).toEqual([name, 404]);
    expect((await clients.guest.get(WEB)).status).toBe(403);
    expect((await clients.outsider.get(`${WEB}/-/tags/v1`)).status).toBe(404);
    expect((await clients.anonymous.get(WEB)).status).toBe(303);
    expect(stage.registry.asked).toEqual([]);
  });

  it("say that the registry is off where it is", async () => {
    const path = `/projects/${stage.project.id}`;
    await stage.service.root.put(path, { container_registry_access_level: "disabled" });
    expect(await read(BASE)).toContain("The registry of this project is off");
    expect((await clients.maintainer.get(WEB)).status).toBe(404);
    expect((await clients.guest.get(BASE)).status).toBe(403);
    expect(textOf((await clients.maintainer.get("/team/app")).html)).not.toContain(" Images Activity");
    await stage.service.root.put(path, { container_registry_access_level: "enabled" });
  });

  it("are read once, and looked up by their digest from then on", async () => {
    const index = makeIndex([{ image: makeImage(LINUX), platform: "linux/amd64" }]);
    stage.registry.put("team/app/web", "v1", index);
    await read(WEB);
    const gets = () =>
      stage.registry.asked.filter(({ method, path }) => method === "GET" && !path.endsWith("tags/list"));
    expect(gets()).toHaveLength(3);
    stage.registry.asked.length = 0;
    expect(await read(WEB)).toContain("linux/amd64");
    expect(gets()).toEqual([]);
    stage.service.clock.advance({ days: 91 });
    await forgetManifests(stage.service.container);
    await signInAll();
    await read(WEB);
    expect(gets()).toHaveLength(3);
  });

  it("send as many statements however many tags there are", async () => {
    const measure = async () => {
      const watch = await watchStatements(stage.service);
      const sent = await watch(() => read(`${BASE}/team/app/many`));
      vi.restoreAllMocks();
      return sent.length;
    };
    const add = async (tag: string) => {
      const image = makeImage(LINUX);
      stage.registry.put("team/app/many", tag, image);
      await report({ repository: "team/app/many", tag, digest: image.digest });
    };
    await add("v1");
    await read(`${BASE}/team/app/many`);
    const few = await measure();
    for (let index = 0; index < 40; index += 1) await add(`w${index}`);
    await read(`${BASE}/team/app/many`);
    expect(await measure()).toBe(few);
  });

  it("come fifty a page, those pushed last first, and are searched by name", async () => {
    for (let index = 10; index < 75; index += 1) stage.registry.put("team/app/paged", `t${index}`, makeImage(LINUX));
    await report({ repository: "team/app/paged", tag: "t33" });
    const path = `${BASE}/team/app/paged`;
    const tagsOn = async (query: string) => {
      const { html } = await clients.maintainer.get(path + query);
      return [...html.matchAll(/-\/tags\/(t\d+)"><bdi>/g)].map(([, tag]) => tag);
    };
    const [first, second] = [await tagsOn(""), await tagsOn("?page=2")];
    expect([first.length, second.length, new Set([...first, ...second]).size]).toEqual([50, 15, 65]);
    expect(first[0]).toBe("t33");
    expect(await tagsOn("?search=T7")).toEqual(["t74", "t73", "t72", "t71", "t70"]);
    const heads = stage.registry.asked.filter(({ method }) => method === "HEAD");
    expect(heads).toHaveLength(70);
  });

  it("are told to be unused once nobody pulled for 90 days, if all pulls would be known", async () => {
    const image = makeImage(LINUX);
    stage.registry.put("team/app/idle", "v1", image);
    const idle = async () => (await read(`${BASE}/team/app/idle`)).includes("not pulled in 90 days");
    // Nobody reported anything so long ago: it may have been pulled.
    expect(await idle()).toBe(false);
    const now = stage.service.clock.now().getTime();
    await report({ repository: "team/app/other", happenedAt: new Date(now - 100 * DAY_MS) });
    expect(await idle()).toBe(true);
    await setVisibility("public");
    expect(await idle()).toBe(false);
    await setVisibility("private");
    await report({
      repository: "team/app/idle",
      action: "pull",
      digest: image.digest,
      happenedAt: new Date(now - 89 * DAY_MS),
    });
    expect(await idle()).toBe(false);
  });

  it("whose tag was deleted by report are not listed when the registry is silent", async () => {
    const now = stage.service.clock.now().getTime();
    const [kept, gone] = [makeImage(LINUX).digest, makeImage(LINUX).digest];
    await report({ tag: "kept", digest: kept, happenedAt: new Date(now - 5000) });
    await report({ tag: "gone", digest: gone, happenedAt: new Date(now - 4000) });
    await report({ tag: "again", digest: gone, happenedAt: new Date(now - 3000) });
    await report({ action: "delete", digest: gone, happenedAt: new Date(now - 3500) });
    stage.registry.answer = (_, response) => Boolean(response.writeHead(503).end());
    const page = await read(WEB);
    expect([page.includes("kept"), page.includes("again"), page.includes("gone")]).toEqual([true, true, false]);
  });
});

describe("a registry that", () => {
  const LIES = {
    "never answers": () => true,
    "never ends its answer": (response: { write(text: string): unknown }) => Boolean(response.write("{")) || true,
    fails: (response: Answer) => Boolean(response.writeHead(500).end("<html>")),
    "answers another thing": (response: Answer) => Boolean(response.writeHead(200).end("<html>welcome")),
    refuses: (response: Answer) => Boolean(response.writeHead(401).end()),
    "sends more than anybody reads": (response: Answer) => Boolean(response.writeHead(200).end("x".repeat(5_000_000))),
    "hangs up": (response: { destroy(): unknown }) => Boolean(response.destroy()),
    "leads elsewhere": (response: Answer) => Boolean(response.writeHead(302, { Location: "file:///etc/passwd" }).end()),
  };
  it.each(Object.entries(LIES))("%s leaves a page that says so", async (_, lie) => {
    await report({ tag: "v1" });
    stage.registry.answer = (_question, response) => lie(response as never) || true;
    const page = await read(WEB);
    expect(page).toMatch(/The registry does not (?:answer|accept)/);
    expect(page).toContain("v1");
    expect(page).not.toContain("Check the registry");
    expect(await read(WEB, "administrator")).toContain("Check the registry");
    expect((await clients.maintainer.get(`${WEB}/-/tags/v1/delete`)).status).toBe(422);
  });

  it("has another manifest or configuration than its digest says is not believed", async () => {
    const image = makeImage(LINUX);
    stage.registry.put("team/app/web", "v1", image);
    const other = makeImage({ ...LINUX, os: "lies" });
    const lie = (part: string) => {
      stage.registry.answer = ({ method, path }, response) =>
        method === "GET" &&
        path.includes(part) &&
        Boolean(response.end(part === "/blobs/" ? other.blobs[0] : other.content));
    };
    lie("/manifests/");
    expect(await read(WEB)).toContain("not known");
    lie("/blobs/");
    const page = await read(WEB);
    expect(page).not.toContain("lies");
    const kept = await stage.service.container.database.em().execute("select manifest from image_manifests");
    expect(JSON.stringify(kept)).not.toContain("lies");
  });

  it("holds hostile words shows them as text", async () => {
    const hostile = `"><script>alert(1)</script>`;
    const image = makeImage({ os: "linux", architecture: hostile });
    stage.registry.put("team/app/web", "v1", makeIndex([{ image, platform: `linux/${hostile.replaceAll("/", "")}` }]));
    const chart = makeImage({}, { configType: `application/${hostile}` });
    stage.registry.put("team/app/web", "v2", chart);
    for (const path of [WEB, `${WEB}/-/tags/v1`, `${WEB}/-/tags/v2`]) {
      const { html } = await clients.maintainer.get(path);
      expect(html).toContain("&lt;script&gt;");
      expect(html).not.toContain("<script>");
    }
  });

  it("lists tags and repositories that are none has them left out", async () => {
    stage.registry.answer = ({ path }, response) => {
      if (path.endsWith("tags/list")) response.end(JSON.stringify({ tags: ["v1", "../x", 7, null, "a b"] }));
      else if (path === "_catalog") response.end(JSON.stringify({ repositories: ["team/app/b", "Team/app", "../x"] }));
      else return false;
      return true;
    };
    stage.registry.put("team/app/web", "v1", makeImage(LINUX));
    expect(await read(WEB)).toContain("v1");
    expect(stage.registry.asked.filter(({ method }) => method === "HEAD").map(({ path }) => path)).toEqual([
      "team/app/web/manifests/v1",
    ]);
    stage.service.clock.advance({ hours: 2 });
    await signInAll();
    await stage.service.container.catalogReader.readIfDue();
    expect(await stage.service.container.database.em().execute("select name from image_repositories")).toEqual([
      { name: "team/app/b" },
    ]);
  });

  it("deletes nothing says what to set", async () => {
    const image = makeImage(LINUX);
    stage.registry.put("team/app/web", "v1", image);
    stage.registry.deletes = false;
    const path = `${WEB}/-/tags/v1/delete`;
    const { status, html } = await clients.maintainer.post(path, { digest: image.digest });
    expect([status, textOf(html)]).toEqual([422, expect.stringContaining("storage.delete.enabled")]);
    expect(stage.registry.tagsOf("team/app/web")).toContain("v1");
  });
});

describe("an image's deletion", () => {
  it("is asked of the registry as the visitor, with the right to delete there and nothing else", async () => {
    const image = makeImage(LINUX);
    for (const tag of ["a", "b"]) stage.registry.put("team/app/gone", tag, image);
    const path = `${BASE}/team/app/gone/-/tags/a/delete`;
    const asked = await clients.maintainer.get(path);
    expect(textOf(asked.html)).toMatch(/all its tags: a b /);
    stage.registry.asked.length = 0;
    expect((await clients.maintainer.post(path, formOf(asked.html, path))).status).toBe(303);
    expect(stage.registry.asked.at(-1)).toMatchObject({
      method: "DELETE",
      path: `team/app/gone/manifests/${image.digest}`,
      subject: "maintainer",
      access: [{ type: "repository", name: "team/app/gone", actions: ["delete"] }],
    });
    expect(stage.registry.tagsOf("team/app/gone")).toEqual([]);
  });

  it("is refused to a Developer before the registry is asked", async () => {
    const image = makeImage(LINUX);
    stage.registry.put("team/app/web", "v1", image);
    const path = `${WEB}/-/tags/v1/delete`;
    expect((await clients.developer.post(path, { digest: image.digest })).status).toBe(403);
    expect((await clients.developer.get(path)).status).toBe(403);
    expect(textOf((await clients.developer.get(WEB)).html)).not.toContain("Delete");
    expect(stage.registry.asked.some(({ method }) => method === "DELETE")).toBe(false);
  });

  it("says which tags it does not know of", async () => {
    const image = makeImage(LINUX);
    for (const tag of ["a", "b", "c"]) stage.registry.put("team/app/unsure", tag, image);
    stage.registry.answer = ({ method, path }, response) =>
      method === "HEAD" && path.endsWith("/c") && Boolean(response.writeHead(500).end());
    const page = await read(`${BASE}/team/app/unsure/-/tags/a/delete`);
    expect(page).toMatch(/all its tags: a b /);
    expect(page).toContain("Of 1 more tag the registry did not say");
  });
});

describe("the registry's catalog", () => {
  const read = () => stage.service.container.catalogReader.readIfDue();
  const catalogs = () => stage.registry.asked.filter(({ path }) => path.startsWith("_catalog"));
  const names = async () =>
    (
      await stage.service.container.database
        .em()
        .execute<{ name: string }[]>("select name from image_repositories order by name")
    ).map(({ name }) => name);
  const later = (minutes: number) => stage.service.clock.advance({ minutes });
  const pages = (next: (path: string) => string | undefined, names: (path: string) => string[]) => {
    stage.registry.answer = ({ path }, response) => {
      if (!path.startsWith("_catalog")) return false;
      const link = next(path);
      if (link !== undefined) response.setHeader("Link", `<${link}>; rel="next"`);
      response.end(JSON.stringify({ repositories: names(path) }));
      return true;
    };
  };

  it("is read hourly, by one replica, with the right to list it and nothing else", async () => {
    later(120);
    await Promise.all([read(), read(), read()]);
    expect(catalogs()).toMatchObject([
      { subject: "keyside", access: [{ type: "registry", name: "catalog", actions: ["*"] }] },
    ]);
    later(59);
    await read();
    expect(catalogs()).toHaveLength(1);
    later(2);
    await read();
    expect(catalogs()).toHaveLength(2);
  });

  it("is read soon when a Maintainer asks for it, however often they do", async () => {
    later(120);
    await read();
    later(1);
    for (let time = 0; time < 3; time += 1) await clients.maintainer.post(`${BASE}/read`);
    await read();
    await read();
    expect(catalogs()).toHaveLength(2);
  });

  it("is read page by page, and forgets what it lists no more", async () => {
    later(120);
    pages(
      (path) => (path === "_catalog" ? "/v2/_catalog?n=1&last=a" : undefined),
      (path) => (path === "_catalog" ? ["team/app/a"] : ["team/app/b"]),
    );
    await read();
    expect(await names()).toEqual(["team/app/a", "team/app/b"]);
    later(120);
    pages(
      () => undefined,
      () => ["team/app/b"],
    );
    await read();
    expect(await names()).toEqual(["team/app/b"]);
  });

  it("that cannot be read leaves what is known, says why, and is tried again in five minutes", async () => {
    later(120);
    pages(
      () => undefined,
      () => ["team/app/a"],
    );
    await read();
    later(120);
    stage.registry.answer = (_, response) => Boolean(response.writeHead(500).end()) || true;
    await read();
    expect(await names()).toEqual(["team/app/a"]);
    const page = textOf((await clients.maintainer.get(BASE)).html);
    expect(page).toContain("Since then it could not be read: it does not answer.");
    const before = catalogs().length;
    later(4);
    await read();
    expect(catalogs()).toHaveLength(before);
    later(2);
    await read();
    expect(catalogs()).toHaveLength(before + 1);
  });

  it("whose reading is cut off as the service stops is read anew by whoever comes next", async () => {
    later(120);
    const reached = Promise.withResolvers<void>();
    stage.registry.answer = () => {
      reached.resolve();
      return true;
    };
    const stopped = new CatalogReader(stage.service.container);
    const reading = stopped.readIfDue();
    await reached.promise;
    stopped.close();
    await reading;
    await stopped.readIfDue();
    expect(catalogs()).toHaveLength(1);
    stage.registry.answer = () => false;
    await read();
    expect(catalogs()).toHaveLength(2);
    expect(textOf((await clients.maintainer.get(BASE)).html)).not.toContain("could not be read");
  });

  it("without end is given up, wherever it leads", async () => {
    later(120);
    pages(
      () => "http://elsewhere.test/v2/_catalog?last=again",
      () => ["team/app/a"],
    );
    await read();
    expect(catalogs().map(({ path }) => path)).toEqual(["_catalog", "_catalog?last=again"]);
    expect(textOf((await clients.maintainer.get(BASE)).html)).toContain("does not answer as registries do");
  });
});
