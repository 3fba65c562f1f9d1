/** Claims a full path for a namespace or a project, so that nothing else can have it. */
import { LockMode } from "@mikro-orm/core";
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { violatesUnique } from "../database/database-errors.ts";
import { ConflictError } from "../errors.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import { FullPath } from "./full-path.entity.ts";

/** A path that somebody wants for something new. */
export interface PathClaim {
  readonly path: string;
  /** A project owns every image below its path; a namespace owns none. */
  readonly kind: "project" | "namespace";
  /** The namespace that the path lies in, and the claimant's level there; null at the top level. */
  readonly within: { readonly namespaceId: number; readonly accessLevel: number } | null;
  /** Whether the claimant is an administrator, or Keyside itself. */
  readonly administrator: boolean;
}

/** A path that was claimed. */
export interface ClaimedPath {
  readonly fullPath: FullPath;
  /** Whether something had it or, for a project, a path below it before, whose images the new owner takes over. */
  readonly wasDeleted: boolean;
}

/**
 * Claims a full path, inside the caller's transaction. One whose owner was deleted is given to those alone who may take it
 * over; to everybody else it is as taken as any other. So is a project's path where something below it was deleted: the
 * group between them is gone, and what lay in that is for administrators alone.
 *
 * @throws ConflictError when it is taken
 * @see docs/spec/access-tokens.md "Paths outlive what they named"
 */
export async function claimPath(em: SqlEntityManager, claim: PathClaim): Promise<ClaimedPath> {
  const { path, within } = claim;
  // In the order of a deletion, which locks the namespace before its tombstones: else each could wait for the other.
  if (within !== null) await em.execute("select 1 from namespaces where id = ? for key share", [within.namespaceId]);
  // A deletion or another claim that is under way comes to its end first.
  const known = await em.findOne(FullPath, { path }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (known !== null && !mayTakeOver(known, claim)) throw taken(path);
  const coversDeleted = claim.kind === "project" && (await hasTombstoneBelow(em, path));
  if (coversDeleted && !claim.administrator) throw taken(path);
  if (known !== null) {
    known.deletedAt = null;
    known.namespaceId = null;
    await em.flush();
    return { fullPath: known, wasDeleted: true };
  }
  const fullPath = em.create(FullPath, { path });
  try {
    await em.flush();
  } catch (error) {
    if (violatesUnique(error, "full_paths_path_unique")) throw taken(path);
    throw error;
  }
  return { fullPath, wasDeleted: coversDeleted };
}

async function hasTombstoneBelow(em: SqlEntityManager, path: string): Promise<boolean> {
  const rows = await em.execute<unknown[]>(
    "select 1 from full_paths where deleted_at is not null and starts_with(path, ? || '/') limit 1",
    [path],
  );
  return rows.length > 0;
}

function mayTakeOver({ deletedAt, namespaceId }: FullPath, { within, administrator }: PathClaim): boolean {
  if (deletedAt === null || deletedAt === undefined) return false;
  if (administrator) return true;
  return within !== null && within.namespaceId === namespaceId && within.accessLevel >= ACCESS_LEVELS.owner;
}

function taken(path: string): ConflictError {
  return new ConflictError(`the path "${path}" has already been taken`);
}
