/** All that a page says of tokens: in a number of queries that does not depend on how many there are. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import type { UseCaseServices } from "../database/use-case-services.ts";
import { decidePeriod, type Period } from "../projects/period.ts";
import type { Project } from "../projects/project.entity.ts";
import type { Person } from "../users/person.ts";
import type { User } from "../users/user.entity.ts";
import { AccessToken } from "./access-token.entity.ts";
import { type DailyUse, findDailyUse } from "./daily-use.ts";
import { findEndEvents } from "./find-end-events.ts";
import { findLastImages, type LastImage } from "./find-last-images.ts";
import { findSafeToRetire } from "./find-safe-to-retire.ts";
import type { ProjectBot } from "./project-bot.ts";
import { type EndEvent, endOf, type TokenEnd } from "./token-end.ts";
import type { TokenStanding } from "./token-standing.ts";

/** The old secret of a token that was rotated with a grace which goes on. */
export interface GraceDescription {
  /** The old token: its last four characters, its own last use. */
  readonly token: AccessToken;
  readonly retiresAt: Date;
  /** Whether nothing seems to need it any more. @see docs/spec/access-tokens.md "With a grace" */
  readonly safeToRetire: boolean;
}

/** What registries reported of a token's bot, with whatever secret of its family. */
export interface BotUse {
  readonly last: LastImage | undefined;
  /** The last 30 days, oldest first, without gaps. */
  readonly days: readonly DailyUse[];
}

/** A token, and what a person wants to know of it. */
export interface DescribedToken {
  readonly token: AccessToken;
  readonly standing: TokenStanding;
  /** Where it is good; undefined for a personal token. */
  readonly project: { readonly id: number; readonly path: string } | undefined;
  /** Whom it acts as: its bot or its human; the Ghost User where those are gone. */
  readonly user: Person;
  readonly createdBy: Person;
  /** Undefined while it works. */
  readonly end: TokenEnd | undefined;
  /** Undefined where no old secret is in grace. */
  readonly grace: GraceDescription | undefined;
  /**
   * Undefined where nothing is known: of a personal token, since registries report whom they served and not with which
   * credential; and of a bot that is gone, whose records are the Ghost User's.
   */
  readonly use: BotUse | undefined;
}

/** Describes tokens, in the order of `standings`. */
export async function describeTokens(
  services: UseCaseServices,
  em: SqlEntityManager,
  standings: readonly TokenStanding[],
): Promise<readonly DescribedToken[]> {
  if (standings.length === 0) return [];
  const now = services.clock.now();
  const found = await em.find(
    AccessToken,
    { id: { $in: standings.map(({ id }) => id) } },
    { populate: ["user", "createdBy", "revokedBy", "predecessor", "project.fullPath"], strategy: "joined" },
  );
  const safe = await findSafeToRetire(services, found);
  const ended = standings.flatMap(({ id, life }) => (life === "inactive" ? [id] : []));
  const events = await findEndEvents(em, ended);
  const uses = await findUses(em, found, decidePeriod({}, now));
  const byId = new Map(found.map((token) => [token.id, token]));
  return standings.flatMap((standing) => {
    const token = byId.get(standing.id);
    if (token === undefined) return [];
    return {
      token,
      standing,
      project: toPlace(token.project?.unwrap()),
      user: toPerson(token.user.$),
      createdBy: toPerson(token.createdBy.$),
      end: standing.life === "inactive" ? endOfToken(token, standing, events.get(token.id), now) : undefined,
      grace: graceOf(token, safe),
      use: uses.get(token.user.id),
    };
  });
}

function graceOf(token: AccessToken, safe: ReadonlyMap<number, boolean>): GraceDescription | undefined {
  const safeToRetire = safe.get(token.id);
  const old = token.predecessor?.unwrap();
  if (safeToRetire === undefined || old?.retiresAt == null) return undefined;
  return { token: old, retiresAt: old.retiresAt, safeToRetire };
}

/** What is known of the bots' use, by their ids. */
async function findUses(
  em: SqlEntityManager,
  tokens: readonly AccessToken[],
  period: Period,
): Promise<ReadonlyMap<number, BotUse>> {
  const bots = new Map<number, ProjectBot>();
  for (const { user, project } of tokens) {
    const { id, userType } = user.unwrap();
    if (project != null && userType === "project_bot") bots.set(id, { id, projectId: project.id });
  }
  const days = await findDailyUse(em, [...bots.values()], period);
  const last = await findLastImages(em, [...bots.values()]);
  return new Map(Array.from(bots.keys(), (id) => [id, { last: last.get(id), days: days.get(id) ?? [] }]));
}

function endOfToken(
  { expiresAt = null, retiresAt = null, revokedAt = null, revokedBy }: AccessToken,
  { hasSuccessor }: TokenStanding,
  event: EndEvent | undefined,
  now: Date,
): TokenEnd | undefined {
  const person = revokedBy == null ? null : toPerson(revokedBy.unwrap());
  return endOf({ expiresAt, retiresAt, revokedAt, revokedBy: person, hasSuccessor, event }, now);
}

function toPlace(project: Project | undefined): DescribedToken["project"] {
  return project === undefined ? undefined : { id: project.id, path: project.fullPath.path };
}

function toPerson({ id, username, name, userType }: User): Person {
  return { id, username, name, userType };
}
