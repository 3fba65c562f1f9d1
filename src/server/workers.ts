/**
 * `KEYSIDE_WORKERS`: several processes that listen on one port, and this one, the primary, which watches over them and
 * answers nothing itself. Each worker is a whole service on the same PostgreSQL and the same certificates, as a replica
 * would be; what replicas of one machine must not do twice, one of them does: it leads.
 *
 * The primary holds the port and hands connections out in turn, so a second service on that port is refused.
 *
 * @see docs/spec/rest-api.md "Operations"
 */
import cluster, { type Worker } from "node:cluster";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import type { AuditSink } from "../audit/audit-log.ts";
import { systemClock } from "../clock.ts";
import type { Config } from "../config.ts";
import { ConfigurationError } from "../errors.ts";
import { systemReason } from "../files.ts";
import type { MetricsSnapshot } from "../metrics.ts";
import { openAuditWriter } from "./open-audit-log.ts";
import { openLog } from "./open-log.ts";
import type { RunningService } from "./start-service.ts";
import type { FromWorker, ToWorker } from "./worker-messages.ts";
import { WorkerMetrics } from "./worker-metrics.ts";

const PROGRAM = fileURLToPath(new URL("./worker.ts", import.meta.url));

/** A worker that ends sooner than this after its start has failed at once. */
const QUICK_MS = 60_000;

/** So many workers in a row that failed at once end the service: whoever supervises it is to know. */
const MAXIMUM_QUICK_ENDS = 5;

/** How long the second replacement in a row waits; each further one, twice as long. */
const FIRST_DELAY_MS = 1_000;

/** How long a stop waits for the workers: longer than they wait for requests, shorter than a supervisor's patience. */
const STOP_MS = 25_000;

/**
 * Starts the workers. The first to be there prepares the instance; the others listen after that.
 *
 * @param logFile where the log goes; standard output when undefined
 * @throws ConfigurationError when one of them cannot start as configured
 */
export async function startWorkers(config: Config, logFile?: string): Promise<RunningService> {
  const log = openLog(config.logLevel, logFile);
  const audit = await openAuditWriter(config, systemClock, log);
  const crew = new Crew(config, logFile, log, audit);
  try {
    const address = await crew.start();
    log.info(
      { host: address.address, port: address.port, url: config.url, workers: config.workers, database: "postgresql" },
      "listening",
    );
    return {
      address,
      broken: crew.broken,
      reopenAuditLog: audit && (() => audit.reopen()),
      async stop() {
        await crew.stop();
        await audit?.close();
        log.info("stopped");
      },
    };
  } catch (error) {
    await crew.stop();
    await audit?.close();
    throw error;
  }
}

/** A worker, and how far it has come. */
interface Member {
  readonly worker: Worker;
  readonly sinceMs: number;
  state: "loading" | "loaded" | "starting" | "listening";
  /** Why it cannot start, in its own words. */
  failure: string | undefined;
}

class Crew {
  readonly #config: Config;
  readonly #logFile: string | undefined;
  readonly #log: Logger;
  /** Writes the audit log of all. */
  readonly #audit: AuditSink | undefined;
  readonly #members = new Map<number, Member>();
  readonly #metrics = new WorkerMetrics((id, round) => this.#tell(id, { kind: "tellMetrics", round }));
  readonly #replacements = new Set<NodeJS.Timeout>();
  readonly #allListen = Promise.withResolvers<AddressInfo>();
  readonly #broken = Promise.withResolvers<never>();
  readonly #allGone = Promise.withResolvers<void>();
  #isPrepared = false;
  #isStarted = false;
  #isStopping = false;
  #leader: Member | undefined;
  #quickEnds = 0;

  constructor(config: Config, logFile: string | undefined, log: Logger, audit: AuditSink | undefined) {
    const { network, workers } = config;
    // Each has its share of the connections.
    const maxConnections = Math.ceil(network.maxConnections / workers);
    this.#config = { ...config, network: { ...network, maxConnections } };
    this.#logFile = logFile;
    this.#log = log;
    this.#audit = audit;
    // Whoever waits is told; nobody needs to.
    this.#broken.promise.catch(() => undefined);
    this.#allListen.promise.catch(() => undefined);
  }

  /** Rejects when workers end faster than they can be replaced. */
  get broken(): Promise<never> {
    return this.#broken.promise;
  }

  /** Resolves with where they listen, once all do. */
  start(): Promise<AddressInfo> {
    cluster.setupPrimary({ exec: PROGRAM, args: [] });
    for (let count = 0; count < this.#config.workers; count += 1) this.#hire();
    return this.#allListen.promise;
  }

  /** Lets all finish what they do, and kills whoever has not after a while. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const timer of this.#replacements) clearTimeout(timer);
    for (const id of this.#members.keys()) this.#tell(id, { kind: "stop" });
    if (this.#members.size === 0) return;
    const limit = setTimeout(() => this.#killAll(), STOP_MS);
    await this.#allGone.promise;
    clearTimeout(limit);
  }

  #hire(): void {
    const worker = cluster.fork();
    const member: Member = { worker, sinceMs: performance.now(), state: "loading", failure: undefined };
    this.#members.set(worker.id, member);
    worker.on("message", (message: FromWorker) => this.#hear(member, message));
    worker.once("exit", (code, signal) => this.#leave(member, signal ?? `exit code ${code}`));
    worker.on("error", (error) => {
      // A process that was never made does not exit; a message that came too late for a worker is no matter.
      if (worker.process.pid === undefined) this.#leave(member, error.message);
    });
  }

  #tell(id: number, message: ToWorker): void {
    const worker = this.#members.get(id)?.worker;
    // One that is ending hears nothing any more: its exit follows.
    if (worker?.isConnected() === true) worker.send(message, () => undefined);
  }

  #hear(member: Member, message: FromWorker): void {
    const { id } = member.worker;
    switch (message.kind) {
      case "loaded":
        member.state = "loaded";
        this.#startLoaded();
        break;
      case "prepared":
        this.#isPrepared = true;
        this.#startLoaded();
        break;
      case "listening":
        member.state = "listening";
        this.#findLeader();
        this.#seeWhetherAllListen(message.address);
        break;
      case "failed":
        member.failure = message.message;
        break;
      case "gatherMetrics":
        void this.#gather(id, message.request, message.own);
        break;
      case "audit":
        void this.#writeAudit(id, message.batch, message.bodies);
        break;
      case "metrics":
        this.#metrics.tell(id, message.own, message.round);
        break;
    }
  }

  /** Starts those that wait for it; until the instance is prepared, one, which prepares it. */
  #startLoaded(): void {
    for (const [id, member] of this.#members) {
      const isAlone = ![...this.#members.values()].some(({ state }) => state === "starting");
      if (member.state !== "loaded" || !(this.#isPrepared || isAlone)) continue;
      member.state = "starting";
      const [config, logFile] = [this.#config, this.#logFile];
      this.#tell(id, { kind: "start", config, logFile, prepares: !this.#isPrepared });
    }
  }

  #findLeader(): void {
    if (this.#leader !== undefined) return;
    this.#leader = [...this.#members.values()].find(({ state }) => state === "listening");
    if (this.#leader !== undefined) this.#tell(this.#leader.worker.id, { kind: "lead" });
  }

  #seeWhetherAllListen(address: AddressInfo): void {
    if (this.#listening().length < this.#config.workers) return;
    this.#isStarted = true;
    this.#allListen.resolve(address);
  }

  #listening(): readonly number[] {
    return [...this.#members].filter(([, { state }]) => state === "listening").map(([id]) => id);
  }

  async #gather(asker: number, request: number, own: MetricsSnapshot): Promise<void> {
    this.#metrics.tell(asker, own);
    const others = await this.#metrics.gather(this.#listening().filter((id) => id !== asker));
    this.#tell(asker, { kind: "gathered", request, others });
  }

  async #writeAudit(id: number, batch: number, bodies: readonly string[]): Promise<void> {
    const failure = await this.#audit?.append(bodies).then(
      () => undefined,
      (error: unknown) => systemReason(error),
    );
    this.#tell(id, { kind: "audited", batch, failure });
  }

  #leave(member: Member, how: string): void {
    const { worker, failure, sinceMs } = member;
    if (!this.#members.delete(worker.id)) return;
    this.#metrics.left(worker.id);
    if (this.#isStopping) {
      if (this.#members.size === 0) this.#allGone.resolve();
      return;
    }
    if (this.#leader === member) this.#leader = undefined;
    this.#findLeader();
    if (failure !== undefined && !this.#isStarted) {
      this.#allListen.reject(new ConfigurationError(failure));
      return;
    }
    this.#quickEnds = performance.now() - sinceMs < QUICK_MS ? this.#quickEnds + 1 : 0;
    const facts = { worker: worker.process.pid, reason: failure ?? how };
    if (this.#quickEnds >= MAXIMUM_QUICK_ENDS) {
      this.#log.fatal(facts, "workers end as soon as they are started: the service ends");
      this.#breakOff(failure ?? how);
      return;
    }
    this.#log.error(facts, "a worker ended; another takes its place");
    this.#replace();
    this.#startLoaded();
  }

  #replace(): void {
    const delayMs = this.#quickEnds <= 1 ? 0 : FIRST_DELAY_MS * 2 ** (this.#quickEnds - 2);
    const timer = setTimeout(() => {
      this.#replacements.delete(timer);
      this.#hire();
    }, delayMs);
    this.#replacements.add(timer);
  }

  #breakOff(reason: string): void {
    const error = new ConfigurationError(
      `KEYSIDE_WORKERS: ${MAXIMUM_QUICK_ENDS} workers in a row ended within a minute of their start; the last: ${reason}`,
    );
    this.#allListen.reject(error);
    this.#broken.reject(error);
  }

  #killAll(): void {
    for (const { worker } of this.#members.values()) {
      this.#log.error({ worker: worker.process.pid }, "a worker does not end: it is killed");
      worker.process.kill("SIGKILL");
    }
  }
}
