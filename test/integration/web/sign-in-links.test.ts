import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formOf, setCookieOf, WebClient } from "../../support/web-client.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";

let stage: WebStage;
beforeAll(async () => {
  stage = await startWebStage();
});
afterAll(() => stage.service.stop());

const newClient = () => new WebClient(stage.service.url);

/** Makes a link for somebody, and answers the path and query of its page, and the secret in them. */
async function makeLink(kind: string, who: "guest" | "reporter" = "guest"): Promise<{ at: string; token: string }> {
  const { body } = await stage.service.root.post(`/users/${stage.people[who].id}/sign_in_links`, { kind });
  const { pathname, search, searchParams } = new URL(body.url);
  return { at: pathname + search, token: searchParams.get("token") ?? "" };
}

const OVER = "This sign-in link is over";
const isSignedIn = async (client: WebClient) => (await client.get("/-/user_settings/profile")).status === 200;

describe("a sign-in link", () => {
  it("is not used up by whoever looks at it, and signs in once", async () => {
    const { at, token } = await makeLink("sign_in");
    for (let times = 0; times < 3; times += 1) {
      const { status, html } = await newClient().get(at);
      expect([status, html.includes("as <strong>@guest</strong>")]).toEqual([200, true]);
      expect(formOf(html, "/-/sign_in_link")).toEqual({ token });
    }
    expect((await newClient().send("HEAD", at, {})).status).toBe(200);
    const client = newClient();
    const answer = await client.post("/-/sign_in_link", { token });
    expect([answer.status, answer.location]).toEqual([303, "/"]);
    expect(setCookieOf(answer, "keyside")).toContain("httponly");
    expect(await isSignedIn(client)).toBe(true);

    const again = await newClient().post("/-/sign_in_link", { token });
    expect([again.status, again.headers["set-cookie"]]).toEqual([422, undefined]);
    expect(again.html).toContain(OVER);
    expect((await newClient().get(at)).html).toContain(OVER);
  });

  it("signs one of those in who come with it at once", async () => {
    const { token } = await makeLink("sign_in");
    const answers = await Promise.all(Array.from({ length: 5 }, () => newClient().post("/-/sign_in_link", { token })));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422, 422, 422, 422]);
  });

  it("leads to a page of ours, whatever is asked for", async () => {
    const led = async (return_to: string) => {
      const { at } = await makeLink("sign_in");
      const form = formOf(
        (await newClient().get(`${at}&return_to=${encodeURIComponent(return_to)}`)).html,
        "/-/sign_in_link",
      );
      return (await newClient().post("/-/sign_in_link", { ...form })).location;
    };
    expect(await led("/-/user_settings/profile")).toBe("/-/user_settings/profile");
    expect(await led("//evil.example")).toBe("/");
    expect(await led("javascript:alert(1)")).toBe("/");
  });

  it("ends the session that the browser had", async () => {
    const client = await stage.clientOf("maintainer");
    const before = client.copy();
    await client.post("/-/sign_in_link", { token: (await makeLink("sign_in")).token });
    expect(await isSignedIn(before)).toBe(false);
    expect((await client.get("/-/user_settings/profile")).html).toContain("<code>guest</code>");
  });

  it("is over after 15 minutes, and when a newer one is made", async () => {
    const old = await makeLink("sign_in");
    const { at } = await makeLink("sign_in");
    expect((await newClient().get(old.at)).html).toContain(OVER);
    stage.service.clock.advance({ minutes: 14, seconds: 59 });
    expect((await newClient().get(at)).html).not.toContain(OVER);
    stage.service.clock.advance({ seconds: 1 });
    expect((await newClient().get(at)).html).toContain(OVER);
  });

  it("sets no password", async () => {
    const { token } = await makeLink("sign_in");
    await newClient().post("/-/sign_in_link", { token, password: "a password of mine" });
    await newClient().signIn(stage.people.guest);
  });

  it.each([["unknown"], ["x".repeat(43)], [""], ["'\"><script>"]])("that never was, %j, is over", async (token) => {
    const { status, html } = await newClient().get(`/-/sign_in_link?token=${encodeURIComponent(token)}`);
    expect([status, html.includes(OVER)]).toEqual([200, true]);
  });

  it("is nothing without its secret, or with an endless one", async () => {
    expect((await newClient().get("/-/sign_in_link")).status).toBe(303);
    expect((await newClient().get(`/-/sign_in_link?token=${"x".repeat(201)}`)).status).toBe(303);
  });
});

describe("an invitation", () => {
  it("sets the password with which one signs in from then on, and keeps nothing typed but the link when it is wrong", async () => {
    const { at, token } = await makeLink("invitation", "reporter");
    expect((await newClient().get(at)).html).toContain("Set password and sign in");
    for (const password of ["", "short", "x".repeat(129)]) {
      const { status, html } = await newClient().post("/-/sign_in_link", { token, password });
      expect(status).toBe(422);
      expect(html).toContain('<a href="#password">');
      expect(formOf(html, "/-/sign_in_link")).toEqual({ token, password: "" });
    }
    const before = await stage.clientOf("reporter");
    const client = newClient();
    expect((await client.post("/-/sign_in_link", { token, password: "a password of mine" })).status).toBe(303);
    expect([await isSignedIn(client), await isSignedIn(before)]).toEqual([true, false]);
    await newClient().signIn({ username: "reporter", password: "a password of mine" });
    await expect(newClient().signIn(stage.people.reporter)).rejects.toThrow("Wrong username or password");
  });

  it("without a password is asked for one, and stays good", async () => {
    const { token } = await makeLink("invitation");
    const { status, html } = await newClient().post("/-/sign_in_link", { token });
    expect([status, html.includes('<a href="#password">')]).toEqual([422, true]);
    expect((await newClient().post("/-/sign_in_link", { token, password: "a password of mine" })).status).toBe(303);
  });
});
