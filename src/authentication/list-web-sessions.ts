/** Lists the sessions by which a human is signed in to the pages. */

import type { Page } from "../database/page.ts";
import type { UseCaseServices } from "../database/use-case-services.ts";
import type { UserPrincipal } from "../principals/principal.ts";
import { WebSession } from "./web-session.entity.ts";
import { webSessionCutoffs } from "./web-session-life.ts";

/** A page of the caller's sessions that live, the last used first, and the total count. */
export function listWebSessions(
  { database, clock }: UseCaseServices,
  { caller }: { caller: UserPrincipal },
  page: Page,
): Promise<[WebSession[], number]> {
  const { idle, old } = webSessionCutoffs(clock.now());
  return database
    .em()
    .findAndCount(
      WebSession,
      { user: caller.userId, lastSeenAt: { $gt: idle }, createdAt: { $gt: old } },
      { orderBy: [{ lastSeenAt: "desc" }, { id: "desc" }], ...page },
    );
}
