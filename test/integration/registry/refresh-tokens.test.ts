import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { authenticatePassword } from "../../../src/authentication/authenticate-password.ts";
import { createRefreshToken } from "../../../src/refresh-tokens/create-refresh-token.ts";
import { digestPassword } from "../../../src/users/password.ts";
import { User as StoredUser } from "../../../src/users/user.entity.ts";
import { USER_REFERENCES } from "../../../src/users/user-references.ts";
import { isOnServer } from "../../support/database.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { postForm } from "../../support/token-form.ts";
import { readTokenAnswer, requestToken } from "../../support/token-request.ts";
import {
  addProjectMember,
  createGroup,
  createProject,
  createProjectAccessToken,
  createUserWithPassword,
  enableProjectAccessTokens,
  type UserWithPassword,
} from "../../support/world.ts";

let service: TestService;
let ann: UserWithPassword;
let project: number;
beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  project = await createProject(service, await createGroup(service, "team"), "app");
  ann = await createUserWithPassword(service, "ann");
  await addProjectMember(service, project, ann.id, 30);
});
afterAll(() => service.stop());

/** As docker login does: GET with Basic and `offline_token`. */
async function login(username: string, password: string, on = service, offline = "true") {
  const url = new URL("/jwt/auth", on.url);
  url.search = `service=container_registry&account=${username}&client_id=docker&offline_token=${offline}`;
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  return await readTokenAnswer(on, await fetch(url, { headers: { authorization } }));
}
const refreshTokenOf = async (user: UserWithPassword) =>
  String((await login(user.username, user.password)).body["refresh_token"]);
const refresh = (secret: string, on = service) =>
  postForm(on, { grant_type: "refresh_token", refresh_token: secret, scope: "repository:team/app:pull,push,delete" });

/** What a change of the password does to the account. */
async function changePassword({ id }: UserWithPassword, password: string): Promise<void> {
  await service.container.database
    .em()
    .nativeUpdate(StoredUser, { id }, { passwordDigest: await digestPassword(password) });
}

/** Resolves when another connection waits for a lock that this transaction holds. */
async function lockIsWaitedFor(em: SqlEntityManager): Promise<void> {
  const waiting = "select 1 from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))";
  while ((await em.execute<unknown[]>(waiting)).length === 0);
}

describe("a refresh token", () => {
  it("is given to a human with a password who asks, by GET and by POST", async () => {
    const byGet = await login("ann", ann.password);
    const form = { grant_type: "password", username: "ann", password: ann.password, access_type: "offline" };
    const byPost = await postForm(service, form);
    expect(byGet.body["refresh_token"]).toMatch(/^ksrt-[A-Za-z0-9]{36}$/);
    expect(byPost.body["refresh_token"]).toMatch(/^ksrt-[A-Za-z0-9]{36}$/);
    expect(byGet.body["refresh_token"]).not.toBe(byPost.body["refresh_token"]);
  });

  it("is given to nobody who does not ask", async () => {
    const form = { grant_type: "password", username: "ann", password: ann.password };
    for (const answer of [
      await requestToken(service, { username: "ann", password: ann.password }),
      await login("ann", ann.password, service, "false"),
      await postForm(service, form),
      await postForm(service, { ...form, access_type: "online" }),
    ]) {
      expect(answer.status).toBe(200);
      expect(answer.body).not.toHaveProperty("refresh_token");
    }
  });

  it("is given for no access token, neither a bot's nor a human's own, and to no anonymous", async () => {
    const bot = await createProjectAccessToken(service, project, { scopes: ["read_registry"] });
    for (const secret of [bot.secret, ann.secret]) {
      const answer = await login("ann", secret);
      expect(answer.status).toBe(200);
      expect(answer.body).not.toHaveProperty("refresh_token");
    }
    expect((await login("", "")).body).not.toHaveProperty("refresh_token");
  });

  it("signs its user in with what their password may, again and again, and is not rotated", async () => {
    const secret = await refreshTokenOf(ann);
    for (const answer of [await refresh(secret), await refresh(secret)]) {
      expect(answer).toMatchObject({ status: 200, access: ["team/app pull,push"] });
      expect(answer.claims.sub).toBe("ann");
      expect(answer.body["scope"]).toBe("repository:team/app:pull,push");
      expect(answer.body).not.toHaveProperty("refresh_token");
    }
  });

  it("opens nothing but the token endpoint", async () => {
    const secret = await refreshTokenOf(ann);
    expect((await service.as(secret).get("/user")).status).toBe(401);
    expect((await requestToken(service, { username: "ann", password: secret })).status).toBe(401);
  });

  it.each(["ksrt-000000000000000000000000000000000000", "x", "kspat-x"])(
    "that is %j is refused with 401",
    async (secret) => {
      const { status, headers, body } = await refresh(secret);
      expect(status).toBe(401);
      expect(headers.get("www-authenticate")).toMatch(/^Basic /);
      expect(body["errors"]).toEqual([{ code: "UNAUTHORIZED", message: expect.stringMatching(/sign in again/) }]);
    },
  );

  it("is good for the service that it was given for alone", async () => {
    const secret = await refreshTokenOf(ann);
    await service.container.database.em().execute("update refresh_tokens set service = 'other'");
    expect((await refresh(secret)).status).toBe(401);
    await service.container.database.em().execute("update refresh_tokens set service = 'container_registry'");
    expect((await refresh(secret)).status).toBe(200);
  });

  it("is dead for good when its user is blocked: unblocking revives none", async () => {
    const bea = await createUserWithPassword(service, "bea");
    const secret = await refreshTokenOf(bea);
    expect((await refresh(secret)).status).toBe(200);
    await service.root.post(`/users/${bea.id}/block`);
    expect((await refresh(secret)).status).toBe(401);
    await service.root.post(`/users/${bea.id}/unblock`);
    expect((await refresh(secret)).status).toBe(401);
    expect((await bea.client.get("/user/refresh_tokens")).body).toEqual([]);
    expect((await refresh(await refreshTokenOf(bea))).status).toBe(200);
  });

  it("is not made by a login that is under way while its user is blocked or the password changes", async () => {
    const gus = await createUserWithPassword(service, "gus");
    const { database } = service.container;
    for (const change of ["state = 'blocked'", "password_digest = 'another'"]) {
      const before = await authenticatePassword(service.container, gus, {
        address: "192.0.2.1",
        client: undefined,
        signal: new AbortController().signal,
      });
      let created: Promise<unknown> = Promise.resolve();
      const transaction = database.transaction(async (em) => {
        await em.execute(`update users set ${change} where id = ?`, [gus.id]);
        if (!isOnServer()) return;
        // It waits for this transaction, and then finds the user changed.
        created = createRefreshToken(service.container, { principal: before, service: "s", clientId: null });
        await lockIsWaitedFor(em);
      });
      await transaction;
      if (!isOnServer()) {
        created = createRefreshToken(service.container, { principal: before, service: "s", clientId: null });
      }
      expect(await created).toBeUndefined();
      await database.em().execute("update users set state = 'active' where id = ?", [gus.id]);
    }
    expect((await gus.client.get("/user/refresh_tokens")).body).toEqual([]);
  });

  it("is refused while its user is blocked", async () => {
    const bob = await createUserWithPassword(service, "bob");
    const secret = await refreshTokenOf(bob);
    await service.container.database.em().nativeUpdate(StoredUser, { id: bob.id }, { state: "blocked" });
    expect((await refresh(secret)).status).toBe(401);
  });

  it("is dead once the password is another, and says so to its bearer; a new login clears it away", async () => {
    const carl = await createUserWithPassword(service, "carl");
    const secret = await refreshTokenOf(carl);
    await changePassword(carl, "another password");
    const { status, body } = await refresh(secret);
    expect(status).toBe(401);
    expect(body["error_description"]).toMatch(/^the password was changed .* sign in again/);
    await login("carl", "another password");
    expect((await carl.client.get("/user/refresh_tokens")).body).toHaveLength(1);
  });

  it("ends with its user", async () => {
    const references = USER_REFERENCES.filter(({ table }) => table === "refresh_tokens");
    expect(references).toEqual([
      { table: "refresh_tokens", column: "user_id", onDelete: { delete: expect.any(String) } },
    ]);
  });

  it("is stored as a digest alone", async () => {
    const secret = await refreshTokenOf(ann);
    const rows = await service.container.database.em().execute("select t::text as row from refresh_tokens t");
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(secret.slice(5));
    expect(service.logLines.join("")).not.toContain(secret);
  });

  it("pushes the oldest of more than a hundred of one user out", async () => {
    const dora = await createUserWithPassword(service, "dora");
    const first = await refreshTokenOf(dora);
    const second = await refreshTokenOf(dora);
    await service.container.database.em().execute(
      `insert into refresh_tokens (created_at, user_id, service, digest, last_four, password_fingerprint)
       select created_at, user_id, service, digest || n, last_four, password_fingerprint
       from refresh_tokens, generate_series(1, 98) n where user_id = ? and id = (select max(id) from refresh_tokens)`,
      [dora.id],
    );
    await refreshTokenOf(dora);
    expect((await refresh(first)).status).toBe(401);
    expect((await refresh(second)).status).toBe(200);
    expect((await dora.client.get("/user/refresh_tokens")).headers.get("x-total")).toBe("100");
  });
});

describe("KEYSIDE_REFRESH_TOKENS=off", () => {
  it("gives none and takes none, in words that tell what to do", async () => {
    const off = await startTestService({ environment: { KEYSIDE_REFRESH_TOKENS: "off" } });
    const user = await createUserWithPassword(off, "ann");
    const answer = await login("ann", user.password, off);
    expect(answer.status).toBe(200);
    expect(answer.body).not.toHaveProperty("refresh_token");
    const { status, body } = await refresh(await refreshTokenOf(ann), off);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: "unsupported_grant_type", error_description: expect.stringMatching(/off/) });
    await off.stop();
  });
});

describe("GET and DELETE /user/refresh_tokens", () => {
  it("lists the caller's own, without their secrets, and revokes one for the very next request", async () => {
    const eve = await createUserWithPassword(service, "eve");
    const [one, two] = [await refreshTokenOf(eve), await refreshTokenOf(eve)];
    const listed = await eve.client.get("/user/refresh_tokens");
    expect(listed.status).toBe(200);
    expect(listed.body).toEqual(
      [two, one].map((secret) => ({
        id: expect.any(Number),
        user_id: eve.id,
        service: "container_registry",
        client_id: "docker",
        last_four: secret.slice(-4),
        created_at: service.clock.now().toISOString(),
        last_used_at: null,
      })),
    );
    const path = `/user/refresh_tokens/${listed.body[0].id}`;
    expect((await ann.client.delete(path)).status).toBe(404);
    expect((await eve.client.delete(path)).status).toBe(204);
    expect((await eve.client.delete(path)).status).toBe(404);
    expect((await refresh(two)).status).toBe(401);
    expect((await refresh(one)).status).toBe(200);
  });

  it("are refused to bots, and to a token without the scope", async () => {
    const bot = await createProjectAccessToken(service, project);
    expect((await bot.client.get("/user/refresh_tokens")).status).toBe(403);
    const reader = await createUserWithPassword(service, "reader", { scopes: ["read_api"] });
    expect((await reader.client.get("/user/refresh_tokens")).status).toBe(200);
    expect((await reader.client.delete("/user/refresh_tokens/1")).status).toBe(403);
  });
});

describe("GET and DELETE /users/:id/refresh_tokens", () => {
  it("are an administrator's", async () => {
    const finn = await createUserWithPassword(service, "finn");
    const secret = await refreshTokenOf(finn);
    const path = `/users/${finn.id}/refresh_tokens`;
    expect((await finn.client.get(path)).status).toBe(403);
    const { body } = await service.root.get(path);
    expect(body).toHaveLength(1);
    expect((await finn.client.delete(`${path}/${body[0].id}`)).status).toBe(403);
    expect((await service.root.delete(`/users/${ann.id}/refresh_tokens/${body[0].id}`)).status).toBe(404);
    expect((await service.root.delete(`${path}/${body[0].id}`)).status).toBe(204);
    expect((await refresh(secret)).status).toBe(401);
    expect((await service.root.get("/users/999999/refresh_tokens")).status).toBe(404);
  });
});
