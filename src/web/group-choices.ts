/** The groups in which somebody may make something, as choices of a form. */
import { seekMemberNamespace } from "../namespaces/find-namespace.ts";
import { listNamespaces } from "../namespaces/list-namespaces.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { UserPrincipal } from "../principals/principal.ts";
import type { Choice } from "./parts/chips.ts";
import type { WebServices } from "./web-services.ts";

/** More than people look through; any other group is reached from its page. */
const MAXIMUM_CHOICES = 500;

/** The groups where the caller is Maintainer or above, by their paths, and the one of the id `chosen` where they may too. */
export async function groupChoices(
  { database }: Pick<WebServices, "database">,
  caller: UserPrincipal,
  chosen: string,
): Promise<Choice[]> {
  const em = database.em();
  const filter = { minimumAccessLevel: ACCESS_LEVELS.maintainer, topLevelOnly: false };
  const [namespaces] = await listNamespaces(em, caller, filter, { limit: MAXIMUM_CHOICES, offset: 0 });
  const groups = namespaces.filter(({ kind }) => kind === "group");
  if (/^\d{1,9}$/.test(chosen) && !groups.some(({ id }) => id === Number(chosen))) {
    const found = await seekMemberNamespace(em, caller, Number(chosen));
    const isOne = found?.namespace.kind === "group" && found.accessLevel >= ACCESS_LEVELS.maintainer;
    if (isOne) groups.unshift(found.namespace);
  }
  return groups.map(({ id, fullPath }) => ({ value: String(id), words: fullPath.path }));
}
