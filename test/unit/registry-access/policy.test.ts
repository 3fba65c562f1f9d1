import { describe, expect, it } from "vitest";
import { ANONYMOUS, type Principal, WITHOUT_ACCESS_TOKEN } from "../../../src/principals/principal.ts";
import { type RepositoryRule, RepositoryRules } from "../../../src/principals/repository-rules.ts";
import { REGISTRY_SCOPES, TOKEN_SCOPES, type TokenScope } from "../../../src/principals/token-scope.ts";
import { VISIBILITIES, type Visibility } from "../../../src/projects/project.entity.ts";
import { allowedActions, allowsCatalog, grantedActions, type Repository } from "../../../src/registry-access/policy.ts";
import { parseScopes, type RepositoryScope } from "../../../src/registry-access/requested-scope.ts";

const LEVELS = [0, 10, 20, 30, 40, 50];
const OWN_PROJECT = 7;

/** Somebody in the table; `level` is theirs in the project that is asked for. */
interface Caller {
  readonly kind: "anonymous" | "human" | "administrator" | "bot of the project" | "bot of another project";
  readonly level: number;
  readonly scopes: readonly TokenScope[];
  /** The repository rules of a bot's token. */
  readonly rules?: readonly RepositoryRule[] | undefined;
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

function principalOf({ kind, level, scopes, rules }: Caller): Principal {
  const repositoryRules = rules && new RepositoryRules(rules);
  const somebody = { ...WITHOUT_ACCESS_TOKEN, userId: 3, username: "ann", scopes: new Set(scopes), tokenId: 5 };
  const bot = { path: "team/app", visibility: "private", containerRegistryEnabled: true, accessLevel: level } as const;
  switch (kind) {
    case "anonymous":
      return ANONYMOUS;
    case "human":
      return { kind: "user", admin: false, ...somebody };
    case "administrator":
      return { kind: "user", admin: true, ...somebody };
    case "bot of the project":
      return { kind: "bot", project: { id: OWN_PROJECT, ...bot }, repositoryRules, ...somebody };
    case "bot of another project":
      return { kind: "bot", project: { id: OWN_PROJECT + 1, ...bot, accessLevel: 50 }, repositoryRules, ...somebody };
  }
}

const PATH = "team/app";

function repositoryOf(
  visibility: Visibility,
  { level }: Caller,
  { name = PATH, containerRegistryEnabled = true } = {},
): Repository {
  const project = { id: OWN_PROJECT, path: PATH, visibility, containerRegistryEnabled };
  return { name, facts: { project, accessLevel: level } };
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
        const actual = allowedActions(principalOf(caller), repositoryOf(visibility, caller));
        expect(actual, JSON.stringify({ visibility, ...caller })).toEqual(expected);
      }
    },
  );

  it("is nothing where no project holds the repository, for everybody", () => {
    for (const caller of CALLERS)
      expect(allowedActions(principalOf(caller), { name: PATH, facts: undefined })).toEqual([]);
  });

  it("is nothing where the project's registry is disabled, for everybody", () => {
    for (const caller of CALLERS) {
      for (const visibility of VISIBILITIES) {
        expect(
          allowedActions(principalOf(caller), repositoryOf(visibility, caller, { containerRegistryEnabled: false })),
        ).toEqual([]);
      }
    }
  });
});

/** What each rule says of each repository, in words: no pattern is matched here. */
const RULES: Record<string, { rule: RepositoryRule; reaches: (name: string) => boolean }> = {
  "its own": { rule: { repositories: [""], actions: ["pull", "push"] }, reaches: (name) => name === "" },
  web: { rule: { repositories: ["web"], actions: ["push"] }, reaches: (name) => name === "web" },
  "below services": {
    rule: { repositories: ["services/**"], actions: ["pull"] },
    reaches: (name) => name.startsWith("services/"),
  },
  "all but deletion": { rule: { repositories: ["**"], actions: ["pull", "push"] }, reaches: () => true },
  "two, to delete": {
    rule: { repositories: ["web", "services/a"], actions: ["delete"] },
    reaches: (name) => name === "web" || name === "services/a",
  },
};
const NAMES = ["", "web", "web/x", "services", "services/a", "services/a/b"];

describe("repository rules", () => {
  const ruleSets = subsets(Object.keys(RULES)).filter((names) => names.length > 0);

  it.each(VISIBILITIES)(
    "narrow the table for a project that is %s: to what one of them reaches with the action; what is public stays public",
    (visibility) => {
      let allowed = 0;
      for (const level of LEVELS)
        for (const scopes of SCOPE_SETS)
          for (const names of ruleSets)
            for (const name of NAMES) {
              const caller: Caller = { kind: "bot of the project", level, scopes };
              const chosen = names.flatMap((each) => RULES[each] ?? []);
              const expected = (["pull", "push", "delete"] as const).filter(
                (action) =>
                  TABLE[action][visibility](caller) &&
                  ((action === "pull" && visibility === "public") ||
                    chosen.some(({ rule, reaches }) => rule.actions.includes(action) && reaches(name))),
              );
              const rules = chosen.map(({ rule }) => rule);
              const repository = repositoryOf(visibility, caller, { name: name === "" ? PATH : `${PATH}/${name}` });
              const actual = allowedActions(principalOf({ ...caller, rules }), repository);
              expect(actual, JSON.stringify({ level, scopes, names, name })).toEqual(expected);
              allowed += actual.length;
            }
      expect(allowed).toBeGreaterThan(1000);
    },
  );

  it("give a bot nothing in another project, whatever they match there", () => {
    const rules = [{ repositories: ["**"], actions: ["pull", "push", "delete"] }] as const;
    const stranger: Caller = { kind: "bot of another project", level: 50, scopes: [...REGISTRY_SCOPES], rules };
    expect(allowedActions(principalOf(stranger), repositoryOf("private", stranger))).toEqual([]);
    expect(allowedActions(principalOf(stranger), repositoryOf("public", stranger))).toEqual(["pull"]);
  });
});

describe("the record of what was asked", () => {
  const record = (caller: Caller, visibility: Visibility) => {
    const steps: string[] = [];
    const allowed = allowedActions(principalOf(caller), repositoryOf(visibility, caller), (action, step, passed) =>
      steps.push(`${action} ${step} ${passed}`),
    );
    return { steps, allowed };
  };

  it("ends with the question that decided, and changes nothing", () => {
    const bot: Caller = {
      kind: "bot of the project",
      level: 30,
      scopes: ["read_registry", "write_registry"],
      rules: [{ repositories: [""], actions: ["pull"] }],
    };
    const before = ["project", "registry", "credential", "scope", "level"];
    expect(record(bot, "private")).toEqual({
      allowed: ["pull"],
      steps: [
        ...before.map((step) => `pull ${step} true`),
        "pull rules true",
        ...before.map((step) => `push ${step} true`),
        "push rules false",
        ...before.slice(0, 3).map((step) => `delete ${step} true`),
        "delete scope false",
      ],
    });
    expect(record(bot, "public").steps.slice(0, 3)).toEqual([
      "pull project true",
      "pull registry true",
      "pull public true",
    ]);
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

  it("is recorded question by question", () => {
    const record = (kind: Caller["kind"], scopes: readonly TokenScope[]) => {
      const steps: string[] = [];
      allowsCatalog(principalOf({ kind, level: 50, scopes }), (action, step, passed) =>
        steps.push(`${action} ${step} ${passed}`),
      );
      return steps;
    };
    expect(record("human", TOKEN_SCOPES)).toEqual(["* administrator false"]);
    expect(record("administrator", ["api"])).toEqual(["* administrator true", "* scope false"]);
    expect(record("administrator", TOKEN_SCOPES)).toEqual(["* administrator true", "* scope true"]);
  });
});
