import { describe, expect, it } from "vitest";
import type { TokenRow } from "../../../src/authentication/find-access-tokens.ts";
import { TOKEN_STEPS, type TokenStep } from "../../../src/authentication/judge-access-token.ts";
import { ANONYMOUS, type Principal, WITHOUT_ACCESS_TOKEN } from "../../../src/principals/principal.ts";
import { type RepositoryRule, RepositoryRules } from "../../../src/principals/repository-rules.ts";
import { TOKEN_SCOPES } from "../../../src/principals/token-scope.ts";
import { VISIBILITIES, type Visibility } from "../../../src/projects/project.entity.ts";
import { type ExplainedToken, tokenSentence } from "../../../src/registry-access/explain-credential.ts";
import { catalogSentence, policySentence } from "../../../src/registry-access/explain-sentences.ts";
import {
  allowedActions,
  allowsCatalog,
  CATALOG_STEPS,
  POLICY_STEPS,
  type PolicyStep,
} from "../../../src/registry-access/policy.ts";
import { ANY_ACTION } from "../../../src/registry-access/requested-scope.ts";

const ROW: TokenRow = {
  ...{ token_id: 42, digest: "", scopes: [], expires_at: null, revoked: false, retires_at: null, ip_allow_list: null },
  ...{ repository_rules_digest: null, user_id: 3, username: "project_7_bot_x", user_type: "project_bot", admin: false },
  ...{ state: "active", project_id: 7, project_path: "team/app", visibility: "private", access_level: 30 },
  container_registry_enabled: true,
};
const TOKEN: ExplainedToken = { row: ROW, name: "ci", revokedAt: null, current: undefined, address: undefined };

/** What a sentence must not look like, whatever it is about. */
const UNFINISHED = /undefined|null|NaN|\[object|^\s|\s$|\s\s|^$/;

describe("the sentence of each step of a token", () => {
  const variants: ExplainedToken[] = [undefined, 43].flatMap((current) =>
    [undefined, "192.0.2.9"].flatMap((address) =>
      (["active", "blocked"] as const).flatMap((state) =>
        [null, new Date("2026-11-01T12:30:00Z")].flatMap((moment) =>
          [null, "2026-11-01"].flatMap((expires_at) =>
            [null, ["10.0.0.0/8"], ["10.0.0.0/8", "::1", "::2", "::3", "::4", "::5", "::6"]].map((ip_allow_list) => ({
              ...{ ...TOKEN, current, address, revokedAt: moment },
              row: { ...ROW, state, expires_at, retires_at: moment, ip_allow_list },
            })),
          ),
        ),
      ),
    ),
  );

  it.each(TOKEN_STEPS)("is there, passed or not: %s", (step) => {
    for (const token of variants)
      for (const passed of [true, false]) {
        const isPossible = step !== "address" || token.row.ip_allow_list === null || token.address !== undefined;
        const sentence = tokenSentence(step, isPossible ? passed : null, token);
        expect(sentence, JSON.stringify(token)).not.toMatch(UNFINISHED);
      }
  });

  it.each<[TokenStep, Partial<TokenRow>, Partial<ExplainedToken>, string]>([
    [
      "revoked",
      {},
      { revokedAt: new Date("2026-11-01T01:00:00Z") },
      "the token 42 was revoked on 2026-11-01: make a new one",
    ],
    ["revoked", {}, { current: 43 }, "the token 42 was rotated away: token 43 took its place; use that one's secret"],
    [
      "grace",
      { retires_at: new Date("2026-11-01T12:30:00Z") },
      { current: 43 },
      "the token was rotated away, and its grace ended at 2026-11-01 12:30 UTC: token 43 took its place; use that one's secret",
    ],
    [
      "expiry",
      { expires_at: "2026-11-01" },
      {},
      "the token expired on 2026-11-01, at 00:00 UTC: rotate it, or make a new one",
    ],
    [
      "user",
      { state: "blocked" },
      {},
      "the token acts as project_7_bot_x, who is blocked: an administrator unblocks them, or make a new token",
    ],
    ["user", { user_type: "ghost" }, {}, "the bot that the token acted as is gone: make a new token"],
    [
      "address",
      { ip_allow_list: ["10.0.0.0/8", "192.0.2.7"] },
      { address: "192.0.2.9" },
      "not accepted from 192.0.2.9: the token's ip_allow_list has 10.0.0.0/8, 192.0.2.7; use it there, or make a token that is accepted from 192.0.2.9",
    ],
  ])("says what to do when it is refused: %s %j %j", (step, row, more, sentence) => {
    expect(tokenSentence(step, false, { ...TOKEN, ...more, row: { ...ROW, ...row } })).toBe(sentence);
  });
});

const PROJECT = { id: 7, path: "team/app", containerRegistryEnabled: true };
const RULES: readonly (RepositoryRule[] | undefined)[] = [
  undefined,
  [{ repositories: [""], actions: ["pull"] }],
  Array.from({ length: 5 }, (_, n) => ({
    repositories: ["a", "b", "c", "d", "e", `f${n}`],
    actions: ["push"] as const,
  })),
];

const PRINCIPALS: Principal[] = [
  ANONYMOUS,
  ...[true, false].flatMap((admin): Principal[] => {
    const human = { ...WITHOUT_ACCESS_TOKEN, userId: 3, username: "ann", admin };
    return [
      { kind: "user", ...human, scopes: new Set(TOKEN_SCOPES) },
      { kind: "user", ...human, scopes: new Set(["api"]), tokenId: 5 },
    ];
  }),
  ...RULES.flatMap((rules): Principal[] =>
    [7, 8].flatMap((id) =>
      [["api"], TOKEN_SCOPES].flatMap((scopes) =>
        [10, 30, 50].map(
          (accessLevel): Principal => ({
            ...{ kind: "bot", ...WITHOUT_ACCESS_TOKEN, userId: 3, username: "bot", tokenId: 5 },
            scopes: new Set(scopes as typeof TOKEN_SCOPES),
            repositoryRules: rules && new RepositoryRules(rules),
            project: { ...PROJECT, id, path: id === 7 ? "team/app" : "team/lib", visibility: "private", accessLevel },
          }),
        ),
      ),
    ),
  ),
];

describe("the sentence of each question of the policy", () => {
  const asked = new Map<string, Set<string>>();
  const note = (step: string, passed: boolean, sentence: string) => {
    expect(sentence).not.toMatch(UNFINISHED);
    const key = `${step} ${passed}`;
    asked.set(key, (asked.get(key) ?? new Set()).add(sentence));
  };

  it("is there, whoever asks for what, wherever", () => {
    const places = VISIBILITIES.flatMap((visibility: Visibility) =>
      [true, false].flatMap((containerRegistryEnabled) =>
        [0, 20, 40].map((accessLevel) => ({
          project: { ...PROJECT, visibility, containerRegistryEnabled },
          accessLevel,
        })),
      ),
    );
    for (const principal of PRINCIPALS) {
      for (const facts of [undefined, ...places])
        for (const name of ["team/app", "team/app/web"]) {
          const repository = { name, facts };
          allowedActions(principal, repository, (action, step, passed) => {
            if (action === ANY_ACTION) throw new Error("that is the catalog's");
            for (const isReader of [true, false])
              note(step, passed, policySentence(step, passed, { principal, repository, action, isReader }));
          });
        }
      allowsCatalog(principal, (action, step, passed) => {
        if (action !== ANY_ACTION) throw new Error("that is a repository's");
        note(step, passed, catalogSentence(step, passed, principal));
      });
    }
    // Every question was asked, with every answer that it has.
    const answers = [...POLICY_STEPS, ...CATALOG_STEPS].flatMap((step) =>
      step === "public" ? [`${step} true`] : [`${step} true`, `${step} false`],
    );
    expect([...asked.keys()].sort()).toEqual([...new Set(answers)].sort());
  });

  const bot = (rules?: RepositoryRule[]): Principal => ({
    ...{ kind: "bot", ...WITHOUT_ACCESS_TOKEN, userId: 3, username: "bot", tokenId: 5, scopes: new Set(["api"]) },
    repositoryRules: rules && new RepositoryRules(rules),
    project: { ...PROJECT, visibility: "private", accessLevel: 20 },
  });
  const refused = (step: PolicyStep, principal: Principal, name = "team/app/web") => {
    const project = { ...PROJECT, visibility: "private" } as const;
    const facts = step === "project" ? undefined : { project, accessLevel: 20 };
    return policySentence(step, false, { principal, repository: { name, facts }, action: "push", isReader: false });
  };

  it("says what to do when it is refused", () => {
    expect(refused("project", bot())).toBe(
      "no project holds team/app/web: check the name, or create the project first",
    );
    expect(refused("project", bot(), "a/".repeat(29).concat("a"))).toContain("as far as the first 21 segments");
    expect(refused("registry", bot())).toContain(
      "a Maintainer turns it on, as by keyside project update team/app --registry on",
    );
    expect(refused("credential", ANONYMOUS)).toContain("sign in before pushing");
    expect(refused("scope", bot())).toBe("the token lacks write_registry: make one that has it");
    expect(refused("level", bot())).toContain("the bot is Reporter (20) here; pushing needs Developer (30)");
  });

  it.each<[is: string, level: number, from: string | undefined, isReader: boolean, sentence: string]>([
    [
      "nobody",
      0,
      undefined,
      false,
      "ann is no member here; pushing needs Developer (30): add them to the project at that level",
    ],
    [
      "nobody, and reads it",
      0,
      undefined,
      true,
      "you are no member here; pushing needs Developer (30): ask a Maintainer of team/app for that level",
    ],
    [
      "a member of the project",
      20,
      "team/app",
      false,
      "ann is Reporter (20) here; pushing needs Developer (30): give them that level",
    ],
    [
      "a member of a group above",
      20,
      "team",
      false,
      "ann is Reporter (20) here, inherited from team; pushing needs Developer (30): give them that level",
    ],
    [
      "a member of a group above, and reads it",
      30,
      "team",
      true,
      "you are Developer (30) here, inherited from team; pushing needs Developer (30)",
    ],
  ])("says what role a human has, and where from: %s", (_is, accessLevel, levelFrom, isReader, sentence) => {
    const facts = { project: { ...PROJECT, visibility: "private" as const }, accessLevel, levelFrom };
    const ann: Principal = {
      ...{ kind: "user", ...WITHOUT_ACCESS_TOKEN, userId: 3, username: "ann", admin: false },
      scopes: new Set(TOKEN_SCOPES),
    };
    const asked = { principal: ann, repository: { name: "team/app", facts }, action: "push" as const, isReader };
    expect(policySentence("level", accessLevel >= 30, asked)).toBe(sentence);
  });

  it.each<[string, RepositoryRule[], string]>([
    [
      "one rule",
      [{ repositories: ["services/**"], actions: ["pull"] }],
      "its one rule does not allow push on team/app/web: rule 1 allows pull on services/**; make a token with a rule that does",
    ],
    [
      "those that come nearest, of many",
      [
        ...["a", "b", "c"].map((name) => ({ repositories: [name], actions: ["delete" as const] })),
        { repositories: ["api", ""], actions: ["pull", "push"] },
        { repositories: ["w*"], actions: ["pull"] },
      ],
      "none of its 5 rules allows push on team/app/web: rule 1 allows delete on a, rule 4 allows pull, push on api, " +
        "the project's own repository, rule 5 allows pull on w*, and 2 more; make a token with a rule that does",
    ],
    [
      "few of many patterns",
      [{ repositories: ["a", "b", "c", "d", "e", "f"], actions: ["push"] }],
      "its one rule does not allow push on team/app/web: rule 1 allows push on a, b, c, d, and 2 more; make a token with a rule that does",
    ],
  ])("says what the rules allow: %s", (_what, rules, sentence) => {
    expect(refused("rules", bot(rules))).toBe(sentence);
  });
});
