/**
 * Makes the private project that the doctor plays in by use cases: in the place of the administrator who asked, under rules
 * that hold for them in any case. In the registry, whose interface has no way to remove a repository, an empty one stays.
 */
import { createPersonalToken } from "../access-tokens/create-personal-token.ts";
import { createProjectToken } from "../access-tokens/create-project-token.ts";
import { type RevokeServices, revokePersonalToken } from "../access-tokens/revoke-token.ts";
import type { TokenServices } from "../access-tokens/token-services.ts";
import { addDays, utcDate } from "../clock.ts";
import type { Database, PreparedQuery } from "../database/database.ts";
import { KeysideError, NotFoundError } from "../errors.ts";
import { setFeatureFlag } from "../feature-flags/set-feature-flag.ts";
import { releasePath } from "../namespaces/release-path.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import type { UserPrincipal } from "../principals/principal.ts";
import { createProject } from "../projects/create-project.ts";
import { type DeleteProjectServices, deleteProject } from "../projects/delete-project.ts";
import { StepFailure } from "./failure.ts";
import type { ThrowAwayProject } from "./throw-away-project.ts";

/** The services that making and removing it needs. */
export interface OwnProjectServices extends TokenServices, RevokeServices, DeleteProjectServices {}

const FIND_PUSH: PreparedQuery = {
  name: "find_push_into_project",
  text: "select 1 from events where project_id = $1 and action = 'pushed' limit 1",
};

const FIND_LIVING_TOKENS: PreparedQuery = {
  name: "find_living_personal_tokens_by_name",
  text: "select id from access_tokens where name = $1 and project_id is null and revoked_at is null",
};

/**
 * Makes the project, of which `path` is in the caller's own place and nobody has it.
 *
 * @throws StepFailure when a rule of this instance refuses it
 */
export async function makeOwnProject(
  services: OwnProjectServices,
  caller: UserPrincipal,
  path: string,
): Promise<ThrowAwayProject> {
  try {
    return await prepareProject(services, caller, path);
  } catch (error) {
    await removeOwnProject(services, caller, path);
    if (!(error instanceof KeysideError)) throw error;
    throw new StepFailure(`Keyside refuses: ${error.message}`, { cause: error });
  }
}

/** Turns the feature on for the project, and makes the tokens, which carry the project's name. */
async function prepareProject(
  services: OwnProjectServices,
  caller: UserPrincipal,
  path: string,
): Promise<ThrowAwayProject> {
  const { database } = services;
  const name = nameOf(path);
  const description = "Made by the checks of the registry, which remove it";
  const place = { namespaceId: null, path: name, name: undefined, visibility: "private" } as const;
  const { project } = await createProject(services, { ...place, caller, description, containerRegistryEnabled: true });
  await setFeatureFlag(services, { caller, feature: "resource_access_token", project: project.id, enabled: true });
  const expiresAt = addDays(utcDate(services.clock.now()), 1);
  const token = { caller, name, description, expiresAt, ipAllowList: null } as const;
  const { secret } = await createProjectToken(services, {
    ...token,
    project: project.id,
    scopes: ["read_registry", "write_registry", "delete_registry", "write_repository"],
    accessLevel: ACCESS_LEVELS.maintainer,
    repositoryRules: null,
  });
  const catalog = await createPersonalToken(services, { ...token, owner: "self", scopes: ["read_registry"] });
  return {
    path,
    secret,
    catalogSecret: catalog.secret,
    sshUrl: null,
    isPushReported: async () => (await database.query(FIND_PUSH, [project.id])).length > 0,
    remove: () => removeOwnProject(services, caller, path),
  };
}

/** Revokes the tokens, deletes the project and frees its path, as far as they are there. */
export async function removeOwnProject(
  services: OwnProjectServices,
  caller: UserPrincipal,
  path: string,
): Promise<void> {
  for (const tokenId of await livingTokens(services.database, nameOf(path)))
    await unlessGone(() => revokePersonalToken(services, { caller, tokenId }));
  await unlessGone(() => deleteProject(services, { caller, project: path }));
  await unlessGone(() => releasePath(services, { caller, path }));
}

async function livingTokens(database: Database, name: string): Promise<number[]> {
  return (await database.query<{ id: number }>(FIND_LIVING_TOKENS, [name])).map(({ id }) => id);
}

/** Another replica may tidy the same. */
async function unlessGone(work: () => Promise<void>): Promise<void> {
  await work().catch((error: unknown) => {
    if (!(error instanceof NotFoundError)) throw error;
  });
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
