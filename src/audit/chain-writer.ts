/** Writes the audit log: one process does, for all that tell it something. */
import type { KeyObject } from "node:crypto";
import { mkdir, realpath } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Clock } from "../clock.ts";
import { guardPath, type PathGuard } from "../database/directory-guard.ts";
import { ConfigurationError } from "../errors.ts";
import { systemReason } from "../files.ts";
import { openAuditKey } from "./audit-key.ts";
import type { AuditSink } from "./audit-log.ts";
import { CHAIN_START, type ChainPosition, type Opening, sealLine } from "./chain.ts";
import { ChainState, readChainState } from "./chain-state.ts";
import { type ChainTarget, FileTarget, OutputTarget, type TargetOpening } from "./chain-target.ts";

/** Where the audit log is written, and what with. */
export interface ChainWriterOptions {
  /** The path, which may hold `%Y`, `%m` and `%d`; `-` for standard output. */
  readonly file: string;
  /** Of the key. */
  readonly certsDir: string;
  readonly stateFile: string;
  readonly clock: Clock;
  /** Told why nothing can be written, once; and with undefined, once it can again. */
  readonly onTrouble: (reason: string | undefined) => void;
}

/** The name by which the configuration has it. */
const VARIABLE = "KEYSIDE_AUDIT_LOG";

/** The one writer of a chain. */
export class ChainWriter implements AuditSink {
  readonly #target: ChainTarget;
  readonly #key: KeyObject;
  readonly #state: ChainState;
  readonly #guard: PathGuard;
  readonly #options: Pick<ChainWriterOptions, "clock" | "onTrouble">;
  #position: ChainPosition;
  #inTrouble = false;
  /** One batch after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    parts: {
      target: ChainTarget;
      key: KeyObject;
      state: ChainState;
      guard: PathGuard;
      position: ChainPosition;
    },
    options: Pick<ChainWriterOptions, "clock" | "onTrouble">,
  ) {
    this.#target = parts.target;
    this.#key = parts.key;
    this.#state = parts.state;
    this.#guard = parts.guard;
    this.#position = parts.position;
    this.#options = options;
  }

  /**
   * Opens the log, and goes on where the last process stopped.
   *
   * @throws ConfigurationError when it cannot be written, or another process on this machine writes it
   */
  static async open({ file, certsDir, stateFile, ...options }: ChainWriterOptions): Promise<ChainWriter> {
    const key = openAuditKey(certsDir);
    await mkdir(dirname(stateFile), { recursive: true, mode: 0o700 });
    const guard = await guardBoth(file, stateFile);
    let writer: ChainWriter | undefined;
    try {
      const position = readChainState(stateFile) ?? CHAIN_START;
      const target = file === "-" ? new OutputTarget() : new FileTarget(file, key);
      const state = await ChainState.open(stateFile);
      writer = new ChainWriter({ target, key, state, guard, position }, options);
      await writer.append([]);
      return writer;
    } catch (error) {
      await (writer === undefined ? guard.release() : writer.close());
      throw new ConfigurationError(`${VARIABLE}: ${file} cannot be written (${systemReason(error)})`, { cause: error });
    }
  }

  append(bodies: readonly string[]): Promise<void> {
    const written = this.#turn.then(() => this.#write(bodies));
    // A line counts as soon as it is in the file; the state follows before the next.
    this.#turn = written.then(() => this.#keepState()).catch(() => undefined);
    return written;
  }

  async reopen(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#target.release());
    await this.append([]);
  }

  async close(): Promise<void> {
    await this.#turn;
    await this.#target.release();
    await this.#state.close();
    await this.#guard.release();
  }

  async #write(bodies: readonly string[]): Promise<void> {
    const { clock, onTrouble } = this.#options;
    try {
      const now = clock.now();
      const opening = await this.#target.prepare(now, this.#position);
      const all = opening === undefined ? bodies : [renderOpening(opening, now), ...bodies];
      if (all.length > 0) {
        let position = opening?.position ?? this.#position;
        let text = opening?.prefix ?? "";
        for (const body of all) {
          const sealed = sealLine(this.#key, position, body);
          position = sealed.position;
          text += `${sealed.line}\n`;
        }
        await this.#target.write(text);
        this.#position = position;
      }
    } catch (error) {
      await this.#target.undo();
      if (!this.#inTrouble) onTrouble(systemReason(error));
      this.#inTrouble = true;
      throw error;
    }
    if (this.#inTrouble) onTrouble(undefined);
    this.#inTrouble = false;
  }

  #keepState(): Promise<void> {
    const { seq, mac } = this.#position;
    return this.#state.keep({ seq, mac, file: this.#target.file });
  }
}

function renderOpening({ position, event, halfWritten }: TargetOpening, now: Date): string {
  const { continues }: Opening = { continues: position.mac, halfWritten };
  const half = halfWritten === 0 ? {} : { half_written: halfWritten };
  return JSON.stringify({ time: now.toISOString(), event, host: hostname(), continues, ...half });
}

/** Keeps other processes from the lines, and from the state: a chain has one writer. */
async function guardBoth(file: string, stateFile: string): Promise<PathGuard> {
  const state = await guardPath(await realPath(stateFile), inUse);
  if (file === "-") return state;
  try {
    const lines = await guardPath(await realPath(file), inUse);
    return { release: async () => void (await Promise.all([state.release(), lines.release()])) };
  } catch (error) {
    await state.release();
    throw error;
  }
}

/** The path of a file that need not be there. */
async function realPath(file: string): Promise<string> {
  try {
    return join(await realpath(dirname(file)), basename(file));
  } catch (error) {
    throw new ConfigurationError(`${VARIABLE}: ${file} cannot be written (${systemReason(error)})`, { cause: error });
  }
}

function inUse(path: string): ConfigurationError {
  return new ConfigurationError(
    `${VARIABLE}: ${path} is written by another Keyside process; stop that one, or give this one a file and a KEYSIDE_DATA_DIR of its own`,
  );
}
