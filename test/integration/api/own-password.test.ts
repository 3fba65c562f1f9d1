import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MAXIMUM_FAILURES } from "../../../src/authentication/lockout.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { postForm } from "../../support/token-form.ts";
import { requestToken } from "../../support/token-request.ts";
import {
  createOwnProject,
  createProjectAccessToken,
  createUserWithPassword,
  enableProjectAccessTokens,
  type UserWithPassword,
} from "../../support/world.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
});
afterAll(() => service.stop());

const NEW = "a new long password";
const change = ({ client }: Pick<UserWithPassword, "client">, current_password: string, password = NEW) =>
  client.put("/user/password", { current_password, password });
const signIn = async (username: string, password: string) =>
  (await requestToken(service, { username, password })).status;

describe("PUT /user/password", () => {
  it("changes one's own password with the old one, with which one's refresh tokens end", async () => {
    const ann = await createUserWithPassword(service, "ann");
    const form = { grant_type: "password", username: "ann", password: ann.password, access_type: "offline" };
    const secret = String((await postForm(service, form)).body["refresh_token"]);
    expect(await change(ann, ann.password)).toMatchObject({ status: 204, body: undefined });
    expect(await signIn("ann", ann.password)).toBe(401);
    expect(await signIn("ann", NEW)).toBe(200);
    expect((await postForm(service, { grant_type: "refresh_token", refresh_token: secret })).status).toBe(401);
    expect((await ann.client.get("/user/refresh_tokens")).body).toEqual([]);
    expect((await ann.client.get("/events?target_type=user")).body).toMatchObject([
      { action_name: "updated", target_id: ann.id, author_id: ann.id },
    ]);
    expect((await ann.client.get("/user")).status).toBe(200);
  });

  it("refuses a wrong old password, an empty one and a new one that is too short, and changes nothing", async () => {
    const ben = await createUserWithPassword(service, "ben");
    expect(await change(ben, "wrong password")).toMatchObject({
      status: 400,
      body: { error: "current_password is wrong" },
    });
    const bad = await change(ben, "", "short");
    expect(bad).toMatchObject({ status: 400, body: { error: expect.stringMatching(/current_password .*password /) } });
    expect(await signIn("ben", ben.password)).toBe(200);
  });

  it("needs the scope api, and is no bot's", async () => {
    const carl = await createUserWithPassword(service, "carl", {
      scopes: ["read_api", "read_registry", "write_registry"],
    });
    expect(await change(carl, carl.password)).toMatchObject({ status: 403, body: { error: "insufficient_scope" } });
    const olga = await createUserWithPassword(service, "olga");
    const robot = await createProjectAccessToken(service, await createOwnProject(olga, "app"), { by: olga });
    expect(await change(robot, olga.password)).toMatchObject({
      status: 403,
      body: { message: expect.stringMatching(/no password/) },
    });
  });

  it("sets it once where two requests know the old one", async () => {
    const dora = await createUserWithPassword(service, "dora");
    const answers = await Promise.all(["first", "second"].map((word) => change(dora, dora.password, `${word} ${NEW}`)));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(answers.filter(({ status }) => [400, 409].includes(status))).toHaveLength(1);
  });
});

describe("somebody who holds another's access token", () => {
  it("guesses the password no faster there than anywhere else", async () => {
    const guarded = await startTestService();
    const eve = await createUserWithPassword(guarded, "eve");
    const { lockout } = guarded.container;
    for (let guess = 1; guess < MAXIMUM_FAILURES; guess += 1)
      await lockout.recordFailure("127.0.0.1", `guess ${guess}`);
    expect((await change(eve, "the last guess")).status).toBe(400);
    const locked = await change(eve, eve.password);
    expect(locked.status).toBe(429);
    expect(Number(locked.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await requestToken(guarded, { username: "eve", password: eve.password })).status).toBe(429);
    expect((await eve.client.get("/user")).status).toBe(200);
    await guarded.stop();
  });
});
