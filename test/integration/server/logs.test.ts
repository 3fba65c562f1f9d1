import { describe, expect, it } from "vitest";
import { failOn } from "../../support/failing-table.ts";
import { ROOT_PASSWORD, startTestService } from "../../support/service.ts";
import { requestToken } from "../../support/token-request.ts";
import {
  createGroup,
  createProject,
  createProjectAccessToken,
  createUserWithPassword,
  enableProjectAccessTokens,
} from "../../support/world.ts";

describe("the log", () => {
  it("is JSON with one line a request, and holds none of the secrets that were used", async () => {
    const service = await startTestService({ environment: { KEYSIDE_LOG_LEVEL: "trace" } });
    const { root, logLines } = service;
    await enableProjectAccessTokens(service);
    const app = await createProject(service, await createGroup(service, "team"), "app");
    const ann = await createUserWithPassword(service, "ann");
    const token = await createProjectAccessToken(service, app, { scopes: ["api", "read_registry"] });
    const before = logLines.length;

    const answers = [
      await requestToken(service, { password: token.secret, scopes: ["repository:team/app:pull"] }),
      await requestToken(service, { username: "ann", password: ann.password }),
      await requestToken(service, { username: "root", password: ROOT_PASSWORD }),
      await requestToken(service, { username: "ann", password: "wrong hunter2" }),
      await requestToken(service, { password: "kspat-mistyped-hunter2" }),
      await requestToken(service, { authorization: `Basic ${Buffer.from("hunter2").toString("base64")}` }),
    ];
    const bearer = { Authorization: `Bearer ${ann.secret}` };
    await service.as(undefined).call("GET", "/user", undefined, bearer);
    await root.get("/user?private_token=hunter2");
    const mend = await failOn(service, "insert", "users");
    const account = { username: "eve", name: "Eve", email: "eve@example.com", password: "hunter2-hunter2" };
    expect((await root.post("/users", account)).status).toBe(500);
    expect((await root.post(`/projects/${app}/access_tokens`, { name: "x", scopes: ["api"] })).status).toBe(500);
    await mend();
    expect((await root.delete(`/projects/${app}/access_tokens/${token.id}`)).status).toBe(204);
    await root.call("POST", "/users", '{"password":"hunter2', { "Content-Type": "application/json" });
    await service.stop();

    const requests = logLines
      .slice(before)
      .map((line) => JSON.parse(line))
      .filter(({ msg }) => msg === "request");
    expect(requests).toHaveLength(12);
    expect(requests[0]).toMatchObject({
      method: "GET",
      path: "/jwt/auth",
      status: 200,
      requestId: expect.any(String),
      ms: expect.any(Number),
    });

    const registryTokens = answers.flatMap(({ body }) => (typeof body["token"] === "string" ? [body["token"]] : []));
    expect(registryTokens).toHaveLength(3);
    const basic = (username: string, password: string) => Buffer.from(`${username}:${password}`).toString("base64");
    const secrets = [
      token.secret,
      ann.secret,
      ann.password,
      ROOT_PASSWORD,
      "hunter2",
      "scrypt",
      basic("ann", ann.password),
      ...registryTokens,
    ];
    const log = logLines.join("\n");
    for (const secret of secrets) expect(log).not.toContain(secret);
    expect(log).toContain("injected");
  });
});
