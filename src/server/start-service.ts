/** The service as a process: opens everything, listens, and stops gracefully. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import { systemClock } from "../clock.ts";
import type { Config } from "../config.ts";
import { answerUnparsed } from "../http/answer-unparsed.ts";
import { describeFailure } from "../http/error-handler.ts";
import { refuseExpectation } from "../http/limit-arrival.ts";
import { systemIds } from "../ids.ts";
import { createApp } from "./app.ts";
import { chores } from "./chores.ts";
import { type Container, createContainer } from "./container.ts";
import { prepareInstance } from "./first-start.ts";
import { listen } from "./listen.ts";
import { listenOnOperatorSocket } from "./operator-socket.ts";
import { type Chore, startChores } from "./run-chores.ts";
import type { ServedSsh } from "./serve-ssh.ts";

/** A running service. */
export interface RunningService {
  /** Where it listens. */
  readonly address: AddressInfo;
  /** Where Git over SSH does; undefined where that is off, and where several processes do. */
  readonly sshAddress?: AddressInfo | undefined;
  /** Rejects when it cannot go on by itself, with what a person is to be told; never resolves. */
  readonly broken: Promise<never>;
  /** Opens the audit log's file anew, as after its renaming; undefined where there is none. */
  readonly reopenAuditLog: (() => Promise<void>) | undefined;
  /** Finishes the requests under way, then closes everything. */
  stop(): Promise<void>;
}

/** A process that answers requests: all of a service, or one of its workers. */
export interface ServingProcess {
  /** Where it listens. */
  readonly address: AddressInfo;
  /** Where Git over SSH does; undefined where that is off. */
  readonly sshAddress: AddressInfo | undefined;
  /** Answers the command line on this machine too: one process of a data directory does. */
  listenToOperator(): Promise<void>;
  /** Does chores until it stops. */
  attendTo(chores: readonly Chore[]): void;
  /** Finishes the requests under way, then closes everything. */
  stop(): Promise<void>;
}

/** Larger than the longest query that the token endpoint accepts, so that the endpoint itself refuses a longer one. */
const MAXIMUM_HEADER_BYTES = 128 * 1024;

/** How long a client may take to send a request's headers; its body has a limit of its own. */
const HEADERS_MS = 10_000;

/** How often connections are checked for slow clients. */
const CONNECTION_CHECK_MS = 1_000;

/** How long a stop waits for requests under way. */
const DRAIN_MS = 10_000;

/**
 * Starts the service.
 *
 * @throws ConfigurationError when it cannot start as configured
 */
export async function startService(config: Config, log: Logger): Promise<RunningService> {
  const container = await createContainer({ config, clock: systemClock, ids: systemIds, log });
  try {
    await prepareInstance(container);
    return await serve(container);
  } catch (error) {
    await container.close();
    throw error;
  }
}

/**
 * Listens with a container that is ready, and closes it on stop.
 *
 * @param periodic the chores to run meanwhile
 * @throws ConfigurationError when it cannot listen on the address
 */
export async function serve(container: Container, periodic = chores(container)): Promise<RunningService> {
  const { config, log, audit } = container;
  const { address, sshAddress, listenToOperator, attendTo, stop } = await serveRequests(container);
  await listenToOperator();
  attendTo(periodic);
  log.info(
    { host: address.address, port: address.port, url: config.url, database: container.database.kind },
    "listening",
  );
  return {
    address,
    sshAddress,
    broken: Promise.withResolvers<never>().promise,
    reopenAuditLog: audit && (() => audit.reopen()),
    async stop() {
      await stop();
      log.info("stopped");
    },
  };
}

/**
 * Answers requests with a container that is ready, and closes it on stop.
 *
 * @throws ConfigurationError when it cannot listen on the address
 */
export async function serveRequests(container: Container): Promise<ServingProcess> {
  const { config, log } = container;
  const arrivalMs = config.network.requestTimeoutSeconds * 1000;
  const limits = {
    maxHeaderSize: MAXIMUM_HEADER_BYTES,
    // For those that are exempt from the limit of the others.
    requestTimeout: Math.max(config.git.timeoutSeconds * 1000, arrivalMs),
    headersTimeout: Math.min(HEADERS_MS, arrivalMs),
    connectionsCheckingInterval: CONNECTION_CHECK_MS,
  };
  const handle = createApp(container);
  const underWay = new Set<Promise<void>>();
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const answering = handle(request, response)
      .catch((error: unknown) => giveUp(response, error, log))
      .finally(() => underWay.delete(answering));
    underWay.add(answering);
  };
  const [server, socketServer] = [createServer(limits, answer), createServer(limits, answer)];
  for (const each of [server, socketServer]) {
    each.on("clientError", answerUnparsed);
    each.on("checkExpectation", refuseExpectation);
  }
  server.maxConnections = config.network.maxConnections;
  // Else a worker that has its share would hand the connection back, to be offered to it again and again.
  Object.assign(server, { dropMaxConnection: true });
  const variables = { host: "KEYSIDE_HOST", port: "KEYSIDE_PORT" };
  const address = await listen(server, { host: config.host, port: config.port, variables });
  const ssh = await startSsh(container).catch((error: unknown) => {
    server.close();
    throw error;
  });
  container.registryChecks.listensAt(address);
  const endings: (() => Promise<void>)[] = [];
  let removeSocket = () => Promise.resolve();
  return {
    address,
    sshAddress: ssh?.address,
    async listenToOperator() {
      removeSocket = await listenOnOperatorSocket(socketServer, config.socketFile, log);
    },
    attendTo(list) {
      endings.push(startChores(list, container));
    },
    async stop() {
      const drained = Promise.all([drain(server), drain(socketServer), ssh?.stop()]);
      // Those who wait for a password check would wait longer than their connections live.
      container.passwordChecks.close();
      container.catalogReader.close();
      container.repositoryMaintenance.close();
      await container.registryChecks.close();
      await drained;
      await removeSocket();
      // A request goes on without its client: whatever it still writes, it writes before the database is closed.
      await Promise.allSettled(underWay);
      await Promise.all([container.repositoryMaintenance.done(), ...endings.map((end) => end())]);
      await writeWhatWasNoted(container);
      await container.close();
    },
  };
}

/** Where Git over SSH is off, none of it is loaded. */
async function startSsh(container: Container): Promise<ServedSsh | undefined> {
  const { ssh } = container.config;
  if (ssh === undefined) return undefined;
  const { serveSsh } = await import("./serve-ssh.ts");
  return await serveSsh(container, ssh);
}

/** Ends a request of which nothing has become, by a fault of our own outside of all that answers errors. */
function giveUp(response: ServerResponse, error: unknown, log: Logger): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(500, { "Content-Length": 0, Connection: "close" }).end();
  log.error({ err: describeFailure(error) }, "request failed");
}

/** Writes what was noted in memory before the database closes. */
async function writeWhatWasNoted({ deferredNotes, initialPassword, log }: Container): Promise<void> {
  try {
    await Promise.all(deferredNotes.map((notes) => notes.flush()));
    await initialPassword.tidy();
  } catch (error) {
    log.error({ err: error }, "the last use of some tokens, or a sign-in, could not be written");
  }
}

function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.close(() => {
      clearTimeout(limit);
      resolve();
    });
    server.closeIdleConnections();
  });
}
