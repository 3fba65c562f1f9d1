import { describe, expect, it } from "vitest";
import type { TokenRow } from "../../../src/authentication/find-access-tokens.ts";
import { judgeSshKey, type SshKeyRow } from "../../../src/authentication/judge-ssh-key.ts";
import { IpAllowList } from "../../../src/http/ip-allow-list.ts";

const now = new Date("2026-11-02T12:00:00Z");
const address = "192.0.2.7";

const KEY: SshKeyRow = {
  ...{ id: 3, key: "ssh-ed25519 AAAA", expires_at: null, access_token_id: null },
  ...{ user_id: 5, username: "ann", user_type: "human", state: "active", admin: true },
};
const TOKEN: TokenRow = {
  ...{
    token_id: 7,
    digest: "",
    scopes: ["api", "read_repository"],
    expires_at: null,
    revoked: false,
    retires_at: null,
  },
  ...{ ip_allow_list: null, repository_rules_digest: null },
  ...{ user_id: 6, username: "robot", user_type: "project_bot", state: "active", admin: false },
  ...{
    project_id: 1,
    project_path: "team/app",
    visibility: "private",
    container_registry_enabled: true,
    access_level: 30,
  },
};

const ofHuman =
  (change: Partial<SshKeyRow> = {}) =>
  () =>
    judgeSshKey({ row: { ...KEY, ...change }, token: undefined }, { now, address });
const ofToken =
  (change: Partial<TokenRow> = {}, list?: string) =>
  () =>
    judgeSshKey(
      {
        row: { ...KEY, access_token_id: 7, user_id: 6, user_type: "project_bot" },
        token: {
          row: { ...TOKEN, ...change },
          rules: undefined,
          ipAllowList: list === undefined ? undefined : new IpAllowList([list]),
        },
      },
      { now, address },
    );
const scopesOf = (judge: ReturnType<typeof ofHuman>) => [...judge().scopes];

describe("a human's own SSH key", () => {
  it("stands for them with both Git scopes and nothing else, and for no access token", () => {
    expect(ofHuman()()).toMatchObject({ kind: "user", userId: 5, username: "ann", admin: true, tokenId: null });
    expect(scopesOf(ofHuman())).toEqual(["read_repository", "write_repository"]);
  });

  it("dies at 00:00:00 UTC of its date", () => {
    expect(ofHuman({ expires_at: "2026-11-03" })()).toMatchObject({ userId: 5 });
    expect(ofHuman({ expires_at: "2026-11-02" })).toThrow("it expired on 2026-11-02");
  });

  it("is not known while they are blocked, and is no bot's and not the ghost's", () => {
    for (const change of [{ state: "blocked" }, { user_type: "project_bot" }, { user_type: "ghost" }] as const)
      expect(ofHuman(change)).toThrow("the SSH key is not known");
  });
});

describe("an access token's SSH key", () => {
  it("stands for the token's bot, at its level, with those of its scopes that are for Git", () => {
    expect(ofToken()()).toMatchObject({ kind: "bot", userId: 6, tokenId: 7, project: { id: 1, accessLevel: 30 } });
    expect(scopesOf(ofToken())).toEqual(["read_repository"]);
    expect(scopesOf(ofToken({ scopes: ["api", "write_registry", "write_repository"] }))).toEqual(["write_repository"]);
    expect(scopesOf(ofToken({ scopes: ["api"] }))).toEqual([]);
  });

  it("has the token's addresses", () => {
    expect(ofToken({}, "192.0.2.0/24")()).toMatchObject({ tokenId: 7 });
    expect(ofToken({}, "10.0.0.0/8")).toThrow(/not accepted from 192\.0\.2\.7/);
  });

  it("has the token's end: revoked, out of its grace, expired", () => {
    expect(ofToken({ revoked: true })).toThrow(/revoked/);
    expect(ofToken({ retires_at: new Date(now.getTime() + 1) })()).toMatchObject({ tokenId: 7 });
    expect(ofToken({ retires_at: now })).toThrow(/revoked/);
    expect(ofToken({ expires_at: "2026-11-02" })).toThrow(/expired on 2026-11-02/);
    expect(ofToken({ state: "blocked" })).toThrow(/not known/);
  });

  it("is not known once the token's row is gone: it never becomes the user's own", () => {
    const row = { ...KEY, access_token_id: 7 };
    expect(() => judgeSshKey({ row, token: undefined }, { now, address })).toThrow("the SSH key is not known");
  });
});
