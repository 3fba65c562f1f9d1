/** Wires the service together: the one place that knows all parts. Every dependency is passed in; none is looked up. */
import { generateKeySync } from "node:crypto";
import pLimit from "p-limit";
import type { Logger } from "pino";
import { AccessToken } from "../access-tokens/access-token.entity.ts";
import { deleteProjectTokens } from "../access-tokens/delete-project-tokens.ts";
import { LastUse } from "../access-tokens/last-use.ts";
import { markRevoked } from "../access-tokens/mark-revoked.ts";
import { SecretReuse } from "../access-tokens/secret-reuse.ts";
import type { SweepServices } from "../access-tokens/sweep-tokens.ts";
import type { TokenServices } from "../access-tokens/token-services.ts";
import type { ApiServices } from "../api/api-services.ts";
import type { AuditLog, AuditSink } from "../audit/audit-log.ts";
import type { AuthenticationServices } from "../authentication/authentication-services.ts";
import { endWebSignIns } from "../authentication/end-web-sign-ins.ts";
import { FairQueue } from "../authentication/fair-queue.ts";
import { accessTokenLoader } from "../authentication/find-access-tokens.ts";
import { RepositoryRulesFinder } from "../authentication/find-repository-rules.ts";
import { KeptAllowLists } from "../authentication/kept-allow-lists.ts";
import { Lockout } from "../authentication/lockout.ts";
import { openLockoutKey } from "../authentication/lockout-key.ts";
import { SignInLink } from "../authentication/sign-in-link.entity.ts";
import { WebSession } from "../authentication/web-session.entity.ts";
import { WebSessionLastSeen } from "../authentication/web-session-last-seen.ts";
import type { Clock } from "../clock.ts";
import { type Config, processEnvironment } from "../config.ts";
import { openAuthorizationEpoch } from "../database/authorization-epoch.ts";
import { Database, type DatabaseLocation } from "../database/database.ts";
import { RowLastUse } from "../database/row-last-use.ts";
import { RegistryChecks } from "../doctor/registry-checks.ts";
import { Event } from "../events/event.entity.ts";
import { listenToRecordedEvents } from "../events/recorded-events.ts";
import { FeatureFlag } from "../feature-flags/feature-flag.entity.ts";
import type { GitHttpServices } from "../git/git.routes.ts";
import { GivingWay } from "../git/giving-way.ts";
import { discardRepository } from "../git-repositories/discard-repository.ts";
import { type FoundGit, findGit } from "../git-repositories/find-git.ts";
import { HOOKS_DIRECTORY } from "../git-repositories/git-services.ts";
import { GitTurns } from "../git-repositories/git-turns.ts";
import { RepositoryMaintenance } from "../git-repositories/maintain-repositories.ts";
import { RepositoryStore } from "../git-repositories/repository-store.ts";
import { requireHooks } from "../git-repositories/require-hooks.ts";
import type { IdSource } from "../ids.ts";
import { CatalogReader } from "../images/catalog-reader.ts";
import { createLinks } from "../links.ts";
import { Member } from "../members/member.entity.ts";
import { Metrics } from "../metrics.ts";
import { FullPath } from "../namespaces/full-path.entity.ts";
import { Namespace } from "../namespaces/namespace.entity.ts";
import { ImageFactsFinder } from "../projects/find-image-facts.ts";
import { Project } from "../projects/project.entity.ts";
import { endRefreshTokens } from "../refresh-tokens/end-refresh-tokens.ts";
import { RefreshToken } from "../refresh-tokens/refresh-token.entity.ts";
import type { IssuingServices } from "../registry/issue-registry-token.ts";
import type { NotificationServices } from "../registry/notification.routes.ts";
import { RememberedTokens } from "../registry/remembered-tokens.ts";
import { RegistryContacts } from "../registry-access/registry-contacts.ts";
import { openSigningKeys, type SigningKeys } from "../signing/signing-keys.ts";
import { endSshKeys } from "../ssh-keys/end-ssh-keys.ts";
import { SshKey } from "../ssh-keys/ssh-key.entity.ts";
import type { DeleteUserServices } from "../users/delete-user.ts";
import { FirstAdministrator } from "../users/first-administrator.entity.ts";
import { User } from "../users/user.entity.ts";
import { sealingKey } from "../web/protocol/sealed-secret.ts";
import type { WebServices } from "../web/web-services.ts";
import { OWN_CHORES, SHARED_CHORES } from "./chore-list.ts";
import { InitialPassword } from "./initial-password.ts";
import { JobRuns } from "./job-runs.ts";
import { openAuditLog, openAuditWriter, tellRightsChanged } from "./open-audit-log.ts";

/** All entities of the database. */
export const ENTITIES = [
  ...[User, FirstAdministrator, FullPath, Namespace, Project, Member, AccessToken, FeatureFlag, Event],
  ...[RefreshToken, SshKey, WebSession, SignInLink],
];

/**
 * Each password check takes 32 MiB and a thread for some 100 ms. Two at once leave half of Node's four threads to
 * everything else; one network can keep them busy for a second or two at most.
 */
const PASSWORD_CHECKS = { atOnce: 2, waitingPerLine: 20, waiting: 500 };

/** How many requests of all pages are on their way to the registry at once. */
const REGISTRY_TURNS = 32;

/** The outside dependencies; tests pass their own. */
export interface Surroundings {
  readonly config: Config;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Logger;
  readonly databaseLocation?: DatabaseLocation;
  /** What writes the audit log; the configured file unless given. */
  readonly auditSink?: AuditSink | undefined;
  /** Where Git's hooks are; beside the code unless given. */
  readonly hooksDirectory?: string | undefined;
}

/** All parts of the service, wired together. */
export interface Container
  extends ApiServices,
    SweepServices,
    AuthenticationServices,
    IssuingServices,
    GitHttpServices,
    NotificationServices,
    WebServices {
  readonly registry: Config["registry"];
  readonly config: Config;
  readonly log: Logger;
  readonly database: Database;
  readonly signingKeys: SigningKeys;
  readonly lastUse: LastUse;
  readonly webSessionLastSeen: WebSessionLastSeen;
  /** What requests and chores noted in memory, to be written off the request path. */
  readonly deferredNotes: readonly { flush(): Promise<void> }[];
  readonly initialPassword: InitialPassword;
  readonly jobRuns: JobRuns;
  readonly registryChecks: RegistryChecks;
  readonly catalogReader: CatalogReader;
  readonly registryContacts: RegistryContacts;
  readonly repositoryMaintenance: RepositoryMaintenance;
  readonly tokenSettings: TokenServices["tokenSettings"] & SweepServices["tokenSettings"];
  readonly metrics: Metrics;
  /** Undefined where none is configured. */
  readonly audit: AuditLog | undefined;
  close(): Promise<void>;
}

/**
 * Opens the database and the signing keys and wires all parts to them.
 *
 * @throws ConfigurationError when one of them cannot be opened
 */
export async function createContainer(surroundings: Surroundings): Promise<Container> {
  const { config, clock, ids, log, databaseLocation, hooksDirectory = HOOKS_DIRECTORY } = surroundings;
  const signingKeys = await openSigningKeys({
    directory: config.certsDir,
    algorithm: config.registry.signingAlgorithm,
    clock,
    onEvent: (event) => log.info(event, "signing key"),
  });
  const lockoutKey = openLockoutKey(config.certsDir, ({ message: reason }) =>
    log.warn({ reason }, "the lockout's key is not shared: each process counts the same wrong password anew"),
  );
  const location =
    databaseLocation ??
    (config.databaseUrl === undefined ? { directory: config.dataDir } : { url: config.databaseUrl });
  const metrics = new Metrics();
  const sink = surroundings.auditSink ?? (await openAuditWriter(config, clock, log));
  const audit = sink && openAuditLog(sink, { config, clock, metrics });
  const database = await Database.open(location, ENTITIES, {
    timeoutMs: config.databaseTimeoutSeconds * 1000,
    onDiskFull: (isFull) => tellDisk(log, isFull),
  }).catch(async (error: unknown) => {
    await audit?.close();
    throw error;
  });
  if (audit !== undefined) listenToRecordedEvents(database, (event) => tellRightsChanged(audit, event));
  const lastUse = new LastUse(database, clock);
  const refreshTokenLastUse = new RowLastUse("refresh_tokens", database, clock);
  const sshKeyLastUse = new RowLastUse("ssh_keys", database, clock);
  const webSessionLastSeen = new WebSessionLastSeen(database, clock);
  const secretReuse = new SecretReuse(database, clock);
  const jobRuns = new JobRuns({ database, clock, chores: { ...OWN_CHORES, ...SHARED_CHORES } });
  const registryContacts = new RegistryContacts(database, clock);
  const userDeletion: DeleteUserServices = {
    async closeAccounts(em, userIds, authorship) {
      await markRevoked(em, { userIds }, authorship);
      await endRefreshTokens(em, { userIds }, authorship);
      await endSshKeys(em, { userIds }, authorship);
      await endWebSignIns(em, { userIds }, authorship);
    },
  };
  const foundGit = await lookForGit(config, log, hooksDirectory);
  const gitTurns = new GitTurns({ inAll: config.git.concurrency, perCaller: config.git.concurrencyPerCaller });
  addGauges(metrics, { signingKeys, database, gitTurns });
  const repositories = new RepositoryStore({ directory: config.git.directory, clock, ids });
  const onFailure = (event: string) => metrics.authenticationFailures.inc({ event });
  const parts: Omit<Container, "registryChecks" | "catalogReader"> = {
    config,
    clock,
    ids,
    log,
    database,
    signingKeys,
    metrics,
    audit,
    registry: config.registry,
    tokenPrefix: config.tokens.prefix,
    authorizationEpoch: await openAuthorizationEpoch(database),
    accessTokens: accessTokenLoader(database),
    repositoryRules: new RepositoryRulesFinder(database),
    allowLists: new KeptAllowLists(),
    imageFacts: new ImageFactsFinder(database),
    registryTurns: pLimit(REGISTRY_TURNS),
    rememberedTokens: new RememberedTokens({
      clock,
      reuseSeconds: config.registry.tokenReuseSeconds,
      key: generateKeySync("hmac", { length: 256 }),
    }),
    sealingKey: sealingKey(lockoutKey),
    lockout: new Lockout({ database, clock, key: lockoutKey, onFailure }),
    passwordChecks: new FairQueue(PASSWORD_CHECKS),
    tokenSettings: { ...config.tokens, botEmailHost: new URL(config.url).hostname },
    links: createLinks(config, foundGit.program !== undefined),
    topLevelGroups: config.topLevelGroups,
    ...userDeletion,
    async endSignIns(em, userId, authorship, kept) {
      await endRefreshTokens(em, { userIds: [userId] }, authorship);
      await endWebSignIns(em, { userIds: [userId], kept }, authorship);
    },
    async clearProject(em, projectId, authorship) {
      await deleteProjectTokens(em, userDeletion, projectId, authorship);
      await discardRepository({ repositories, log }, em, projectId);
    },
    lastUse,
    secretReuse,
    refreshTokenLife: config.refreshTokenLife,
    refreshTokenLastUse,
    sshKeyLastUse,
    webSessionLastSeen,
    jobRuns,
    registryContacts,
    foundGit,
    hooksDirectory,
    gitTurns,
    givingWay: new GivingWay(),
    repositories,
    repositoryMaintenance: new RepositoryMaintenance({ foundGit, log }),
    deferredNotes: [
      ...[lastUse, refreshTokenLastUse, sshKeyLastUse, webSessionLastSeen],
      ...[secretReuse, jobRuns, registryContacts],
    ],
    initialPassword: new InitialPassword(config.rootPasswordFile, database, clock),
    async close() {
      metrics.close();
      await audit?.close();
      await database.close();
    },
  };
  return { ...parts, registryChecks: new RegistryChecks(parts), catalogReader: new CatalogReader(parts) };
}

function tellDisk(log: Logger, isFull: boolean): void {
  if (isFull) {
    log.error(
      "the database's disk is full: nothing can be written, what only reads goes on; make room, no restart is needed",
    );
  } else {
    log.info("the database's disk has room again");
  }
}

/** Says in the log what it comes to. Without git everything else works. */
async function lookForGit({ git }: Config, log: Logger, hooksDirectory: string): Promise<FoundGit> {
  if (!git.isOn) return { program: undefined, problem: "Git is off in this process of Keyside: KEYSIDE_GIT says so" };
  const found = await findGit(processEnvironment()["PATH"] ?? "");
  if (found.program === undefined) log.warn({ problem: found.problem }, "Git is not served");
  else {
    log.info({ version: found.program.version, directory: git.directory }, "Git is served");
    await requireHooks({ hooksDirectory }).catch((error: Error) => log.warn(error.message));
  }
  return found;
}

interface Measured {
  readonly signingKeys: SigningKeys;
  readonly database: Database;
  readonly gitTurns: GitTurns;
}

function addGauges(metrics: Metrics, { signingKeys, database, gitTurns }: Measured): void {
  const seconds = (moment: Date) => moment.getTime() / 1000;
  // Of several processes, the page shows the end that comes first, and the sum of their connections.
  const earliest = { aggregator: "min" } as const;
  metrics.gauge(
    "keyside_signing_key_expiry_timestamp_seconds",
    "When the key that signs registry tokens ends",
    () => seconds(signingKeys.current().notAfter),
    earliest,
  );
  metrics.gauge(
    "keyside_ca_expiry_timestamp_seconds",
    "When the CA that registries trust ends",
    () => seconds(signingKeys.caNotAfter),
    earliest,
  );
  metrics.gauge("keyside_git_operations_running", "Git operations under way", () => gitTurns.running);
  metrics.gauge("keyside_workers", "Processes of this service that this page is about", () => 1);
  for (const state of ["total", "idle", "waiting"] as const) {
    const help = `Connections of the database pool: ${state}${state === "waiting" ? " for one" : ""}`;
    metrics.gauge(`keyside_database_pool_${state}`, help, async () => (await database.poolState())[state]);
  }
}
