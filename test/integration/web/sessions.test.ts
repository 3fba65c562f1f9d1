import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requestToken } from "../../support/token-request.ts";
import { WebClient } from "../../support/web-client.ts";
import { type Person, startWebStage, type WebStage } from "../../support/web-stage.ts";

let stage: WebStage;
beforeAll(async () => {
  stage = await startWebStage();
});
afterAll(() => stage.service.stop());

const SESSIONS = "/-/user_settings/active_sessions";
const isSignedIn = async (client: WebClient) => (await client.get("/-/user_settings/profile")).status === 200;

/** The addresses of the buttons in the list that end something, without those of the page as a whole. */
async function ends(client: WebClient, kind: "active_sessions" | "registry_sign_ins"): Promise<string[]> {
  const { html } = await client.get(SESSIONS);
  return Array.from(
    html.matchAll(new RegExp(`action="(/-/user_settings/${kind}/\\d+/end)"`, "g")),
    ([, to = ""]) => to,
  );
}

/** Signs a person in to registries as docker does; answers what docker keeps. */
async function dockerLogin(person: Person): Promise<string> {
  const { username, password } = stage.people[person];
  const url = `${stage.service.url}/jwt/auth?service=container_registry&offline_token=true&client_id=docker`;
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  return ((await (await fetch(url, { headers: { authorization } })).json()) as { refresh_token: string }).refresh_token;
}

async function dockerStatus(refresh_token: string): Promise<number> {
  const body = new URLSearchParams({ grant_type: "refresh_token", service: "container_registry", refresh_token });
  return (await fetch(`${stage.service.url}/jwt/auth`, { method: "POST", body })).status;
}

describe("the list of one's sessions", () => {
  it("has each with its browser and network, and marks this one, which it cannot end but by signing out", async () => {
    const there = new WebClient(stage.service.url);
    const agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    const { username, password } = stage.people.guest;
    await there.post("/-/sign_in", { username, password }, { "Sec-Fetch-Site": "same-origin", "User-Agent": agent });
    const here = await stage.clientOf("guest");
    const { html } = await here.get(SESSIONS);
    expect(html).toContain("Firefox");
    expect(html).toContain("127.0.0.1");
    expect(html.split("this one")).toHaveLength(2);
    expect(await ends(here, "active_sessions")).toHaveLength(1);
  });

  it("has sign-ins of docker, by its name, and never what docker keeps", async () => {
    const secret = await dockerLogin("guest");
    const { html } = await (await stage.clientOf("guest")).get(SESSIONS);
    expect(html).toContain("<bdi>docker</bdi>");
    expect(html).toContain("container_registry");
    expect(html).not.toContain(secret);
  });

  it("has nobody else's", async () => {
    const others = await ends(await stage.clientOf("reporter"), "active_sessions");
    expect(others).toEqual([]);
  });

  it("has no secret of any session", async () => {
    const [here, there] = [await stage.clientOf("guest"), await stage.clientOf("guest")];
    const { html } = await here.get(SESSIONS);
    for (const client of [here, there]) expect(html).not.toContain(client.cookie("keyside"));
  });
});

describe("ending", () => {
  it("one session ends it at once, and no other", async () => {
    const [here, there, third] = [
      await stage.clientOf("developer"),
      await stage.clientOf("developer"),
      await stage.clientOf("developer"),
    ];
    const [last = ""] = await ends(here, "active_sessions");
    const { status, location } = await here.post(last);
    expect([status, location]).toEqual([303, SESSIONS]);
    expect((await here.get(SESSIONS)).html).toContain("The session has ended.");
    const left = [await isSignedIn(there), await isSignedIn(third)];
    expect([await isSignedIn(here), left.sort()]).toEqual([true, [false, true]]);
    expect((await here.post(last)).status).toBe(404);
  });

  it("all others leaves this one alone, and ends sign-ins of docker too", async () => {
    const [here, there] = [await stage.clientOf("maintainer"), await stage.clientOf("maintainer")];
    const secret = await dockerLogin("maintainer");
    const other = await dockerLogin("guest");
    expect(await dockerStatus(secret)).toBe(200);
    expect((await here.post(`${SESSIONS}/end_others`)).status).toBe(303);
    expect([await isSignedIn(here), await isSignedIn(there)]).toEqual([true, false]);
    expect([await dockerStatus(secret), await dockerStatus(other)]).toEqual([401, 200]);
  });

  it("a sign-in of docker ends it", async () => {
    const secret = await dockerLogin("reporter");
    const here = await stage.clientOf("reporter");
    const [last = ""] = await ends(here, "registry_sign_ins");
    expect((await here.post(last)).location).toBe(SESSIONS);
    expect(await dockerStatus(secret)).toBe(401);
    expect(await ends(here, "registry_sign_ins")).toEqual([]);
  });

  it("what is another's is 404, also for administrators, as what is nobody's; and it goes on", async () => {
    const victim = await stage.clientOf("outsider");
    await stage.clientOf("outsider");
    const secret = await dockerLogin("outsider");
    const [session = ""] = await ends(victim, "active_sessions");
    const [signIn = ""] = await ends(victim, "registry_sign_ins");
    for (const role of ["maintainer", "administrator"] as const) {
      const client = await stage.clientOf(role);
      for (const address of [session, signIn, session.replace(/\d+/, "999999"), session.replace(/\d+/, "0")])
        expect((await client.post(address)).status).toBe(404);
    }
    expect(await ends(victim, "active_sessions")).toEqual([session]);
    expect(await dockerStatus(secret)).toBe(200);
  });
});

describe("a session ends", () => {
  it("when nobody used it for 7 days, and after 30 however much it is used", async () => {
    const idle = await stage.clientOf("guest");
    const used = await stage.clientOf("guest");
    for (let days = 0; days < 28; days += 4) {
      stage.service.clock.advance({ days: 4 });
      expect(await isSignedIn(used)).toBe(true);
      for (const notes of stage.service.container.deferredNotes) await notes.flush();
    }
    expect(await isSignedIn(idle)).toBe(false);
    stage.service.clock.advance({ days: 2 });
    expect(await isSignedIn(used)).toBe(false);
  });

  it("for the next request when its user is blocked or deleted, or their password is set by an administrator", async () => {
    const { root } = stage.service;
    const { id, username } = stage.people.reporter;
    const password = "another password";
    const signedIn = () => new WebClient(stage.service.url).signIn({ username, password });
    const client = await stage.clientOf("reporter");
    await root.put(`/users/${id}`, { password });
    expect(await isSignedIn(client)).toBe(false);
    const second = await signedIn();
    await root.post(`/users/${id}/block`);
    expect(await isSignedIn(second)).toBe(false);
    await root.post(`/users/${id}/unblock`);
    expect(await isSignedIn(second)).toBe(false);
    const third = await signedIn();
    expect(await isSignedIn(third)).toBe(true);
    expect((await root.delete(`/users/${id}`)).status).toBe(204);
    expect(await isSignedIn(third)).toBe(false);
  });
});

describe("what a session is", () => {
  it("no credential of the API, nor of the token endpoint", async () => {
    const client = await stage.clientOf("guest");
    const secret = client.cookie("keyside") ?? "";
    expect((await client.send("GET", "/api/v4/user", {})).status).toBe(401);
    expect((await stage.service.as(secret).get("/user")).status).toBe(401);
    expect((await requestToken(stage.service, { username: "guest", password: secret })).status).toBe(401);
  });
});
