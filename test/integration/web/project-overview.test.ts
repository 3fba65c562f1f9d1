import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { event } from "../../support/registry-event.ts";
import { reportImage } from "../../support/report-image.ts";
import type { WebClient } from "../../support/web-client.ts";
import { ROLES, type Role, startWebStage, type WebStage } from "../../support/web-stage.ts";
import { createProject, createProjectAccessToken } from "../../support/world.ts";

const SECRET = "Bearer a-secret-of-the-registry";

let stage: WebStage;
let clients: Readonly<Record<Role, WebClient>>;
beforeAll(async () => {
  stage = await startWebStage({
    environment: { REGISTRY_NOTIFICATION_SECRET: SECRET, REGISTRY_URL: "https://r.test" },
  });
  const all = ROLES.map(async (role) => [role, await stage.clientOf(role)] as const);
  clients = Object.fromEntries(await Promise.all(all)) as typeof clients;
});
afterAll(() => stage.service.stop());

/** Reports pushes of tags of `team/app/web` by the maintainer, each a minute after the one before. */
async function push(repository: string, tags: readonly (string | null)[], actor = "maintainer"): Promise<void> {
  const now = stage.service.clock.now().getTime();
  const events = tags.map((tag, place) => ({
    ...event({ id: `${repository}-${tag}-${place}-${actor}`, actor, target: { repository, tag } }),
    timestamp: new Date(now - (tags.length - place) * 60_000).toISOString(),
  }));
  const answer = await fetch(`${stage.service.url}/registry/notifications`, {
    method: "POST",
    headers: { authorization: SECRET, "content-type": "application/vnd.docker.distribution.events.v1+json" },
    body: JSON.stringify({ events }),
  });
  expect(answer.status).toBe(200);
}

const group = async () => (await stage.service.root.get("/groups/team")).body.id;
const html = async (role: Role, path: string) => {
  const answer = await clients[role].get(path);
  expect([role, path, answer.status]).toEqual([role, path, 200]);
  return answer.html;
};
const MEMBERS: readonly Role[] = ["guest", "reporter", "developer", "maintainer", "administrator"];
const FOR_WHO_PULLS = "Last 30 days";

describe("the overview of a project", () => {
  it("tells what is pushed and pulled to those who may pull, and who it was to Reporters", async () => {
    for (const visibility of ["private", "internal", "public"]) {
      const path = `team/${visibility}`;
      const id = await createProject(stage.service, await group(), visibility, { visibility });
      for (const [role, level] of Object.entries({ guest: 10, reporter: 20, developer: 30, maintainer: 40 }))
        await stage.service.root.post(`/projects/${id}/members`, {
          user_id: stage.people[role as "guest"].id,
          access_level: level,
        });
      await push(`${path}/web`, ["1.0"]);
      const seen = Object.fromEntries(
        await Promise.all(
          ROLES.map(async (role) => {
            const { status, html: page } = await clients[role].get(`/${path}`);
            if (status !== 200) return [role, status];
            return [
              role,
              [page.includes(FOR_WHO_PULLS) && page.includes("web:1.0"), page.includes("<bdi>maintainer</bdi></td>")],
            ];
          }),
        ),
      );
      const reporters = {
        reporter: [true, true],
        developer: [true, true],
        maintainer: [true, true],
        administrator: [true, true],
      };
      expect(seen).toEqual(
        {
          private: { ...reporters, guest: [false, false], anonymous: 303, outsider: 404, blocked: 303 },
          internal: { ...reporters, guest: [true, false], anonymous: 303, outsider: [true, false], blocked: 303 },
          public: {
            ...reporters,
            guest: [true, false],
            anonymous: [true, false],
            outsider: [true, false],
            blocked: [true, false],
          },
        }[visibility],
      );
    }
  });

  it("shows how to push the first image to those who may, until one is pushed", async () => {
    await createProject(stage.service, await group(), "empty", { visibility: "public" });
    const lines = "docker push r.test/team/empty/hello:1";
    expect(await html("administrator", "/team/empty")).toContain(lines);
    const page = await html("anonymous", "/team/empty");
    expect(page).toContain("No images yet");
    expect(page).not.toContain(lines);
    await push("team/empty/web", ["1"]);
    expect(await html("administrator", "/team/empty")).not.toContain("Push your first image");
    expect(await html("anonymous", "/team/empty")).not.toContain("No images yet");
  });

  it("lists each image once, by its tag, without the parts of one of several platforms", async () => {
    await createProject(stage.service, await group(), "many", { visibility: "public" });
    await push("team/many/web", ["1.0", null, null, "2.0", "1.0"]);
    const page = await html("anonymous", "/team/many");
    const listed = Array.from(page.matchAll(/class="name"[^>]*><bdi>(web[^<]*)<\/bdi>/g), ([, name]) => name);
    expect(listed).toEqual(["web:1.0", "web:2.0"]);
  });

  it("says so when the registry is off, and tells nothing of images", async () => {
    const id = await createProject(stage.service, await group(), "off", { visibility: "public" });
    await push("team/off/web", ["1"]);
    await stage.service.root.put(`/projects/${id}`, { container_registry_access_level: "disabled" });
    const page = await html("administrator", "/team/off");
    expect(page).toContain("is off");
    expect(page).not.toMatch(/web:1|Images begin with|Last 30 days/);
  });
});

describe("what is hidden and what is missing look alike", () => {
  it("as a page, for whoever asks", async () => {
    for (const role of ["outsider", "anonymous", "blocked"] as const) {
      const [hidden, missing] = await Promise.all(["/team/app", "/team/nil"].map((path) => clients[role].get(path)));
      const same = (text: string | undefined) => text?.replace(/app|nil/, "x");
      expect([hidden?.status, same(hidden?.location)]).toEqual([missing?.status, same(missing?.location)]);
      const plain = (page = "") => page.replaceAll(/<code>[^<]*<\/code>/g, "");
      expect(plain(hidden?.html)).toBe(plain(missing?.html));
    }
  });
});

describe("tokens that end soon", () => {
  it("stand above every page of the project, for its Maintainers alone", async () => {
    const banner = "A token ends soon.";
    await createProjectAccessToken(stage.service, stage.project.id, { expires_at: "2026-12-30" });
    expect(await html("maintainer", "/team/app")).not.toContain(banner);
    await createProjectAccessToken(stage.service, stage.project.id, { name: "soon", expires_at: "2026-11-10" });
    const pages = ["", "/-/settings", "/-/settings/access_tokens", "/-/settings/access_tokens/new"];
    for (const page of pages) {
      const shown = await html("maintainer", `/team/app${page}`);
      expect([page, shown.includes(banner) && shown.includes("was never used")]).toEqual([page, true]);
    }
    for (const role of MEMBERS.filter((each) => each !== "maintainer" && each !== "administrator"))
      expect(await html(role, "/team/app")).not.toContain(banner);
  });
});

describe("the first steps of a project", () => {
  it("are ticked one after the other, and all stand ticked until the day after the first pull", async () => {
    const { service } = stage;
    const id = await createProject(service, await group(), "first");
    const image = { repository: "team/first/hello", tag: "1" };
    const pages = ["/team/first", "/team/first/-/settings/access_tokens"];
    const seen = async () => {
      const shown = await Promise.all(pages.map((path) => html("administrator", path)));
      return shown.map((page) =>
        Array.from(page.matchAll(/<p class="step">([^<]*)<span class="vh"> \((\w+)\)/g), ([, step, state]) => [
          step,
          state,
        ]),
      );
    };
    const onBoth = (...states: string[]) => {
      const list = ["Make a token", "Push an image", "Pull it"].map((step, place) => [step, states[place]]);
      return [list, list];
    };
    expect(await seen()).toEqual(onBoth("Next", "Later", "Later"));
    const token = await createProjectAccessToken(service, id);
    expect(await seen()).toEqual(onBoth("Done", "Next", "Later"));
    await reportImage(service, token, "push", image);
    expect(await seen()).toEqual(onBoth("Done", "Done", "Next"));
    service.clock.set(new Date("2026-11-02T23:59:59Z"));
    await reportImage(service, token, "pull", image);
    expect(await seen()).toEqual(onBoth("Done", "Done", "Done"));
    service.clock.advance({ seconds: 1 });
    expect(await seen()).toEqual([[], []]);
  });
});

describe("an address that is a path", () => {
  it("leads to a page, wherever the API says that there is one", async () => {
    const { root } = stage.service;
    const token = await createProjectAccessToken(stage.service, stage.project.id, { name: "ci" });
    const links = await Promise.all(
      ["/projects/team%2Fapp", "/groups/team", `/users/${stage.people.guest.id}`, `/users/${token.userId}`].map(
        async (path) => (await root.get(path)).body.web_url as string,
      ),
    );
    const client = clients.administrator;
    for (const link of links) {
      const { status, location = "" } = await client.get(new URL(link).pathname);
      expect([link, status === 303 ? (await client.get(location)).status : status]).toEqual([link, 200]);
    }
  });

  it("is found in any case, and with a slash at its end", async () => {
    for (const path of ["/Team/APP", "/team/app/"]) expect(await html("guest", path)).toContain("Images begin with");
    expect((await clients.maintainer.get("/Team/")).status).toBe(404);
    expect((await clients.administrator.get("/Team/")).location).toBe("/groups/team");
  });

  it("is not a number: that is an id, which the API knows", async () => {
    expect((await clients.administrator.get(`/${stage.project.id}`)).status).toBe(404);
  });

  it.each([
    "/api/v4/nothing",
    "/api",
    "/jwt/nothing",
    "/registry/nothing",
    "/v2/",
    "/.well-known/x",
    "/robots.txt",
    "/favicon.ico",
  ])("is left to programs: %s", async (path) => {
    const { status, headers } = await clients.anonymous.get(path);
    expect([status, headers["content-type"]]).toEqual([404, expect.stringContaining("application/json")]);
  });

  it("is none of a program that asks for no page", async () => {
    const { status } = await clients.anonymous.send("GET", "/team/app", { Accept: "application/json" });
    expect(status).toBe(404);
    expect((await clients.anonymous.send("POST", "/team/app", { Accept: "text/html" })).status).toBe(404);
  });
});
