import { describe, expect, it } from "vitest";
import { ANONYMOUS, type Principal } from "../../../src/principals/principal.ts";
import { REGISTRY_SCOPES, TOKEN_SCOPES, type TokenScope } from "../../../src/principals/token-scope.ts";
import type { ImageFacts } from "../../../src/projects/find-image-facts.ts";
import { VISIBILITIES, type Visibility } from "../../../src/projects/project.entity.ts";
import { allowedActions, allowsCatalog, grantedActions } from "../../../src/registry/policy.ts";
import { parseScopes, type RepositoryScope } from "../../../src/registry/requested-scope.ts";

const LEVELS = [0, 10, 20, 30, 40, 50];
const OWN_PROJECT = 7;

/** Somebody in the table; `level` is theirs in the project that is asked for. */
interface Caller {
  readonly kind: "anonymous" | "human" | "administrator" | "bot of the project" | "bot of another project";
  readonly level: number;
  readonly scopes: readonly TokenScope[];
}

/**
 * The table of docs/spec/registry-auth.md "Who may do what", written again as its cells read. A bot of another project is
 * treated as anonymous is; an administrator counts as Owner everywhere.
 */
const TABLE: Record<"pull" | "push" | "delete", Record<Visibility, (caller: Caller) => boolean>> = {
  pull: {
    public: () => true,
    internal: ({ kind, scopes }) =>
      ["human", "administrator", "bot of the project"].includes(kind) && scopes.includes("read_registry"),
    private: (caller) => isAtLeast(caller, 20) && caller.scopes.includes("read_registry"),
  },
  push: sameEverywhere((caller) => isAtLeast(caller, 30) && caller.scopes.includes("write_registry")),
  delete: sameEverywhere((caller) => isAtLeast(caller, 40) && caller.scopes.includes("delete_registry")),
};

function sameEverywhere(rule: (caller: Caller) => boolean): Record<Visibility, (caller: Caller) => boolean> {
  return { public: rule, internal: rule, private: rule };
}

function isAtLeast({ kind, level }: Caller, wanted: number): boolean {
  if (kind === "administrator") return true;
  return (kind === "human" || kind === "bot of the project") && level >= wanted;
}

function subsets<Item>(items: readonly Item[]): Item[][] {
  return Array.from({ length: 2 ** items.length }, (_, bits) =>
    items.filter((_item, place) => (bits >> place) % 2 === 1),
  );
}

const SCOPE_SETS = [
  ...subsets(REGISTRY_SCOPES),
  ["api"],
  ["api", "read_api", "read_repository", "write_repository"],
] as TokenScope[][];

function principalOf({ kind, level, scopes }: Caller): Principal {
  const somebody = { userId: 3, username: "ann", scopes: new Set(scopes), tokenId: 5, expiresAt: null };
  const bot = { path: "team/app", visibility: "private", containerRegistryEnabled: true, accessLevel: level } as const;
  switch (kind) {
    case "anonymous":
      return ANONYMOUS;
    case "human":
      return { kind: "user", admin: false, ...somebody };
    case "administrator":
      return { kind: "user", admin: true, ...somebody };
    case "bot of the project":
      return { kind: "bot", project: { id: OWN_PROJECT, ...bot }, ...somebody };
    case "bot of another project":
      return { kind: "bot", project: { id: OWN_PROJECT + 1, ...bot, accessLevel: 50 }, ...somebody };
  }
}

function factsOf(visibility: Visibility, { level }: Caller, containerRegistryEnabled = true): ImageFacts {
  return { project: { id: OWN_PROJECT, path: "team/app", visibility, containerRegistryEnabled }, accessLevel: level };
}

const CALLERS: Caller[] = (
  ["anonymous", "human", "administrator", "bot of the project", "bot of another project"] as const
).flatMap((kind) => LEVELS.flatMap((level) => SCOPE_SETS.map((scopes) => ({ kind, level, scopes }))));

describe("allowedActions", () => {
  const rows = VISIBILITIES.flatMap((visibility) =>
    [...new Set(CALLERS.map(({ kind }) => kind))].map((kind) => [visibility, kind] as const),
  );

  it.each(rows)(
    "is the table for a project that is %s and the caller %s, at every level with every scopes",
    (visibility, kind) => {
      for (const caller of CALLERS.filter((each) => each.kind === kind)) {
        const expected = (["pull", "push", "delete"] as const).filter((action) => TABLE[action][visibility](caller));
        const actual = allowedActions(principalOf(caller), factsOf(visibility, caller));
        expect(actual, JSON.stringify({ visibility, ...caller })).toEqual(expected);
      }
    },
  );

  it("is nothing where no project holds the repository, for everybody", () => {
    for (const caller of CALLERS) expect(allowedActions(principalOf(caller), undefined)).toEqual([]);
  });

  it("is nothing where the project's registry is disabled, for everybody", () => {
    for (const caller of CALLERS) {
      for (const visibility of VISIBILITIES) {
        expect(allowedActions(principalOf(caller), factsOf(visibility, caller, false))).toEqual([]);
      }
    }
  });
});

describe("grantedActions", () => {
  const asked = (actions: string) => {
    const parsed = parseScopes([`repository:team/app:${actions}`]);
    return (parsed.ok ? parsed.scopes[0] : undefined) as RepositoryScope;
  };

  it("grants what is requested and allowed, no more", () => {
    expect(grantedActions(asked("push,delete"), ["pull", "push"])).toEqual(["push"]);
  });

  it("expands * to what is allowed, never to itself", () => {
    expect(grantedActions(asked("*"), ["pull", "delete"])).toEqual(["pull", "delete"]);
    expect(grantedActions(asked("*"), [])).toEqual([]);
  });
});

describe("allowsCatalog", () => {
  it("is for an administrator whose credential reads registries, and for nobody else", () => {
    for (const caller of CALLERS) {
      const expected = caller.kind === "administrator" && caller.scopes.includes("read_registry");
      expect(allowsCatalog(principalOf(caller)), JSON.stringify(caller)).toBe(expected);
    }
    expect(allowsCatalog(principalOf({ kind: "administrator", level: 0, scopes: TOKEN_SCOPES }))).toBe(true);
  });
});
