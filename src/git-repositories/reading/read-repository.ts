/** Reads something of a repository while a turn is held: at once, or as a stream that lasts as long as its client takes. */
import { readOutput } from "./git-output.ts";
import {
  type OpenRepository,
  openRepository,
  outcomeOf,
  type Reader,
  type ReadingOutcome,
  type ReadingServices,
} from "./open-repository.ts";

/** How long git may take over what is answered at once. */
const LIMIT_MS = 30_000;

/**
 * Reads something that is answered at once.
 *
 * @throws what {@link openRepository} and `read` throw
 */
export async function readRepository<Result>(
  services: ReadingServices,
  reader: Reader,
  read: (repository: OpenRepository) => Promise<Result>,
): Promise<Result> {
  const { repository, release } = await openRepository(services, reader);
  try {
    const result = await read(repository);
    release("done");
    return result;
  } catch (error) {
    release(outcomeOf(error));
    throw error;
  }
}

/** The output of a command whose answer somebody waits for. `args` and `input` are as in {@link readOutput}. */
export function outputOf(
  { program, directory, signal }: OpenRepository,
  args: readonly string[],
  input = "",
): AsyncGenerator<Buffer, void> {
  return readOutput(program, { directory, args, input, signal, limitMs: LIMIT_MS });
}

/** What is to be streamed: a command, and what else there is to say of its output. */
export interface StreamedCommand<Facts> {
  readonly args: readonly string[];
  readonly facts: Facts;
}

/** A command's output on its way to a client. It must be closed, whatever happens. */
export interface GitStream<Facts> {
  readonly facts: Facts;
  /** What it begins with; empty where there is no output. */
  readonly beginning: Uint8Array;
  /** All of it, the beginning too; to be read once. */
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Ends the command, and gives the turn back. */
  close(): Promise<void>;
}

/**
 * Starts a command whose output is sent as it comes. The first piece is waited for: what fails before is an error like any other.
 *
 * @param prepare says what is run
 * @throws what {@link openRepository} and `prepare` throw
 */
export async function streamRepository<Facts>(
  services: ReadingServices,
  reader: Reader,
  prepare: (repository: OpenRepository) => Promise<StreamedCommand<Facts>>,
): Promise<GitStream<Facts>> {
  const { repository, release } = await openRepository(services, reader);
  try {
    const { program, directory, signal } = repository;
    const { args, facts } = await prepare(repository);
    const limitMs = services.config.git.timeoutSeconds * 1000;
    const output = readOutput(program, { directory, args, input: "", signal, limitMs });
    const first = await output.next();
    return new StreamedOutput({ facts, first, output, release, log: services.log });
  } catch (error) {
    release(outcomeOf(error));
    throw error;
  }
}

interface StreamedParts<Facts> {
  readonly facts: Facts;
  readonly first: IteratorResult<Buffer, void>;
  readonly output: AsyncGenerator<Buffer, void>;
  readonly release: (outcome: ReadingOutcome, bytes: number) => void;
  readonly log: ReadingServices["log"];
}

class StreamedOutput<Facts> implements GitStream<Facts> {
  readonly facts: Facts;
  readonly beginning: Uint8Array;
  readonly pieces: AsyncIterable<Uint8Array>;
  readonly #output: AsyncGenerator<Buffer, void>;
  readonly #release: StreamedParts<Facts>["release"];
  readonly #log: ReadingServices["log"];
  #outcome: ReadingOutcome = "gone";
  #bytes = 0;
  #isClosed = false;

  constructor({ facts, first, output, release, log }: StreamedParts<Facts>) {
    this.facts = facts;
    this.beginning = first.value ?? new Uint8Array();
    this.pieces = this.#read(first);
    this.#output = output;
    this.#release = release;
    this.#log = log;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      await this.#output.return();
    } finally {
      this.#release(this.#outcome, this.#bytes);
    }
  }

  async *#read(first: IteratorResult<Buffer, void>): AsyncGenerator<Uint8Array, void> {
    try {
      for (let piece = first; piece.done !== true; piece = await this.#output.next()) {
        this.#bytes += piece.value.byteLength;
        yield piece.value;
      }
      this.#outcome = "done";
    } catch (error) {
      this.#outcome = outcomeOf(error);
      if (this.#outcome === "failed") this.#log.error({ err: error }, "git failed while its output was sent");
      throw error;
    }
  }
}
