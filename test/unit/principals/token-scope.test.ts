import { describe, expect, it } from "vitest";
import { scopesBeyond, TOKEN_SCOPES, type TokenScope } from "../../../src/principals/token-scope.ts";

const beyond = (wanted: TokenScope[], own: TokenScope[]) => scopesBeyond(wanted, new Set(own));

describe("scopesBeyond", () => {
  it("is what a token lacks to be as strong", () => {
    expect(beyond(["read_registry", "write_registry"], ["read_registry"])).toEqual(["write_registry"]);
    expect(beyond([...TOKEN_SCOPES], [...TOKEN_SCOPES])).toEqual([]);
    expect(beyond(["api"], [])).toEqual(["api"]);
  });

  it("counts what a scope includes, and no more", () => {
    expect(beyond(["read_api", "self_rotate"], ["api"])).toEqual([]);
    expect(beyond(["read_repository"], ["write_repository"])).toEqual([]);
    expect(beyond(["read_registry"], ["write_registry"])).toEqual(["read_registry"]);
    expect(beyond(["api"], ["read_api", "self_rotate"])).toEqual(["api"]);
    const api = beyond([...TOKEN_SCOPES], ["api"]);
    expect(api).toEqual(["read_registry", "write_registry", "delete_registry", "read_repository", "write_repository"]);
  });
});
