import { describe, expect, it } from "vitest";
import {
  decideGitAccess,
  decideReading,
  type GitAction,
  type GitDecision,
} from "../../../src/git-repositories/decide-access.ts";
import { ANONYMOUS, type Principal, WITHOUT_ACCESS_TOKEN } from "../../../src/principals/principal.ts";
import { TOKEN_SCOPES, type TokenScope } from "../../../src/principals/token-scope.ts";
import { VISIBILITIES, type Visibility } from "../../../src/projects/project.entity.ts";

const KINDS = ["anonymous", "human", "administrator", "bot of the project", "bot of another project"] as const;
const LEVELS = [0, 10, 20, 30, 40, 50];
const ACTIONS = ["fetch", "push"] as const;

/** Somebody in the table; `level` is theirs in the project that is asked for. */
interface Caller {
  readonly kind: (typeof KINDS)[number];
  readonly level: number;
  readonly scopes: readonly TokenScope[];
}

/** Scopes that say nothing of Git, each alone and all together: the table of scopes is exact. */
const OTHER_SCOPES = TOKEN_SCOPES.filter((scope) => !scope.endsWith("_repository"));
const SCOPE_SETS: readonly (readonly TokenScope[])[] = [
  [],
  ...OTHER_SCOPES.map((scope) => [scope]),
  OTHER_SCOPES,
  ["read_repository"],
  ["write_repository"],
  ["read_repository", "write_repository"],
  TOKEN_SCOPES,
];

/**
 * The table of docs/spec/git.md "Who may do what", written again as its cells read. A bot of another project is a stranger;
 * an administrator counts as Owner.
 */
const TABLE: Record<GitAction, Record<Visibility, (caller: Caller) => boolean>> = {
  fetch: {
    public: () => true,
    internal: (caller) => isSignedIn(caller) && caller.scopes.some(isOfGit),
    private: (caller) => levelOf(caller) >= 20 && caller.scopes.some(isOfGit),
  },
  push: { public: mayPush, internal: mayPush, private: mayPush },
};

function mayPush(caller: Caller): boolean {
  return levelOf(caller) >= 30 && caller.scopes.includes("write_repository");
}

function isOfGit(scope: TokenScope): boolean {
  return scope === "read_repository" || scope === "write_repository";
}

function isSignedIn({ kind }: Caller): boolean {
  return kind === "human" || kind === "administrator" || kind === "bot of the project";
}

function levelOf({ kind, level }: Caller): number {
  return { anonymous: 0, human: level, administrator: 50, "bot of the project": level, "bot of another project": 0 }[
    kind
  ];
}

/** Who is refused learns of the project only if they see it: by a level in it, or as its visibility lets them. */
function sees(caller: Caller, visibility: Visibility): boolean {
  if (visibility === "public" || levelOf(caller) > 0) return true;
  return visibility === "internal" && (caller.kind === "human" || caller.kind === "administrator");
}

function principalOf({ kind, level, scopes }: Caller): Principal {
  const somebody = { ...WITHOUT_ACCESS_TOKEN, userId: 3, username: "ann", scopes: new Set(scopes), tokenId: 5 };
  const project = { id: 7, path: "team/app", visibility: "private", containerRegistryEnabled: true } as const;
  const bot = { kind: "bot", repositoryRules: undefined, ...somebody } as const;
  switch (kind) {
    case "anonymous":
      return ANONYMOUS;
    case "human":
      return { kind: "user", admin: false, ...somebody };
    case "administrator":
      return { kind: "user", admin: true, ...somebody };
    case "bot of the project":
      return { ...bot, project: { ...project, accessLevel: level } };
    case "bot of another project":
      return { ...bot, project: { ...project, id: 8, accessLevel: 50 } };
  }
}

/** What a caller is told, given what the database says of their level. */
function decide(caller: Caller, action: GitAction, visibility: Visibility): GitDecision {
  return decideGitAccess(principalOf(caller), action, { visibility, accessLevel: levelOf(caller) });
}

const CALLERS: Caller[] = KINDS.flatMap((kind) =>
  // A bot of the project is a member of it.
  LEVELS.filter((level) => kind !== "bot of the project" || level > 0).flatMap((level) =>
    SCOPE_SETS.map((scopes) => ({ kind, level, scopes })),
  ),
);

describe("decideGitAccess", () => {
  const rows = ACTIONS.flatMap((action) =>
    VISIBILITIES.flatMap((visibility) => KINDS.map((kind) => [action, visibility, kind] as const)),
  );

  it.each(rows)("is the table for a %s, a project that is %s and the caller %s", (action, visibility, kind) => {
    for (const caller of CALLERS.filter((each) => each.kind === kind)) {
      const { kind: decided } = decide(caller, action, visibility);
      expect(decided === "allowed", `${decided}: ${JSON.stringify(caller)}`).toBe(TABLE[action][visibility](caller));
    }
  });

  it("asks whoever has no credentials for some, where there is no such project too", () => {
    for (const action of ACTIONS) {
      expect(decideGitAccess(ANONYMOUS, action, undefined)).toEqual({ kind: "unauthenticated" });
      for (const visibility of VISIBILITIES) {
        if (action === "fetch" && visibility === "public") continue;
        const facts = { visibility, accessLevel: 0 };
        expect(decideGitAccess(ANONYMOUS, action, facts)).toEqual({ kind: "unauthenticated" });
      }
    }
  });

  it("tells nobody who does not see a project more than of one that is not there", () => {
    let hidden = 0;
    for (const caller of CALLERS.filter(({ kind }) => kind !== "anonymous"))
      for (const action of ACTIONS) {
        expect(decideGitAccess(principalOf(caller), action, undefined)).toEqual({ kind: "hidden" });
        for (const visibility of VISIBILITIES) {
          const decision = decide(caller, action, visibility);
          if (sees(caller, visibility)) expect(decision.kind).not.toBe("hidden");
          else expect(decision).toEqual({ kind: "hidden" });
          if (!sees(caller, visibility)) hidden += 1;
        }
      }
    expect(hidden).toBeGreaterThan(0);
  });

  it("names the scopes that would do, before the level", () => {
    const guest = { kind: "human", level: 10, scopes: OTHER_SCOPES } as const;
    expect(decide(guest, "fetch", "private")).toEqual({
      kind: "scope",
      lacking: ["read_repository", "write_repository"],
    });
    expect(decide(guest, "push", "public")).toEqual({ kind: "scope", lacking: ["write_repository"] });
  });

  it("names the level that is needed, and the caller's own", () => {
    const guest = { kind: "human", level: 10, scopes: TOKEN_SCOPES } as const;
    expect(decide(guest, "fetch", "private")).toEqual({ kind: "level", needed: 20, own: 10 });
    expect(decide(guest, "push", "private")).toEqual({ kind: "level", needed: 30, own: 10 });
    const stranger = { ...guest, level: 0 };
    expect(decide(stranger, "push", "internal")).toEqual({ kind: "level", needed: 30, own: 0 });
  });

  it("says which scope it took, so that the token's use can be noted by it", () => {
    const use = (scopes: readonly TokenScope[], action: GitAction, visibility: Visibility = "private") =>
      decide({ kind: "human", level: 30, scopes }, action, visibility);
    expect(use(["write_repository", "read_repository"], "fetch")).toEqual({
      kind: "allowed",
      scope: "read_repository",
    });
    expect(use(["write_repository"], "fetch")).toEqual({ kind: "allowed", scope: "write_repository" });
    expect(use(TOKEN_SCOPES, "push")).toEqual({ kind: "allowed", scope: "write_repository" });
    expect(use(TOKEN_SCOPES, "fetch", "public")).toEqual({ kind: "allowed", scope: undefined });
  });
});

describe("decideReading", () => {
  it.each(VISIBILITIES)(
    "lets read what a fetch may have with read_repository, in a project that is %s",
    (visibility) => {
      for (const caller of CALLERS.filter(({ scopes }) => scopes.length === 0)) {
        const principal = principalOf(caller);
        if (principal.kind === "anonymous") continue;
        const fetched = decide({ ...caller, scopes: ["read_repository"] }, "fetch", visibility);
        const decision = decideReading(principal, { visibility, accessLevel: levelOf(caller) });
        expect(decision, JSON.stringify(caller)).toEqual(
          fetched.kind === "allowed" ? { kind: "allowed", scope: undefined } : fetched,
        );
        expect(decideReading(principal, undefined)).toEqual({ kind: "hidden" });
      }
    },
  );
});
