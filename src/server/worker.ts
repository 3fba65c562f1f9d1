/**
 * The program of one worker, started by `workers.ts` in a process of its own. It does what it is told by messages, and
 * ends with the process that started it.
 */
import cluster from "node:cluster";
import { systemClock } from "../clock.ts";
import { KeysideError } from "../errors.ts";
import { systemIds } from "../ids.ts";
import type { MetricsSnapshot } from "../metrics.ts";
import { ownChores, sharedChores } from "./chores.ts";
import { type Container, createContainer } from "./container.ts";
import { prepareInstance } from "./first-start.ts";
import { openLog } from "./open-log.ts";
import { PrimaryAuditSink } from "./primary-audit-sink.ts";
import { type ServingProcess, serveRequests } from "./start-service.ts";
import type { FromWorker, ToWorker } from "./worker-messages.ts";

/** A worker that listens. */
interface Started {
  readonly container: Container;
  readonly serving: ServingProcess;
}

let starting: Promise<Started | undefined> = Promise.resolve(undefined);
/** What one process does for all, once this one has been told to. */
let leading: Promise<void> = Promise.resolve();
/** What answers each request for the others' numbers. */
const gathering = new Map<number, (others: readonly MetricsSnapshot[]) => void>();
let lastGathering = 0;
/** Writes the audit log. */
const primary = new PrimaryAuditSink(say);

function say(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}

async function start({ config, logFile, prepares }: Extract<ToWorker, { kind: "start" }>): Promise<Started> {
  const log = openLog(config.logLevel, logFile);
  const auditSink = config.audit === undefined ? undefined : primary;
  const container = await createContainer({ config, clock: systemClock, ids: systemIds, log, auditSink });
  try {
    if (prepares) await prepareInstance(container);
    if (prepares) say({ kind: "prepared" });
    container.metrics.shareWith(askOthers);
    const serving = await serveRequests(container);
    serving.attendTo(ownChores(container));
    say({ kind: "listening", address: serving.address });
    return { container, serving };
  } catch (error) {
    await container.close();
    throw error;
  }
}

function askOthers(own: MetricsSnapshot): Promise<readonly MetricsSnapshot[]> {
  const { promise, resolve } = Promise.withResolvers<readonly MetricsSnapshot[]>();
  lastGathering += 1;
  gathering.set(lastGathering, resolve);
  say({ kind: "gatherMetrics", request: lastGathering, own });
  return promise;
}

async function obey(message: ToWorker): Promise<void> {
  switch (message.kind) {
    case "start":
      starting = start(message).catch(failed);
      break;
    case "lead":
      leading = lead(await starting);
      break;
    case "tellMetrics": {
      const own = await (await starting)?.container.metrics.snapshot();
      if (own !== undefined) say({ kind: "metrics", round: message.round, own });
      break;
    }
    case "gathered":
      gathering.get(message.request)?.(message.others);
      gathering.delete(message.request);
      break;
    case "audited":
      primary.answered(message.batch, message.failure);
      break;
    case "stop":
      await stop();
      break;
  }
}

async function lead(started: Started | undefined): Promise<void> {
  if (started === undefined) return;
  const { container, serving } = started;
  serving.attendTo(sharedChores(container));
  await serving.listenToOperator();
  container.log.info("this worker does what one does for all");
}

async function stop(): Promise<void> {
  const started = await starting;
  await leading;
  await started?.serving.stop();
  leave();
}

function failed(error: unknown): undefined {
  if (!(error instanceof KeysideError)) process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  say({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
  leave();
}

/** Lets go of the primary, after which nothing holds this process. */
function leave(): void {
  cluster.worker?.disconnect();
}

// Ctrl-C and service managers signal all processes of a service. The primary alone decides what comes of that.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => undefined);
process.on("message", (message: ToWorker) => void obey(message));
say({ kind: "loaded" });
