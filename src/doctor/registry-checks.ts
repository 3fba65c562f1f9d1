/**
 * The doctor within the service: it checks this instance with its registry for an administrator, once at a time on all
 * replicas, and keeps what it found. Checks go on to their end when nobody looks any more.
 */
import { Readable } from "node:stream";
import type { Logger } from "pino";
import type { Config } from "../config.ts";
import { UnavailableError } from "../errors.ts";
import { ask } from "../http/ask.ts";
import { describeFailure } from "../http/error-handler.ts";
import { requireAdministrator, type UserPrincipal } from "../principals/principal.ts";
import {
  type BegunChecks,
  beginChecks,
  type ChecksRecord,
  endChecks,
  findLeftChecks,
  forgetChecks,
  readChecks,
} from "./check-record.ts";
import { diagnose, type Finding } from "./diagnose.ts";
import { makeOwnProject, type OwnProjectServices, removeOwnProject } from "./make-own-project.ts";

/** What checks may take. */
export interface CheckLimits {
  /** All of them together. */
  readonly allMs: number;
  /** Each answer that is waited for. */
  readonly answerMs: number;
  readonly answerBytes: number;
}

const LIMITS: CheckLimits = { allMs: 60_000, answerMs: 5_000, answerBytes: 1024 * 1024 };

/** So many random bytes are in the name of the project that nobody has a project of that name. */
const NAME_BYTES = 8;

/** The services that checks need. */
export interface CheckServices extends OwnProjectServices {
  readonly config: Pick<Config, "url" | "host" | "port" | "registry">;
  readonly log: Pick<Logger, "error">;
}

/** Runs the checks, and tells what they found last. */
export class RegistryChecks {
  readonly #services: CheckServices;
  readonly #limits: CheckLimits;
  readonly #underWay = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #ownUrl: string;

  constructor(services: CheckServices, limits: CheckLimits = LIMITS) {
    this.#services = services;
    this.#limits = limits;
    this.#ownUrl = urlOf({ address: services.config.host, port: services.config.port });
  }

  /** Says where Keyside listens. Of several workers that share a port, whichever it is answers. */
  listensAt(listener: { readonly address: string; readonly port: number }): void {
    this.#ownUrl = urlOf(listener);
  }

  /** What is known of the checks. One query. */
  read(): Promise<ChecksRecord> {
    return readChecks(this.#services);
  }

  /**
   * Begins the checks, and tells each finding as it comes.
   *
   * @throws ForbiddenError when the caller is not an administrator
   * @throws ConflictError when there are some under way, on whichever replica
   * @throws UnavailableError when the service is being stopped
   */
  async run(caller: UserPrincipal): Promise<AsyncIterable<Finding>> {
    requireAdministrator(caller);
    if (this.#stopping.signal.aborted) throw new UnavailableError("Keyside is being stopped");
    for (const left of await findLeftChecks(this.#services)) await this.#tidy(left, caller);
    const path = `${caller.username}/doctor-${this.#services.ids.hex(NAME_BYTES)}`;
    const begun = await beginChecks(this.#services, caller, path);
    // There are few findings: nobody has to take one before the next is there.
    const told = new Readable({ objectMode: true, highWaterMark: 100, read: () => undefined });
    const work = this.#carryOut(begun, caller, told).finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
    return told;
  }

  /** Cuts off what is under way, and waits until it has tidied up. */
  async close(): Promise<void> {
    this.#stopping.abort(new Error("Keyside was stopped during this step"));
    await Promise.all(this.#underWay);
  }

  async #carryOut(begun: BegunChecks, caller: UserPrincipal, told: Readable): Promise<void> {
    const { log } = this.#services;
    const { allMs } = this.#limits;
    const time = new AbortController();
    const timer = setTimeout(() => time.abort(new Error(overdue(allMs))), allMs);
    const findings: Finding[] = [];
    try {
      for await (const finding of this.#diagnose(
        begun,
        caller,
        AbortSignal.any([this.#stopping.signal, time.signal]),
      )) {
        findings.push(finding);
        told.push(finding);
      }
      // What was cut off says nothing about the registry.
      if (this.#stopping.signal.aborted) await forgetChecks(this.#services.database, begun);
      else await endChecks(this.#services, begun, findings);
    } catch (error) {
      log.error({ err: describeFailure(error) }, "the checks of the registry failed themselves");
      told.push(BROKEN_OFF);
      await this.#tidy(begun, caller).catch((again: unknown) =>
        log.error({ err: describeFailure(again) }, "the project of the checks stays until checks are run again"),
      );
    } finally {
      clearTimeout(timer);
      told.push(null);
    }
  }

  #diagnose(begun: BegunChecks, caller: UserPrincipal, signal: AbortSignal): AsyncGenerator<Finding> {
    const { config } = this.#services;
    const { url, internalUrl, notificationSecret } = config.registry;
    const { answerMs: limitMs, answerBytes: limitBytes } = this.#limits;
    return diagnose({
      service: { url: config.url, reachedAt: this.#ownUrl },
      registry: { url, reachedAt: internalUrl },
      place: "in the service",
      makeProject: () => makeOwnProject(this.#services, caller, begun.projectPath),
      known: undefined,
      notificationSecret,
      ask: (at, options) => ask(at, { limitMs, limitBytes, signal, ...options }),
      signal,
    });
  }

  /** Removes what checks have made, and lets others begin. */
  async #tidy(begun: BegunChecks, caller: UserPrincipal): Promise<void> {
    await removeOwnProject(this.#services, caller, begun.projectPath);
    await forgetChecks(this.#services.database, begun);
  }
}

/** What is said where the fault is in the checks, or in the database. */
const BROKEN_OFF: Finding = {
  step: "Keyside carries out the checks",
  outcome: "failed",
  why: "the fault is on Keyside's side, and in its log: the checks were broken off, and nothing of them is kept",
};

function overdue(allMs: number): string {
  return `the time of the checks, ${allMs / 1000} s, was over at this step: what answers is too slow`;
}

/** Where a listener is reached from the machine that it is on; one that listens everywhere listens here too. */
function urlOf({ address, port }: { readonly address: string; readonly port: number }): string {
  const host = address === "0.0.0.0" || address === "::" ? "127.0.0.1" : address;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
