import { describe, expect, it } from "vitest";
import { type BotPrincipal, WITHOUT_ACCESS_TOKEN } from "../../../src/principals/principal.ts";
import { type RepositoryRule, RepositoryRules } from "../../../src/principals/repository-rules.ts";
import type { TokenScope } from "../../../src/principals/token-scope.ts";
import { foreseeBot } from "../../../src/registry-access/foresee-bot.ts";

interface Wanted {
  readonly scopes: readonly TokenScope[];
  readonly rules?: readonly RepositoryRule[];
  readonly project?: Partial<BotPrincipal["project"]>;
}

function foresee({ scopes, rules, project }: Wanted) {
  const bot: BotPrincipal = {
    ...{ kind: "bot", userId: 0, username: "", ...WITHOUT_ACCESS_TOKEN, tokenId: 0, scopes: new Set(scopes) },
    repositoryRules: rules && new RepositoryRules(rules),
    project: {
      ...{ id: 7, path: "team/app", visibility: "private", containerRegistryEnabled: true, accessLevel: 30 },
      ...project,
    },
  };
  return foreseeBot(bot, "registry.example.com/team/app");
}
const wordsOf = (wanted: Wanted) => foresee(wanted).abilities.map(({ words }) => words);
const BOT = "show as its own bot among the members and in the activity";

describe("what is foreseen of a project access token", () => {
  it("reads as clauses after 'it will': first what it will do, then what not", () => {
    expect(foresee({ scopes: ["read_registry", "write_registry"] })).toEqual({
      abilities: [
        { can: true, what: ["pull", "push"], words: "pull and push `registry.example.com/team/app` and all below it" },
        { can: true, what: ["bot"], words: BOT },
        { can: false, what: ["read_api", "api"], words: "not call the API" },
        { can: false, what: ["delete"], words: "not delete images" },
        { can: false, what: ["other_projects"], words: "not reach any other project" },
      ],
      useless: [],
    });
  });

  it("names the repositories of its rules with what they allow there, and how many more there are", () => {
    const many = ["a", "b", "c", "d", "e", "f", "g"];
    const rules: RepositoryRule[] = [
      { repositories: ["", "web*", "web*"], actions: ["pull", "push"] },
      { repositories: many, actions: ["pull"] },
      { repositories: ["x"], actions: ["delete"] },
    ];
    const shown = (name: string) => `\`registry.example.com/team/app/${name}\``;
    expect(wordsOf({ scopes: ["read_registry", "write_registry"], rules }).slice(0, 2)).toEqual([
      `pull and push \`registry.example.com/team/app\` and ${shown("web*")}`,
      `pull ${many.slice(0, 5).map(shown).join(", ")} and 2 more`,
    ]);
  });

  it("says of a public project that everybody may pull, whatever the rules are", () => {
    const rules: RepositoryRule[] = [{ repositories: ["web"], actions: ["pull", "push"] }];
    expect(wordsOf({ scopes: ["write_registry"], rules, project: { visibility: "public" } }).slice(0, 2)).toEqual([
      "pull `registry.example.com/team/app` and all below it, as everybody may",
      "push `registry.example.com/team/app/web`",
    ]);
  });

  it.each<[string, Wanted, TokenScope, string, string | undefined]>([
    [
      "the role is too low",
      { scopes: ["delete_registry"] },
      ...(["delete_registry", "gives nothing: that takes the role Maintainer"] as const),
      "not delete images: that takes the role Maintainer",
    ],
    [
      "the registry is off",
      { scopes: ["read_registry"], project: { containerRegistryEnabled: false } },
      ...(["read_registry", "gives nothing: the registry of `team/app` is off"] as const),
      "not pull images: the registry of `team/app` is off",
    ],
    [
      "no rule allows it",
      { scopes: ["read_registry", "write_registry"], rules: [{ repositories: ["**"], actions: ["pull"] }] },
      ...(["write_registry", "gives nothing: no rule allows it"] as const),
      "not push images: no rule allows it",
    ],
    [
      "everybody may",
      { scopes: ["read_registry"], project: { visibility: "public" } },
      ...(["read_registry", "is not needed: everybody may pull from a public project"] as const),
      undefined,
    ],
    [
      "there is no Git",
      { scopes: ["write_repository"] },
      ...(["write_repository", "opens nothing: this Keyside serves no Git"] as const),
      undefined,
    ],
  ])("says which scope is of no use where %s", (_, wanted, scope, why, clause) => {
    expect(foresee(wanted).useless).toEqual([{ scope, words: why }]);
    if (clause !== undefined) expect(wordsOf(wanted)).toContain(clause);
  });

  it.each<[readonly TokenScope[], readonly string[]]>([
    [["api"], ["read and change `team/app` through the API, as far as its role, Developer, goes", BOT]],
    [["read_api"], ["read `team/app` through the API, as far as its role, Developer, goes", BOT]],
    [["self_rotate"], ["rotate itself", BOT]],
    [
      ["read_api", "self_rotate"],
      ["read `team/app` through the API, as far as its role, Developer, goes", "rotate itself", BOT],
    ],
  ])("says what %j gives at the API", (scopes, words) => {
    const can = foresee({ scopes }).abilities.filter((ability) => ability.can);
    expect(can.map((ability) => ability.words)).toEqual(words);
  });
});
