import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { shapes, watchStatements } from "../../support/statements.ts";
import { requestToken, type TokenQuestion } from "../../support/token-request.ts";
import { unescaped, WebClient } from "../../support/web-client.ts";
import { ROLES, type Role, startWebStage, type WebStage } from "../../support/web-stage.ts";
import {
  addGroupMember,
  addProjectMember,
  createOwnProject,
  createProject,
  createProjectAccessToken,
  createUserWithPassword,
  type ProjectAccessToken,
  type UserWithPassword,
} from "../../support/world.ts";

const PAGE = "/team/app/-/explain";

let stage: WebStage;
const clients = new Map<Role, WebClient>();
/** A member of the group above `team/app`, and of nothing else. */
let heir: UserWithPassword;
let tokens: Readonly<Record<"good" | "narrow" | "held" | "weak" | "revoked" | "expired", ProjectAccessToken>>;

beforeAll(async () => {
  stage = await startWebStage();
  const { service, project, people } = stage;
  const team = (await service.root.get("/groups/team")).body.id;
  heir = await createUserWithPassword(service, "heir");
  await addGroupMember(service, team, heir.id, 20);
  for (const visibility of ["internal", "public"]) await createProject(service, team, visibility, { visibility });
  const off = await createProject(service, team, "off", { container_registry_access_level: "disabled" });
  for (const [role, level] of Object.entries({ guest: 10, reporter: 20, developer: 30, maintainer: 40 }))
    await addProjectMember(service, off, people[role as "guest"].id, level);
  const make = (more: object) => createProjectAccessToken(service, project.id, { access_level: 40, ...more });
  const all = ["read_registry", "write_registry", "delete_registry"];
  tokens = {
    good: await make({ scopes: all }),
    narrow: await make({ scopes: all, repository_rules: [{ repositories: ["web"], actions: ["pull", "push"] }] }),
    held: await make({ scopes: all, ip_allow_list: ["10.0.0.0/8"] }),
    weak: await make({ scopes: ["read_registry", "write_registry"], access_level: 20 }),
    revoked: await make({ scopes: all }),
    expired: await make({ scopes: all }),
  };
  await service.root.delete(`/projects/${project.id}/access_tokens/${tokens.revoked.id}`);
  await service.container.database
    .em()
    .execute("update access_tokens set expires_at = '2020-01-01' where id = ?", [tokens.expired.id]);
});
afterAll(() => stage.service.stop());
afterEach(() => vi.restoreAllMocks());

async function clientOf(role: Role): Promise<WebClient> {
  const client = clients.get(role) ?? (await stage.clientOf(role));
  clients.set(role, client);
  return client;
}

const address = (page: string, query: Readonly<Record<string, string | number>>) => {
  const pairs = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
  return `${page}?${new URLSearchParams(pairs)}`;
};

async function ask(client: WebClient, query: Readonly<Record<string, string | number>>, page = PAGE): Promise<string> {
  const { status, html } = await client.get(address(page, query));
  expect([query, status]).toEqual([query, 200]);
  return html;
}

/** What the page says of each action: `{ pull: "Allowed", push: "Refused" }`. */
function verdicts(html: string): Record<string, string> {
  const facts = html.matchAll(/<dt>([^<]*)<\/dt><dd><span class="badge (?:ok|bad)">(Allowed|Refused)<\/span>/g);
  return Object.fromEntries(
    Array.from(facts, ([, names = "", verdict = ""]) =>
      names.split(", ").map((name) => [name.toLowerCase(), verdict] as const),
    ).flat(),
  );
}

/** The links that stand at a step which refused. */
const mends = (html: string) =>
  Array.from(html.matchAll(/<li class="failed">.*?<\/li>/gs), ([step]) =>
    Array.from(step.matchAll(/<a class="btn" href="([^"]*)">/g), ([, href = ""]) => unescaped(href)),
  ).flat();

const problem = (html: string) => unescaped(/<ul><li><a href="#[^"]*"><bdi>(.*?)<\/bdi>/s.exec(html)?.[1] ?? "");

const ACTIONS = ["pull", "push", "delete"];
const REPOSITORIES = [
  "team/app",
  "team/app/web",
  "team/internal/x",
  "team/public",
  "team/off",
  "outsider/own",
  "no/such",
];

describe("what the page says is what the token endpoint grants,", () => {
  async function granted(question: TokenQuestion, repository: string): Promise<Record<string, string>> {
    const scopes = [`repository:${repository}:${ACTIONS.join(",")}`];
    const { access } = await requestToken(stage.service, { ...question, scopes });
    const some = access[0]?.split(" ")[1]?.split(",") ?? [];
    return Object.fromEntries(ACTIONS.map((action) => [action, some.includes(action) ? "Allowed" : "Refused"]));
  }

  it.each(ROLES.filter((role) => role !== "anonymous" && role !== "blocked"))(
    "to whoever asks about themself, and about nobody: %s",
    async (role) => {
      const client = await clientOf(role);
      const { username, password } = stage.people[role as "guest"];
      for (const repository of REPOSITORIES) {
        const ofMe = verdicts(await ask(client, { who: "me", repository }, "/-/explain"));
        expect([repository, ofMe]).toEqual([repository, await granted({ username, password }, repository)]);
        const ofNobody = verdicts(await ask(client, { who: "nobody", repository }, "/-/explain"));
        expect([repository, ofNobody]).toEqual([repository, await granted({}, repository)]);
      }
    },
  );

  it("to a Maintainer who asks about people: also who is blocked", async () => {
    const client = await clientOf("maintainer");
    for (const { username, password } of [...Object.values(stage.people), heir])
      for (const repository of ["team/app", "team/app/web"]) {
        const seen = verdicts(await ask(client, { who: "member", username, repository }));
        expect([username, seen]).toEqual([username, await granted({ username, password }, repository)]);
      }
  });

  it("to a Maintainer who asks about tokens: with rules, held to addresses, too weak, revoked, expired", async () => {
    const client = await clientOf("maintainer");
    const outcomes = new Set<string>();
    for (const [name, { id, secret }] of Object.entries(tokens))
      for (const repository of ["team/app", "team/app/web"]) {
        const seen = verdicts(await ask(client, { who: "token", token: id, repository, address: "127.0.0.1" }));
        expect([name, repository, seen]).toEqual([name, repository, await granted({ password: secret }, repository)]);
        outcomes.add(JSON.stringify(seen));
      }
    // All, pull and push, pull alone, nothing.
    expect(outcomes.size).toBe(4);
  });

  it("of the actions that are asked about alone, and of all where none is", async () => {
    const client = await clientOf("maintainer");
    expect(verdicts(await ask(client, { actions: "push" }))).toEqual({ push: "Allowed" });
    expect(Object.keys(verdicts(await ask(client, { actions: "pull,delete" })))).toEqual(["pull", "delete"]);
    const both = await client.get(`${PAGE}?actions=pull&actions=push`);
    expect(Object.keys(verdicts(both.html))).toEqual(["pull", "push"]);
    expect(Object.keys(verdicts((await client.get(PAGE)).html))).toEqual(ACTIONS);
  });
});

describe("a project that the visitor does not see", () => {
  it.each(["me", "nobody"])(
    "reads as one that does not exist, byte for byte, to whoever asks about %s",
    async (who) => {
      for (const [role, page, hidden, missing] of [
        ["guest", "/-/explain", "outsider/own", "outsider/owl"],
        ["guest", "/-/explain", "outsider/own/web", "nobody/own/web"],
        ["outsider", "/-/explain", "team/app", "team/apx"],
        ["guest", PAGE, "outsider/own", "outsider/owl"],
      ] as const) {
        const client = await clientOf(role);
        const read = async (repository: string) =>
          (await ask(client, { who, repository }, page)).replaceAll(repository, "NAME");
        const seen = await read(hidden);
        expect(seen).toContain("no project holds NAME");
        expect(seen).toBe(await read(missing));
      }
    },
  );

  it.each(["me", "nobody"])("makes as much work as one that does not exist, to whoever asks about %s", async (who) => {
    const client = await clientOf("guest");
    const sentBy = await watchStatements(stage.service);
    const work = async (repository: string, page: string) =>
      shapes(await sentBy(() => ask(client, { who, repository }, page)));
    for (const page of ["/-/explain", PAGE]) {
      const ofHidden = await work("outsider/own/web", page);
      expect(ofHidden).toEqual(await work("outsider/owl/web", page));
      expect(ofHidden.length).toBeGreaterThan(1);
    }
  });

  it("reads so to a Maintainer of another one who asks about people and tokens: neither is told of", async () => {
    const client = await clientOf("maintainer");
    for (const subject of [
      { who: "member", username: "outsider" },
      { who: "token", token: tokens.good.id },
    ]) {
      const read = async (repository: string) =>
        (await ask(client, { ...subject, repository })).replaceAll(repository, "NAME");
      const seen = await read("outsider/own");
      expect(seen).toContain("NAME is not this project&#39;s");
      expect(mends(seen)).toEqual([]);
      expect(seen).toBe(await read("outsider/owl"));
      expect(seen).toBe(await read("team/public"));
    }
  });
});

describe("about others", () => {
  it.each(["guest", "reporter", "developer"] as const)("a %s does not ask", async (role) => {
    const client = await clientOf(role);
    const form = await ask(client, {});
    expect(form).not.toMatch(/name="username"|name="token"|value="member"|robot/);
    for (const subject of [
      { who: "member", username: "guest" },
      { who: "token", token: tokens.good.id },
      { who: "token" },
    ]) {
      const { status, html } = await client.get(address(PAGE, { ...subject }));
      expect([status, html]).toEqual([
        403,
        expect.stringMatching(/Asking about others is for those who are Maintainer/),
      ]);
    }
  });

  it("nobody asks where it is no project's page", async () => {
    const html = await ask(await clientOf("administrator"), { who: "member", repository: "team/app" }, "/-/explain");
    expect(problem(html)).toContain('"member" is not one of me, nobody');
    expect(verdicts(html)).toEqual({});
  });

  it("a Maintainer asks, whom the other page leads to the project's", async () => {
    const html = await ask(await clientOf("maintainer"), { repository: "team/app/web", actions: "pull" }, "/-/explain");
    expect(html).toContain(`${PAGE}?repository=team%2Fapp%2Fweb&amp;actions=pull`);
    expect(await ask(await clientOf("developer"), { repository: "team/app" }, "/-/explain")).not.toContain(PAGE);
  });
});

describe("the steps", () => {
  it("say which group a role is inherited from, to whoever has it and to Maintainers", async () => {
    const own = await ask(await new WebClient(stage.service.url).signIn(heir), { actions: "push" });
    expect(own).toContain("you are Reporter (20) here, inherited from team; pushing needs Developer (30)");
    const others = await ask(await clientOf("maintainer"), { who: "member", username: "heir", actions: "push" });
    expect(others).toContain("heir is Reporter (20) here, inherited from team; pushing needs Developer (30)");
    expect(await ask(await clientOf("reporter"), { actions: "push" })).toContain("you are Reporter (20) here; pushing");
    // The project gives the same level as the group: then nothing is inherited, as the list of members has it.
    const { service, people } = stage;
    const group = (await service.root.get("/groups/team")).body.id;
    await addGroupMember(service, group, people.reporter.id, 20);
    expect(await ask(await clientOf("reporter"), { actions: "push" })).toContain("you are Reporter (20) here; pushing");
    await service.root.delete(`/groups/${group}/members/${people.reporter.id}`);
  });

  it("end with the one that refused, which is in sight", async () => {
    const html = await ask(await clientOf("developer"), { actions: "delete" });
    const open = /<details class="card fold" open>(.*?)<\/details>/s.exec(html)?.[1] ?? "";
    const states = Array.from(open.matchAll(/<li class="(\w+)">/g), ([, state]) => state);
    expect(states).toEqual([...Array.from(states.slice(0, -1), () => "done"), "failed"]);
    expect(states.length).toBeGreaterThan(3);
  });

  it("tell of a dead token by what it died of, once for all actions", async () => {
    const client = await clientOf("maintainer");
    for (const [name, words] of [
      ["revoked", "was revoked on"],
      ["expired", "expired on 2020-01-01"],
    ] as const) {
      const html = await ask(client, { who: "token", token: tokens[name].id });
      expect(verdicts(html)).toEqual({ pull: "Refused", push: "Refused", delete: "Refused" });
      expect(html.match(/<li class="failed">/g)).toHaveLength(1);
      expect(html).toContain(words);
    }
  });

  it("leave an address unasked where none is said", async () => {
    const client = await clientOf("maintainer");
    const question = { who: "token", token: tokens.held.id };
    expect(await ask(client, question)).toMatch(/<li class="later">.*Address.*Not asked/s);
    expect(verdicts(await ask(client, { ...question, address: "10.1.2.3" }))["push"]).toBe("Allowed");
    expect(verdicts(await ask(client, { ...question, address: "192.0.2.1" }))["push"]).toBe("Refused");
  });
});

describe("a refusal leads to what mends it, for those who may open that:", () => {
  const SETTINGS = "/team/off/-/settings";
  const MEMBERS = "/team/app/-/project_members";
  const NEW_TOKEN = "/team/app/-/settings/access_tokens";

  it.each<[Role, Readonly<Record<string, string>>, string[]]>([
    ["guest", { repository: "no/such", actions: "pull" }, ["/projects/new"]],
    ["guest", { repository: "team/off", actions: "pull" }, []],
    ["maintainer", { repository: "team/off", actions: "pull" }, [SETTINGS]],
    ["guest", { repository: "team/app", actions: "push" }, []],
    ["reporter", { repository: "team/app", actions: "push" }, [MEMBERS]],
    ["outsider", { repository: "team/public", actions: "push" }, []],
    ["maintainer", { who: "nobody", repository: "team/app", actions: "pull" }, ["/-/help"]],
    ["administrator", { who: "nobody", repository: "team/app", actions: "pull" }, ["/-/help", "/team/app/-/settings"]],
    ["administrator", { who: "nobody", repository: "team/app", actions: "push" }, ["/-/help"]],
  ])("to a %s, of %j", async (role, query, links) => {
    const client = await clientOf(role);
    expect(mends(await ask(client, query, "/-/explain"))).toEqual(links);
    for (const href of links) expect([href, (await client.get(href)).status]).toEqual([href, 200]);
  });

  it.each<["narrow" | "weak" | "revoked" | "expired", string]>([
    ["narrow", "push"],
    ["weak", "push"],
    ["weak", "delete"],
    ["revoked", "pull"],
    ["expired", "pull"],
  ])("of a token, to another like it: %s, %s", async (name, actions) => {
    const client = await clientOf("maintainer");
    const { id } = tokens[name];
    const links = mends(await ask(client, { who: "token", token: id, actions }));
    expect(links).toEqual([`${NEW_TOKEN}/new?from=${id}`, `${NEW_TOKEN}/${id}`]);
    for (const href of links) expect((await client.get(href)).status).toBe(200);
  });

  it("of a member, to the members; and of a blocked one, to the account, for administrators", async () => {
    const about = (username: string) => ({ who: "member", username, actions: "push" });
    expect(mends(await ask(await clientOf("maintainer"), about("guest")))).toEqual([MEMBERS]);
    expect(mends(await ask(await clientOf("maintainer"), about("blocked")))).toEqual([]);
    const links = mends(await ask(await clientOf("administrator"), about("blocked")));
    expect(links).toEqual(["/admin/users?search=blocked"]);
  });
});

describe("a question that cannot be read", () => {
  it.each<[what: string, query: Readonly<Record<string, string>>, problem: RegExp]>([
    ["no kind of somebody", { who: "god" }, /^Who does not have a valid value: "god" is not one of me/],
    ["nobody's username", { who: "member", username: "ghostly" }, /^Username "ghostly" is nobody's username/],
    ["no username", { who: "member" }, /^Username is missing/],
    ["the Ghost User", { who: "member", username: "ghost" }, /^Username is that of no human/],
    ["no token", { who: "token" }, /^Access token is missing/],
    ["a token that there is not", { who: "token", token: "999999" }, /^Access token 999999 is the number of no access/],
    ["no repository", { repository: "Team/App" }, /^Repository is invalid: "Team\/App" is no repository/],
    ["another registry", { repository: "other:5000/team/app" }, /^Repository .* names the registry other:5000/],
    ["no action", { actions: "fly" }, /^Actions does not have a valid value: "fly"/],
    ["no address", { address: "10.0.0.0/8" }, /^Address is invalid: "10.0.0.0\/8" is not an address/],
  ])("is shown again, with what is wrong: %s", async (_what, query, words) => {
    const html = await ask(await clientOf("maintainer"), query);
    expect(problem(html)).toMatch(words);
    expect(verdicts(html)).toEqual({});
  });

  it("shows no secret that somebody took for a token's number", async () => {
    const { secret } = tokens.good;
    const html = await ask(await clientOf("maintainer"), { who: "token", token: secret });
    expect(problem(html)).toMatch(/^Access token is invalid: its value/);
    expect(html).not.toContain(secret);
  });

  it("reads alike where the token is another project's, or a person's", async () => {
    const { service, people } = stage;
    const other = await createOwnProject(people.outsider, "other");
    const foreign = (await createProjectAccessToken(service, other, { by: people.outsider })).id;
    const personal = (await people.maintainer.client.get("/personal_access_tokens/self")).body.id;
    const client = await clientOf("maintainer");
    const read = async (token: number) =>
      /<main .*/s
        .exec(await ask(client, { who: "token", token }))?.[0]
        .replaceAll(new RegExp(`\\b${token}\\b`, "g"), "N");
    const ofMissing = await read(999_999);
    for (const token of [foreign, personal]) expect(await read(token)).toBe(ofMissing);
  });

  it("names a bot of a project that the visitor does not see like nobody", async () => {
    const { service, people } = stage;
    const hidden = await createOwnProject(people.outsider, "hidden");
    const { userId } = await createProjectAccessToken(service, hidden, { by: people.outsider });
    const { username } = (await service.root.get(`/users/${userId}`)).body;
    const read = async (name: string) =>
      (await ask(await clientOf("maintainer"), { who: "member", username: name })).replaceAll(name, "NAME");
    expect(await read(username)).toBe(await read("nobody_of_this_name"));
  });
});

describe("the pages that lead there", () => {
  it("are those of a project, for whoever is signed in, and the help", async () => {
    expect((await (await clientOf("guest")).get("/team/app")).html).toContain(`href="${PAGE}"`);
    expect((await (await clientOf("anonymous")).get("/team/public")).html).not.toContain("/-/explain");
    expect((await (await clientOf("guest")).get("/-/help")).html).toContain('href="/-/explain"');
    expect((await (await clientOf("anonymous")).get("/-/help")).html).not.toContain("/-/explain");
  });

  it("are those of tokens, which are chosen already", async () => {
    const client = await clientOf("maintainer");
    for (const { id } of Object.values(tokens)) {
      const { html } = await client.get(`/team/app/-/settings/access_tokens/${id}`);
      expect(html).toContain(`${PAGE}?who=token&amp;token=${id}`);
      expect(await ask(client, { who: "token", token: id })).toContain(`<option value="${id}" selected>`);
    }
  });
});

it("explaining changes nothing and leaves no trace", async () => {
  const client = await clientOf("maintainer");
  const before = await stage.contents();
  for (const { id } of Object.values(tokens)) await ask(client, { who: "token", token: id, address: "127.0.0.1" });
  await ask(client, { who: "member", username: "guest" });
  await ask(client, { who: "nobody" });
  expect(await stage.contents()).toEqual(before);
});

it("a repository is asked about as docker names it, and said as docker asks for it", async () => {
  const image = `${stage.service.container.links.image("team/app")}/web:1.2`;
  const html = await ask(await clientOf("guest"), { repository: image, actions: "push,pull" }, "/-/explain");
  expect(html).toContain("repository:team/app/web:pull,push");
});
