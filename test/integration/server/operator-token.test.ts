import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WIDEN_OPERATOR_TOKEN } from "../../../src/database/migrations/20261125040000-credentials.ts";
import { TOKEN_SCOPES } from "../../../src/principals/token-scope.ts";
import { startTestService, type TestService } from "../../support/service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

const own = async () => (await service.root.get("/personal_access_tokens/self")).body;

describe("the operator's token", () => {
  it("has every scope, since it creates tokens of any scope, and no end", async () => {
    expect(await own()).toMatchObject({ scopes: TOKEN_SCOPES, expires_at: null });
  });

  it("of an earlier version, which had api alone, gets them too; no other token of root's does", async () => {
    const em = service.container.database.em();
    const { id } = await own();
    const { body: lookalike } = await service.root.post("/user/personal_access_tokens", {
      name: "Operator's token",
      scopes: ["api"],
    });
    await em.execute("update access_tokens set scopes = array['api'] where id = ?", [id]);
    await em.execute(WIDEN_OPERATOR_TOKEN);
    expect(await own()).toMatchObject({ id, scopes: TOKEN_SCOPES });
    const { body } = await service.root.get(`/personal_access_tokens/${lookalike.id}`);
    expect(body.scopes).toEqual(["api"]);
  });
});
