/**
 * Who waits, in lines of lines: the lines within a line take turns, so what one of them asks for delays only itself. A site
 * is such a line, and its networks are the lines within it.
 */

/** One piece of work that waits. */
export interface Waiter {
  /** The names of its line and of the lines within that, from the widest. None is the beginning of another's. */
  readonly path: readonly string[];
  /** Tells it that its turn has come. */
  start(): void;
  /** Tells it that its turn will not come. */
  refuse(error: Error): void;
}

/** A line: of waiters, or of lines that take turns. */
export class WaitingLine {
  readonly #waiters: Waiter[] = [];
  /** In the order of turns: one that had its turn goes to the end. */
  readonly #parts = new Map<string, WaitingLine>();
  #length = 0;

  /** How many wait, in all lines within this one. */
  get length(): number {
    return this.#length;
  }

  /** How many wait in the line of this path. */
  lengthOf(path: readonly string[]): number {
    const [name, ...rest] = path;
    return name === undefined ? this.#length : (this.#parts.get(name)?.lengthOf(rest) ?? 0);
  }

  /** Puts a waiter at the end of its line. */
  add(waiter: Waiter, depth = 0): void {
    this.#length += 1;
    const name = waiter.path[depth];
    if (name === undefined) {
      this.#waiters.push(waiter);
      return;
    }
    const part = this.#parts.get(name) ?? new WaitingLine();
    this.#parts.set(name, part);
    part.add(waiter, depth + 1);
  }

  /** Takes a waiter out, wherever in its line it stands. It must be there. */
  remove(waiter: Waiter, depth = 0): void {
    this.#length -= 1;
    const name = waiter.path[depth];
    if (name === undefined) {
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      return;
    }
    const part = this.#parts.get(name);
    part?.remove(waiter, depth + 1);
    if (part?.length === 0) this.#parts.delete(name);
  }

  /** Takes out the waiter whose turn it is, if there is one. */
  takeNext(): Waiter | undefined {
    const next = this.#next();
    if (next !== undefined) this.remove(next);
    return next;
  }

  /**
   * The waiter that should make room for a newcomer: the last of the longest line, if the newcomer's own line stays
   * shorter than that one. So a line is never made longer at the cost of one that is not longer itself.
   */
  displacedBy(path: readonly string[]): Waiter | undefined {
    const [name = "", ...rest] = path;
    const own = this.#parts.get(name);
    const longest = this.#longest();
    if (longest !== undefined && (own?.length ?? 0) + 1 < longest.length) return longest.#last();
    return own?.displacedBy(rest);
  }

  #next(): Waiter | undefined {
    const [turn] = this.#parts;
    if (turn === undefined) return this.#waiters[0];
    const [name, part] = turn;
    this.#parts.delete(name);
    this.#parts.set(name, part);
    return part.#next();
  }

  #last(): Waiter | undefined {
    const longest = this.#longest();
    return longest === undefined ? this.#waiters.at(-1) : longest.#last();
  }

  /** The longest of the lines within; of several as long, the one whose turn is farthest away. */
  #longest(): WaitingLine | undefined {
    let longest: WaitingLine | undefined;
    for (const part of this.#parts.values()) if (part.length >= (longest?.length ?? 0)) longest = part;
    return longest;
  }
}
