/** What a personal access token will be able to do: wherever its human may, as far as its scopes go. Asked of the policy. Pure. */
import { ACCESS_LEVELS, NO_ACCESS, nameOfLevel } from "../principals/access-level.ts";
import type { UserPrincipal } from "../principals/principal.ts";
import { REPOSITORY_ACTIONS, type RepositoryAction } from "../principals/repository-rules.ts";
import type { Visibility } from "../projects/project.entity.ts";
import type { ForeseenAbility, ForeseenAccess } from "./foreseen-access.ts";
import { foreseeApi, inOrder, uselessWithoutGit } from "./foreseen-words.ts";
import { allowedActions, allowsCatalog } from "./policy.ts";

/** The levels that a human may have in a project, lowest first. */
const LEVELS = [NO_ACCESS, ...Object.values(ACCESS_LEVELS)];

/** What a human's token will be able to do, without the warning about pushing, which each project decides. */
export function foreseeHuman(human: UserPrincipal, isCaller: boolean): ForeseenAccess {
  const who = isCaller ? "you are" : `\`${human.username}\` is`;
  const abilities: ForeseenAbility[] = [
    ...REPOSITORY_ACTIONS.map((action) => foreseeAction(human, action, who)),
    ...(allowsCatalog(human)
      ? [{ can: true, what: ["catalog"], words: "list all repositories of the registry" } as const]
      : []),
    ...foreseeApi(human.scopes, `whatever ${isCaller ? "you" : `\`${human.username}\``} may, through the API`),
  ];
  return { abilities: inOrder(abilities), useless: uselessWithoutGit(human.scopes), warning: undefined };
}

/** Where an action is allowed: from which level on in a private project, and in what other projects without any level. */
function foreseeAction(human: UserPrincipal, action: RepositoryAction, who: string): ForeseenAbility {
  const allows = (visibility: Visibility, accessLevel: number) =>
    allowedActions(human, repositoryIn(visibility, accessLevel)).includes(action);
  const lowest = LEVELS.find((level) => allows("private", level));
  const open = (["internal", "public"] as const).filter((visibility) => allows(visibility, NO_ACCESS));
  const what = [action];
  if (lowest === NO_ACCESS) return { can: true, what, words: `${action} images of every project` };
  if (lowest !== undefined) {
    const others = open.length === 0 ? "" : `, and of every ${open.join(" or ")} project`;
    return {
      can: true,
      what,
      words: `${action} images of projects where ${who} ${nameOfLevel(lowest)} or above${others}`,
    };
  }
  return open.length === 0
    ? { can: false, what, words: `not ${action} images` }
    : { can: false, what, words: `not ${action} images, but for those of every ${open.join(" or ")} project` };
}

function repositoryIn(visibility: Visibility, accessLevel: number) {
  const project = { id: 0, path: "project", visibility, containerRegistryEnabled: true };
  return { name: project.path, facts: { project, accessLevel } };
}
