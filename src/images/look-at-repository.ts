/** Keyside looks at a repository, for a page: the registry reports it as Keyside's own pull, which counts as none. */
import { OWN_NAME } from "../principals/principal.ts";
import type { RegistryServices } from "./image-services.ts";
import { RegistrySession } from "./registry-session.ts";

/** How long a page may wait for the registry in all: what it has not said by then, the page does not know. */
export const PAGE_LIMIT_MS = 2_500;

/** A session that may read one repository. Whether whoever looks may pull from it, the caller has asked. */
export function lookAtRepository(services: RegistryServices, repository: string): RegistrySession {
  return new RegistrySession(services, {
    subject: OWN_NAME,
    access: [{ type: "repository", name: repository, actions: ["pull"] }],
    limitMs: PAGE_LIMIT_MS,
  });
}
