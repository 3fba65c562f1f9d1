/** What the bot of a project access token will be able to do: the policy is asked, and its answers are put into words. Pure. */
import { nameOfLevel } from "../principals/access-level.ts";
import { ANONYMOUS, type BotPrincipal } from "../principals/principal.ts";
import { REPOSITORY_ACTIONS, type RepositoryAction, RepositoryRules } from "../principals/repository-rules.ts";
import type { ForeseenAbility, ForeseenAccess, UselessScope } from "./foreseen-access.ts";
import { conjoin, conjoinFirst, foreseeApi, inOrder, uselessWithoutGit } from "./foreseen-words.ts";
import { allowedActions, LEVEL_OF_ACTION, type PolicyStep, SCOPE_OF_ACTION } from "./policy.ts";

const SHOWN_PATTERNS = 5;

/**
 * What a bot will be able to do, without the warning about pushing.
 *
 * @param image the beginning of the names of its project's images: `registry.example.com/team/app`
 */
export function foreseeBot(bot: BotPrincipal, image: string): Omit<ForeseenAccess, "warning"> {
  const images = foreseeImages(bot, image);
  const granted = new Set(images.flatMap(({ what }) => what));
  const refused = REPOSITORY_ACTIONS.filter((action) => !granted.has(action));
  const { path, accessLevel } = bot.project;
  const abilities: ForeseenAbility[] = [
    ...images,
    ...foreseeApi(bot.scopes, `\`${path}\` through the API, as far as its role, ${nameOfLevel(accessLevel)}, goes`),
    { can: true, what: ["bot"], words: "show as its own bot among the members and in the activity" },
    ...refused.map((action) => ({ can: false, what: [action], words: `not ${action} images${because(bot, action)}` })),
    ...foreseeElsewhere(bot),
  ];
  return { abilities: inOrder(abilities), useless: uselessScopes(bot, granted) };
}

/** What it will do with images: everywhere alike, or by the patterns of its rules. */
function foreseeImages(bot: BotPrincipal, image: string): ForeseenAbility[] {
  const everywhere = `\`${image}\` and all below it`;
  if (bot.repositoryRules === undefined) {
    const actions = allowedHere(bot, "");
    return actions.length === 0 ? [] : [{ can: true, what: actions, words: `${conjoin(actions)} ${everywhere}` }];
  }
  const open = allowedActions(ANONYMOUS, repositoryOf(bot, ""));
  const byActions = new Map<string, { actions: RepositoryAction[]; patterns: string[] }>();
  for (const rule of bot.repositoryRules.rules) {
    for (const pattern of rule.repositories) {
      // One pattern alone, asked about a name that fits it: what it gives to all names that do.
      const alone = { ...bot, repositoryRules: new RepositoryRules([{ ...rule, repositories: [pattern] }]) };
      const actions = allowedHere(alone, nameFitting(pattern)).filter((action) => !open.includes(action));
      if (actions.length === 0) continue;
      const group = byActions.get(actions.join()) ?? { actions, patterns: [] };
      group.patterns.push(pattern === "**" ? everywhere : `\`${pattern === "" ? image : `${image}/${pattern}`}\``);
      byActions.set(actions.join(), group);
    }
  }
  return [
    ...(open.length === 0
      ? []
      : [{ can: true, what: open, words: `${conjoin(open)} ${everywhere}, as everybody may` }]),
    ...Array.from(byActions.values(), ({ actions, patterns }) => ({
      can: true,
      what: actions,
      words: `${conjoin(actions)} ${conjoinFirst([...new Set(patterns)], SHOWN_PATTERNS)}`,
    })),
  ];
}

/** A name that a pattern matches. */
function nameFitting(pattern: string): string {
  return pattern.replaceAll(/\*+/g, "x");
}

/** Another project's images are none of a bot's, whatever it may do in its own. */
function foreseeElsewhere(bot: BotPrincipal): ForeseenAbility[] {
  const facts = {
    project: { ...bot.project, id: bot.project.id + 1, visibility: "internal" },
    accessLevel: 0,
  } as const;
  const reached = allowedActions(bot, { name: bot.project.path, facts });
  return reached.length === 0
    ? [{ can: false, what: ["other_projects"], words: "not reach any other project" }]
    : [{ can: true, what: ["other_projects"], words: `${conjoin(reached)} images of other projects` }];
}

/** Why an action is granted nowhere, in words that follow it; nothing where nobody asked for it. */
function because(bot: BotPrincipal, action: RepositoryAction): string {
  const why = refusal(bot, action);
  return why === undefined ? "" : `: ${why}`;
}

function uselessScopes(bot: BotPrincipal, granted: ReadonlySet<string>): UselessScope[] {
  const open = allowedActions(ANONYMOUS, repositoryOf(bot, ""));
  const ofRegistry = REPOSITORY_ACTIONS.flatMap((action): UselessScope[] => {
    const scope = SCOPE_OF_ACTION[action];
    if (!bot.scopes.has(scope)) return [];
    if (open.includes(action))
      return [{ scope, words: `is not needed: everybody may ${action} from a public project` }];
    return granted.has(action) ? [] : [{ scope, words: `gives nothing: ${refusal(bot, action) ?? ""}` }];
  });
  return [...ofRegistry, ...uselessWithoutGit(bot.scopes)];
}

/** What refuses an action that the token has the scope for; undefined where it lacks that. */
function refusal(bot: BotPrincipal, action: RepositoryAction): string | undefined {
  let refusing: PolicyStep | undefined;
  allowedActions({ ...bot, repositoryRules: undefined }, repositoryOf(bot, ""), (asked, step, passed) => {
    if (asked === action && !passed) refusing = step;
  });
  switch (refusing) {
    case "scope":
      return undefined;
    case "level":
      return `that takes the role ${nameOfLevel(LEVEL_OF_ACTION[action])}`;
    case "registry":
      return `the registry of \`${bot.project.path}\` is off`;
    default:
      return "no rule allows it";
  }
}

function allowedHere(bot: BotPrincipal, nameInProject: string): RepositoryAction[] {
  return allowedActions(bot, repositoryOf(bot, nameInProject));
}

function repositoryOf({ project }: BotPrincipal, nameInProject: string) {
  const name = nameInProject === "" ? project.path : `${project.path}/${nameInProject}`;
  return { name, facts: { project, accessLevel: project.accessLevel } };
}
