import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ForbiddenError, NotFoundError } from "../../../src/errors.ts";
import { ACCESS_LEVELS, type AccessLevel } from "../../../src/principals/access-level.ts";
import type { SignedInPrincipal } from "../../../src/principals/principal.ts";
import { REPOSITORY_ACTIONS, type RepositoryRule } from "../../../src/principals/repository-rules.ts";
import type { TokenScope } from "../../../src/principals/token-scope.ts";
import { VISIBILITIES, type Visibility } from "../../../src/projects/project.entity.ts";
import { foreseePersonalToken, foreseeProjectToken } from "../../../src/registry-access/foresee-access.ts";
import type { ForeseenAccess } from "../../../src/registry-access/foreseen-access.ts";
import { matchRepositories } from "../../../src/registry-access/match-repositories.ts";
import { callerOf } from "../../support/caller.ts";
import { issueToken } from "../../support/issue-token.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  addProjectMember,
  createGroup,
  createPersonalAccessToken,
  createProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type User,
} from "../../support/world.ts";

let service: TestService;
let administrator: SignedInPrincipal;
let ann: User;
let projects: Record<Visibility | "off", number>;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  administrator = await callerOf(service, await createUser(service, "ada", { admin: true }));
  ann = await createUser(service, "ann");
  const team = await createGroup(service, "team");
  const make = (path: string, more: Readonly<Record<string, unknown>>) => createProject(service, team, path, more);
  projects = {
    private: await make("private", {}),
    internal: await make("internal", { visibility: "internal" }),
    public: await make("public", { visibility: "public" }),
    off: await make("off", { container_registry_enabled: false }),
  };
});
afterAll(() => service.stop());

const LEVELS = Object.values(ACCESS_LEVELS);
const SCOPES: readonly (readonly TokenScope[])[] = [
  ...[["read_registry"], ["write_registry"], ["delete_registry"], ["read_registry", "write_registry"]],
  ...[
    ["read_registry", "write_registry", "delete_registry"],
    ["api", "read_api", "read_repository", "self_rotate"],
  ],
] as const;

interface Wanted {
  readonly place: Visibility | "off";
  readonly scopes: readonly TokenScope[];
  readonly accessLevel: AccessLevel;
  readonly repositoryRules: readonly RepositoryRule[] | null;
}

const foresee = ({ place, ...token }: Wanted, caller = administrator) =>
  foreseeProjectToken(service.container, { caller, project: projects[place], ...token });

/** What is foreseen that it can do with images, in the order of the actions. */
const foreseenActions = ({ abilities }: ForeseenAccess) => {
  const can = new Set(abilities.filter((ability) => ability.can).flatMap(({ what }) => what));
  return REPOSITORY_ACTIONS.filter((action) => can.has(action));
};

/** What the token endpoint grants of all actions to a secret, on a repository of a project. */
async function granted(secret: string, name: string): Promise<string[]> {
  const { access } = await issueToken(service.container, secret, [`repository:${name}:*`]);
  return access.flatMap(({ actions }) => actions);
}

const create = async ({ place, scopes, accessLevel, repositoryRules }: Wanted) => {
  const more = { access_level: accessLevel, repository_rules: repositoryRules };
  return (await createProjectAccessToken(service, projects[place], { scopes, ...more })).secret;
};

describe("what is foreseen of a project access token", () => {
  const everywhere = [...VISIBILITIES, "off"] as const;
  it.each(everywhere.flatMap((place) => LEVELS.map((accessLevel) => ({ place, accessLevel }))))(
    "is what the endpoint then grants: $place, level $accessLevel",
    async ({ place, accessLevel }) => {
      for (const scopes of SCOPES) {
        const wanted = { place, scopes, accessLevel, repositoryRules: null };
        const foreseen = await foresee(wanted);
        const secret = await create(wanted);
        for (const name of [`team/${place}`, `team/${place}/web/api`])
          expect([scopes, await granted(secret, name)]).toEqual([scopes, foreseenActions(foreseen)]);
        const other = place === "private" ? "internal" : "private";
        expect(await granted(secret, `team/${other}`)).toEqual([]);
        expect(foreseen.abilities.find(({ what }) => what.includes("other_projects"))?.can).toBe(false);
        // Exactly the scopes without which the token could do the same have nothing to say for themselves.
        const useless = foreseen.useless.map(({ scope }) => scope);
        for (const scope of scopes.filter((each) => each.endsWith("_registry"))) {
          const fewer = scopes.filter((each) => each !== scope);
          const without = fewer.length === 0 ? (["self_rotate"] as const) : fewer;
          const actions = foreseenActions(await foresee({ ...wanted, scopes: without }));
          expect(useless.includes(scope)).toBe(actions.join() === foreseenActions(foreseen).join());
        }
      }
    },
  );

  it.each<[Visibility, AccessLevel, readonly RepositoryRule[]]>([
    ["private", 40, [{ repositories: ["web", "services/**"], actions: ["pull", "push"] }]],
    [
      "private",
      30,
      [
        { repositories: ["", "web*"], actions: ["pull", "push", "delete"] },
        { repositories: ["**"], actions: ["pull"] },
      ],
    ],
    ["internal", 20, [{ repositories: ["**/api", "web"], actions: ["pull", "push"] }]],
    ["public", 40, [{ repositories: ["web"], actions: ["push"] }]],
    ["public", 40, [{ repositories: ["web"], actions: ["pull"] }]],
  ])(
    "names, of %s at level %s with rules, each repository that the endpoint grants it, and no other",
    async (place, accessLevel, repositoryRules) => {
      const scopes = ["read_registry", "write_registry", "delete_registry"] as const;
      const wanted = { place, scopes, accessLevel, repositoryRules };
      const foreseen = await foresee(wanted);
      const secret = await create(wanted);
      const image = `localhost:5000/team/${place}`;
      const patterns = [...new Set(repositoryRules.flatMap(({ repositories }) => repositories))];
      const names = ["", "web", "webx", "services", "services/a", "services/a/api", "api", "other/deep"];
      for (const name of names) {
        const whole = name === "" ? `team/${place}` : `team/${place}/${name}`;
        const fitting = patterns.filter((pattern) => fits(pattern, name));
        const clauses = foreseen.abilities.filter(
          ({ can, words }) =>
            can &&
            (words.includes(`\`${image}\` and all below it`) ||
              fitting.some((each) => words.includes(shown(image, each)))),
        );
        const actions = new Set(clauses.flatMap(({ what }) => what));
        expect([name, await granted(secret, whole)]).toEqual([
          name,
          REPOSITORY_ACTIONS.filter((each) => actions.has(each)),
        ]);
      }
    },
  );

  /** The patterns of this table alone, matched by hand. */
  const fits = (pattern: string, name: string) =>
    ({
      "": name === "",
      web: name === "web",
      "web*": name.startsWith("web"),
      "services/**": name.startsWith("services/"),
      "**": true,
      "**/api": name === "api" || name.endsWith("/api"),
    })[pattern] === true;
  const shown = (image: string, pattern: string) => `\`${pattern === "" ? image : `${image}/${pattern}`}\``;

  it("warns of a push that fails, in the words of the answer to the creation", async () => {
    const scopes = ["write_registry"] as const;
    const wanted = { place: "private", scopes, accessLevel: 40, repositoryRules: null } as const;
    const { headers } = await service.root.post(`/projects/${projects.private}/access_tokens`, {
      ...{ name: "warned", scopes },
    });
    const { warning } = await foresee(wanted);
    expect(warning).toMatch(/docker push fails/);
    expect(headers.get("warning")).toContain(warning);
    expect((await foresee({ ...wanted, place: "public" })).warning).toBeUndefined();
  });

  it("is told to Maintainers alone", async () => {
    const wanted = { place: "private", scopes: ["read_registry"], accessLevel: 20, repositoryRules: null } as const;
    const developer = await createUser(service, "dev");
    await addProjectMember(service, projects.private, developer.id, 30);
    await expect(foresee(wanted, await callerOf(service, developer))).rejects.toThrow(ForbiddenError);
    await expect(foresee(wanted, await callerOf(service, ann))).rejects.toThrow(new NotFoundError("Project"));
  });
});

describe("what is foreseen of a personal access token", () => {
  it("is what the endpoint then grants, by level and visibility", async () => {
    for (const accessLevel of [undefined, ...LEVELS]) {
      const user = await createUser(service, `human${accessLevel ?? 0}`);
      if (accessLevel !== undefined)
        for (const place of VISIBILITIES) await addProjectMember(service, projects[place], user.id, accessLevel);
      const caller = await callerOf(service, user);
      for (const scopes of SCOPES) {
        const { abilities } = await foreseePersonalToken(service.container, { caller, user: "self", scopes });
        const secret = await createPersonalAccessToken(service, user.id, scopes);
        for (const place of VISIBILITIES) {
          const expected = REPOSITORY_ACTIONS.filter((action) => {
            const words = abilities.find(({ what }) => what.includes(action))?.words ?? "";
            return reaches(words, accessLevel ?? 0, place);
          });
          expect([scopes, place, accessLevel, await granted(secret, `team/${place}`)]).toEqual([
            ...[scopes, place, accessLevel, expected],
          ]);
        }
      }
    }
  });

  /** Whether a clause says that it reaches a project: by the role that it names, or by the project's visibility. */
  function reaches(words: string, level: number, visibility: Visibility): boolean {
    const role = /you are (\w+) or above/.exec(words)?.[1]?.toLowerCase();
    const needed = Object.entries(ACCESS_LEVELS).find(([name]) => name === role)?.[1];
    const open = /of every ([a-z ]+) project$/.exec(words)?.[1]?.split(" or ") ?? [];
    return open.includes(visibility) || (needed !== undefined && level >= needed);
  }

  it("is every project and the catalog for an administrator", async () => {
    const scopes = ["read_registry", "write_registry"] as const;
    const { abilities } = await foreseePersonalToken(service.container, {
      caller: administrator,
      user: "self",
      scopes,
    });
    expect(abilities.filter(({ can }) => can).map(({ words }) => words)).toEqual([
      "pull images of every project",
      "push images of every project",
      "list all repositories of the registry",
    ]);
  });

  it("of another is told to administrators alone, by name", async () => {
    const scopes = ["read_registry", "api"] as const;
    const foreseen = await foreseePersonalToken(service.container, { caller: administrator, user: ann.id, scopes });
    expect(foreseen.abilities[0]?.words).toMatch(/^pull images of projects where `ann` is Reporter or above/);
    const caller = await callerOf(service, ann);
    for (const user of [1, 999_999]) {
      await expect(foreseePersonalToken(service.container, { caller, user, scopes })).rejects.toThrow(ForbiddenError);
    }
    const bot = await createProjectAccessToken(service, projects.private);
    const asBot = { caller: await callerOf(service, bot), user: "self" as const, scopes };
    await expect(foreseePersonalToken(service.container, asBot)).rejects.toThrow(ForbiddenError);
  });
});

describe("the repositories that rules match", () => {
  const match = (project: number, repositoryRules: readonly RepositoryRule[], caller = administrator) =>
    matchRepositories(service.container, { caller, project, repositoryRules });
  const report = (project: number, names: readonly string[]) =>
    service.container.database.em().execute(
      `insert into registry_event_counts (day, project_id, repository, action, count)
       select '2026-11-01'::date - ago, ?, name, 'pull', 1
       from jsonb_array_elements_text(?::jsonb) as name cross join generate_series(1, 3) ago`,
      [project, JSON.stringify(names)],
    );

  it("are named, with those that they do not match, as registries reported them", async () => {
    await report(projects.internal, [
      "team/internal",
      "team/internal/web",
      "team/internal/services/a",
      "team/internal_x",
    ]);
    // What an earlier project of the same path had.
    await report(999_999, ["team/internal/old"]);
    const rules: RepositoryRule[] = [
      { repositories: ["services/*"], actions: ["push", "pull"] },
      { repositories: ["", "services/a"], actions: ["delete"] },
    ];
    expect(await match(projects.internal, rules)).toEqual({
      repositories: [
        { name: "", actions: ["delete"] },
        { name: "services/a", actions: ["pull", "push", "delete"] },
        { name: "web", actions: [] },
      ],
      more: false,
    });
  });

  it("are 500 at most, and it says that there are more", async () => {
    await report(
      projects.public,
      Array.from({ length: 501 }, (_, index) => `team/public/r${1000 + index}`),
    );
    const rules: RepositoryRule[] = [{ repositories: ["**"], actions: ["pull"] }];
    const { repositories, more } = await match(projects.public, rules);
    expect([repositories.length, repositories[499]?.name, more]).toEqual([500, "r1499", true]);
  });

  it("are told to Maintainers alone", async () => {
    const rules: RepositoryRule[] = [{ repositories: ["**"], actions: ["pull"] }];
    const caller = await callerOf(service, ann);
    await expect(match(projects.internal, rules, caller)).rejects.toThrow(ForbiddenError);
    await expect(match(projects.private, rules, caller)).rejects.toThrow(NotFoundError);
  });
});
