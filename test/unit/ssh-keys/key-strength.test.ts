import { describe, expect, it } from "vitest";
import type { SignedInPrincipal } from "../../../src/principals/principal.ts";
import { TOKEN_SCOPES, type TokenScope } from "../../../src/principals/token-scope.ts";
import { decideKeyToken } from "../../../src/ssh-keys/key-strength.ts";

function caller(tokenId: number | null, scopes: readonly TokenScope[]): SignedInPrincipal {
  return {
    ...{ kind: "user", userId: 1, username: "ann", admin: false, scopes: new Set(scopes) },
    ...{ tokenId, expiresAt: null, retiresAt: null, ipAllowList: undefined },
  };
}

describe("a new SSH key", () => {
  it("is the human's own where they signed in with their password", () => {
    expect(decideKeyToken(caller(null, TOKEN_SCOPES))).toBeNull();
  });

  it("is nobody's where a credential without an access token lacks a Git scope", () => {
    expect(() => decideKeyToken(caller(null, ["api", "read_repository"]))).toThrow(/write_repository/);
    expect(() => decideKeyToken(caller(null, ["read_registry"]))).toThrow(/read_repository and write_repository/);
  });

  it.each([[TOKEN_SCOPES], [["api", "write_repository"]], [["api", "read_repository"]]] as const)(
    "belongs to the access token that adds it, which has %j",
    (scopes) => expect(decideKeyToken(caller(7, scopes))).toBe(7),
  );

  it("is refused to an access token that has no Git scope", () => {
    expect(() => decideKeyToken(caller(7, ["api", "write_registry"]))).toThrow(
      "an SSH key that an access token adds has its Git scopes, and this request's has neither read_repository nor write_repository",
    );
  });
});
