/** Starts git for a client who may, and sees it to its end: what every way in does once it is known who asks for what. */
import type { AuthenticationServices } from "../authentication/authentication-services.ts";
import { UnauthenticatedError } from "../errors.ts";
import type { GitProgram } from "../git-repositories/find-git.ts";
import { GitProcess, type GitService } from "../git-repositories/git-process.ts";
import { type GitServices, requireGit } from "../git-repositories/git-services.ts";
import { receiveSettings, UPLOAD_SETTINGS } from "../git-repositories/git-settings.ts";
import { callerOf } from "../git-repositories/git-turns.ts";
import { answerHooks } from "../git-repositories/hook-channel.ts";
import type { RepositoryMaintenance } from "../git-repositories/maintain-repositories.ts";
import { PushUnderWay } from "../git-repositories/receive-push.ts";
import { requireHooks } from "../git-repositories/require-hooks.ts";
import type { Metrics } from "../metrics.ts";
import type { Actor, Principal } from "../principals/principal.ts";
import type { AuthorizedGit } from "./authorize.ts";
import { type ClientEnd, type ExchangeResult, exchange } from "./exchange.ts";
import type { GivingWay } from "./giving-way.ts";

/** What serving needs. */
export interface ServingServices extends GitServices, Pick<AuthenticationServices, "lastUse"> {
  readonly repositoryMaintenance: Pick<RepositoryMaintenance, "pushed">;
  readonly metrics: Pick<Metrics, "gitOperations" | "gitDuration" | "gitBytes">;
  readonly givingWay: Pick<GivingWay, "giveWay">;
}

/** What is to be run. */
export interface ServedGit {
  readonly service: GitService;
  /** Whether it is the list of refs alone, before a fetch or a push. */
  readonly advertises: boolean;
  /** Options of the way in. */
  readonly args: readonly string[];
  readonly protocol: string | undefined;
  readonly authorized: AuthorizedGit;
  /** Authenticates and decides anew. */
  readonly authorize: () => Promise<AuthorizedGit>;
  readonly address: string;
}

/** How git served a client, and its exit code: null where a signal ended it. */
export interface ServedResult extends ExchangeResult {
  readonly code: number | null;
}

/** A client's requests before a fetch are short: a list of commits. */
const MAXIMUM_FETCH_BYTES = 10 * 1024 * 1024;

/** What a push may have beside its pack: the list of what it changes. */
const PUSH_MARGIN_BYTES = 64 * 1024 * 1024;

/**
 * Runs git for a client until both are done.
 *
 * @throws UnavailableError when it cannot be run, or too many run already
 * @throws the reason of `client.gone`, when the client hung up before its turn
 */
export async function serveGit(services: ServingServices, served: ServedGit, client: ClientEnd): Promise<ServedResult> {
  const { service, advertises, authorized } = served;
  const program = requireGit(services);
  // 1. Without its hooks, git would take every push.
  if (service === "receive-pack") await requireHooks(services);
  // 2. A turn.
  const release = await services.gitTurns.take(callerOf(authorized.principal, served.address), client.gone);
  const start = performance.now();
  try {
    // 3. The repository; it is made for a push alone.
    const directory = await openRepository(services, program, served);
    // 4. Git.
    const result = await run(services, { program, directory, served, client });
    measure(services.metrics, { kind: kindOf(service, advertises), ms: performance.now() - start, result });
    return result;
  } finally {
    release();
  }
}

async function openRepository(
  { repositories }: ServingServices,
  program: GitProgram,
  { service, advertises, authorized }: ServedGit,
): Promise<string> {
  const { key } = authorized.repository;
  if (service === "receive-pack" && !advertises) return await repositories.findOrCreate(program, key);
  return await repositories.findOrEmpty(program, key);
}

interface Run {
  readonly program: GitProgram;
  readonly directory: string;
  readonly served: ServedGit;
  readonly client: ClientEnd;
}

async function run(services: ServingServices, { program, directory, served, client }: Run): Promise<ServedResult> {
  const { config, log, repositoryMaintenance, hooksDirectory } = services;
  const { service, args, protocol, advertises } = served;
  const { maximumPushBytes, timeoutSeconds, idleTimeoutSeconds } = config.git;
  const settings = service === "receive-pack" ? receiveSettings(hooksDirectory, maximumPushBytes) : UPLOAD_SETTINGS;
  const git = new GitProcess({ program, service, directory, args, settings, protocol });
  const push = new PushUnderWay(services, directory, async () => {
    const { principal, repository } = await served.authorize();
    return { by: actorOf(principal), repository };
  });
  const answered =
    git.hooks === undefined
      ? undefined
      : answerHooks(
          git.hooks,
          (question) => push.answer(question),
          (error) => log.error({ err: error }, "a hook of Git's could not be answered"),
        );
  // Git says what became of a push before it runs post-receive, and some clients stop listening then. It is held back until the
  // push is recorded: whoever hears of it finds the events, and the default branch.
  const held: Uint8Array[] = [];
  const { input, gone, hearsMeanwhile } = client;
  const send: ClientEnd["send"] = async (piece, signal) => {
    if (push.isAccepted) held.push(piece);
    else await client.send(piece, signal);
  };
  const result = await exchange(
    git,
    { input, gone, hearsMeanwhile, send },
    {
      idleMs: idleTimeoutSeconds * 1000,
      totalMs: timeoutSeconds * 1000,
      giveWay: () => services.givingWay.giveWay(),
      ...(service === "receive-pack"
        ? { inputBytes: maximumPushBytes + PUSH_MARGIN_BYTES, receivedBytes: Number.POSITIVE_INFINITY }
        : { inputBytes: MAXIMUM_FETCH_BYTES, receivedBytes: MAXIMUM_FETCH_BYTES }),
    },
  );
  await answered;
  if (service === "receive-pack" && !advertises) {
    await push.settle().catch((error: unknown) => log.error({ err: error }, "a push could not be recorded yet"));
    const inTime = AbortSignal.any([gone, AbortSignal.timeout(idleTimeoutSeconds * 1000)]);
    for (const piece of held) if (result.outcome === "done") await client.send(piece, inTime);
    repositoryMaintenance.pushed(directory);
  }
  if (result.outcome === "failed") log.error({ service, troubles: git.troubles }, "git failed");
  return { ...result, code: await git.ended };
}

/** Who a push is by. Nobody without credentials is let in to push. */
function actorOf(principal: Principal): Actor {
  if (principal.kind === "anonymous") throw new UnauthenticatedError("a push takes credentials");
  return principal;
}

function kindOf(service: GitService, advertises: boolean): string {
  if (advertises) return "refs";
  return service === "receive-pack" ? "push" : "fetch";
}

interface Measured {
  readonly kind: string;
  readonly ms: number;
  readonly result: ExchangeResult;
}

function measure({ gitOperations, gitDuration, gitBytes }: ServingServices["metrics"], { kind, ms, result }: Measured) {
  gitOperations.inc({ kind, result: result.outcome });
  gitDuration.observe({ kind }, ms / 1000);
  gitBytes.inc({ direction: "received" }, result.received);
  gitBytes.inc({ direction: "sent" }, result.sent);
}
