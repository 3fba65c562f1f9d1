import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formOf, setCookieOf, unescaped, WebClient } from "../../support/web-client.ts";
import { type Person, startWebStage, type WebStage } from "../../support/web-stage.ts";
import { addGroupMember, createGroup, createOwnProject, createUserWithPassword } from "../../support/world.ts";

let stage: WebStage;
let client: WebClient;
beforeAll(async () => {
  stage = await startWebStage();
  client = await stage.clientOf("administrator");
});
afterAll(() => stage.service.stop());

let made = 0;
/** Somebody new, whom a test may do anything to. */
const somebody = (options: { admin?: boolean } = {}) => {
  made += 1;
  return createUserWithPassword(stage.service, `somebody${made}`, options);
};

const page = (id: number, rest: string) => `/admin/users/${id}/${rest}`;

/** What the box of a secret shows; undefined where there is none. */
function shown(html: string): string | undefined {
  const text = /<output id="secret"[^>]*>([^<]*)<\/output>/.exec(html)?.[1];
  return text === undefined ? undefined : unescaped(text);
}

const account = async (id: number) => (await stage.service.root.get(`/users/${id}`)).body;

describe("the list of users", () => {
  it("has active people, blocked ones and bots apart, with the number of each", async () => {
    const { service, project } = stage;
    await service.root.post(`/projects/${project.id}/access_tokens`, { name: "ci", scopes: ["api"], access_level: 30 });
    const names = async (show: string) => {
      const { html } = await client.get(`/admin/users?show=${show}`);
      return Array.from(html.matchAll(/<p class="sub">@([^<]*)<\/p>/g), ([, name = ""]) => name);
    };
    expect(await names("active")).toContain("guest");
    expect(await names("active")).not.toContain("blocked");
    expect(await names("blocked")).toEqual(["blocked"]);
    expect(await names("bots")).toEqual([expect.stringMatching(/^project_\d+_bot_/)]);
    expect((await client.get("/admin/users")).html).toMatch(/<b>1<\/b> blocked.*<b>1<\/b> bots/s);
  });

  it("is searched by name, username and e-mail address, and keeps what is looked at in the address", async () => {
    const { html } = await client.get("/admin/users?search=guest@");
    expect(html).toContain("@guest<");
    expect(html).not.toContain("@reporter<");
    expect(html).toContain("/admin/users?show=blocked&amp;search=guest%40");
    expect((await client.get("/admin/users?search=%25")).html).toContain("None of these has");
  });

  it("offers administrators nothing against themselves, and nothing at all for a bot", async () => {
    const { id } = stage.people.administrator;
    const { html } = await client.get("/admin/users");
    expect(html).toContain(page(id, "sign_in_link"));
    for (const rest of ["block", "take_administrator", "delete"]) expect(html).not.toContain(page(id, rest));
    expect((await client.get("/admin/users?show=bots")).html).not.toMatch(/\/admin\/users\/\d+\//);
  });

  it("is in the menu of administrators alone", async () => {
    expect((await client.get("/-/user_settings/profile")).html).toContain('href="/admin"');
    const guest = await stage.clientOf("guest");
    expect((await guest.get("/-/user_settings/profile")).html).not.toContain("/admin");
  });
});

describe("what is done to an account", () => {
  it("is asked first, and holds at once", async () => {
    const user = await somebody();
    const browser = await new WebClient(stage.service.url).signIn(user);
    const question = await client.get(page(user.id, "block"));
    expect(question.html).toContain(`Block ${user.username}?`);
    expect((await account(user.id)).state).toBe("active");

    const answer = await client.post(page(user.id, "block"));
    expect([answer.status, answer.location]).toEqual([303, "/admin/users"]);
    expect((await account(user.id)).state).toBe("blocked");
    expect((await browser.get("/")).location).toMatch(/^\/-\/sign_in/);

    await client.post(page(user.id, "unblock"));
    expect((await account(user.id)).state).toBe("active");
  });

  it("makes administrators, and takes their rights", async () => {
    const user = await somebody();
    await client.post(page(user.id, "make_administrator"));
    expect((await account(user.id)).is_admin).toBe(true);
    await client.post(page(user.id, "take_administrator"));
    expect((await account(user.id)).is_admin).toBe(false);
  });

  it("is refused against oneself, on the page that asks", async () => {
    const { id } = stage.people.administrator;
    for (const [rest, told] of [
      ["block", "You cannot block yourself: another administrator can."],
      [
        "take_administrator",
        "You cannot take the rights of an administrator from yourself: another administrator can.",
      ],
      ["delete", "You cannot delete yourself: another administrator can."],
    ] as const) {
      const { status, html } = await client.post(page(id, rest));
      expect([rest, status, unescaped(html).includes(told)]).toEqual([rest, 422, true]);
    }
    expect(await account(id)).toMatchObject({ state: "active", is_admin: true });
  });

  it("is refused where a group would lose its last Owner, and says which", async () => {
    const user = await somebody();
    const group = await createGroup(stage.service, "lonely");
    await addGroupMember(stage.service, group, user.id, 50);
    const { body: root } = await stage.service.root.get("/user");
    await stage.service.root.delete(`/groups/${group}/members/${root.id}`);
    for (const rest of ["block", "delete"]) {
      const { status, html } = await client.post(page(user.id, rest));
      expect([rest, status, html.includes("only Owner of the group lonely")]).toEqual([rest, 422, true]);
    }
    expect((await account(user.id)).state).toBe("active");
  });

  it("is for humans: not for a bot, and not for who is not there", async () => {
    const bots = await stage.service.root.get("/users?search=_bot_");
    const bot = bots.body.find(({ bot: isBot }: { bot: boolean }) => isBot).id;
    for (const rest of ["block", "make_administrator", "sign_in_link", "delete"]) {
      expect([rest, (await client.get(page(bot, rest))).status]).toEqual([rest, 422]);
      expect([rest, (await client.post(page(bot, rest))).status]).toEqual([rest, 422]);
      expect([rest, (await client.get(page(99_999, rest))).status]).toEqual([rest, 404]);
    }
  });
});

describe("deleting an account", () => {
  it("says what goes and what passes to the Ghost User, and does it", async () => {
    const user = await somebody();
    const { html } = await client.get(page(user.id, "delete"));
    expect(html).toContain("1 personal access token is revoked, and 0 memberships end.");
    expect(html).toContain("to the Ghost User");
    expect((await client.post(page(user.id, "delete"))).location).toBe("/admin/users");
    expect((await stage.service.root.get(`/users/${user.id}`)).status).toBe(404);
  });

  it("says why it cannot be, and offers no button then", async () => {
    const user = await somebody();
    await createOwnProject(user, "kept");
    const { html } = await client.get(page(user.id, "delete"));
    expect(html).toContain(`The user&#39;s personal namespace still holds ${user.username}/kept`);
    expect(formOf(html, page(user.id, "delete"))).toBeUndefined();
    expect((await client.post(page(user.id, "delete"))).status).toBe(422);
    expect((await stage.service.root.get(`/users/${user.id}`)).status).toBe(200);
  });
});

describe("a link to sign in by", () => {
  it("is shown once, to the session that made it, and signs in", async () => {
    const user = await somebody();
    const answer = await client.post(page(user.id, "sign_in_link"));
    const { status, location = "" } = answer;
    expect([status, location]).toEqual([303, page(user.id, "sign_in_link/created")]);
    expect(setCookieOf(answer, "keyside_secret")).toEqual(
      expect.arrayContaining([`path=${location}`, "samesite=strict", "httponly"]),
    );
    const sealed = client.cookie("keyside_secret") ?? "";
    const link = shown((await client.get(location)).html) ?? "";
    expect(link).toMatch(new RegExp(`^${stage.service.container.config.url}/-/sign_in_link\\?token=[\\w-]{40,}$`));

    const again = await client.get(location);
    expect([again.status, shown(again.html), again.html.includes("shown once")]).toEqual([200, undefined, true]);
    const elsewhere = await stage.clientOf("administrator");
    elsewhere.setCookie("keyside_secret", sealed);
    expect(shown((await elsewhere.get(location)).html)).toBeUndefined();
    // Not even on the page of the other kind, or of another account.
    for (const other of [page(user.id, "invitation/created"), page(stage.people.guest.id, "sign_in_link/created")]) {
      client.setCookie("keyside_secret", sealed);
      expect(shown((await client.get(other)).html)).toBeUndefined();
    }

    const token = new URL(link).searchParams.get("token") ?? "";
    const browser = new WebClient(stage.service.url);
    expect((await browser.post("/-/sign_in_link", { token })).location).toBe("/");
    expect((await browser.get("/-/user_settings/profile")).html).toContain(user.username);
    expect(stage.service.logLines.join("\n")).not.toContain(token);
  });

  it("is not made for who is blocked", async () => {
    const { status, html } = await client.post(page(stage.people.blocked.id, "sign_in_link"));
    expect([status, html.includes("Blocked is blocked: unblock them first")]).toEqual([422, true]);
  });
});

describe("a new user", () => {
  const fields = { name: "Nora", username: "nora", email: "nora@example.com", role: "user" };

  it("gets an account and an invitation, by which they set a password", async () => {
    const { location = "" } = await client.post("/admin/users", fields);
    const [, id] = /^\/admin\/users\/(\d+)\/invitation\/created$/.exec(location) ?? [];
    expect(await account(Number(id))).toMatchObject({ username: "nora", email: "nora@example.com", is_admin: false });
    const link = shown((await client.get(location)).html) ?? "";
    const browser = new WebClient(stage.service.url);
    const token = new URL(link).searchParams.get("token") ?? "";
    expect((await browser.post("/-/sign_in_link", { token, password: "a long sentence" })).location).toBe("/");
    await new WebClient(stage.service.url).signIn({ username: "nora", password: "a long sentence" });
  });

  it("is refused with what is wrong in each field, and nothing typed is lost", async () => {
    const wrong = { name: "", username: "-", email: "nobody", role: "user" };
    const { status, html } = await client.post("/admin/users", wrong);
    expect(status).toBe(422);
    for (const field of ["name", "username", "email"]) expect(html).toContain(`<a href="#${field}">`);
    expect(formOf(html, "/admin/users")).toMatchObject({ username: "-", email: "nobody" });
  });

  it("is refused where the name is taken; neither account nor link is made then", async () => {
    const before = await stage.contents();
    const { status, html } = await client.post("/admin/users", {
      ...fields,
      username: "guest",
      email: "x@example.com",
    });
    expect([status, html.includes("Username has already been taken")]).toEqual([422, true]);
    expect(await stage.contents()).toEqual(before);
  });
});

describe("who is no administrator", () => {
  it("does none of it", async () => {
    const { id } = stage.people.guest;
    const roles: readonly Person[] = ["maintainer", "outsider"];
    for (const role of roles) {
      const other = await stage.clientOf(role);
      const before = await stage.contents();
      for (const rest of ["block", "make_administrator", "sign_in_link", "invitation", "delete"])
        expect([role, rest, (await other.post(page(id, rest))).status]).toEqual([role, rest, 403]);
      expect(
        (await other.post("/admin/users", { name: "x", username: "x1", email: "x@y.z", role: "user" })).status,
      ).toBe(403);
      expect(await stage.contents()).toEqual(before);
    }
  });
});
