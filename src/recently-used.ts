/** Keeps what was used lately, by a text, within a bound: what was not asked for longest is forgotten first. */
export class RecentlyUsed<Value> {
  readonly #maximum: number;
  readonly #sizeOf: (value: Value) => number;
  readonly #kept = new Map<string, Value>();
  #size = 0;

  /** @param maximum of the sizes of all values together, as `sizeOf` says them; a value's never changes */
  constructor(maximum: number, sizeOf: (value: Value) => number) {
    this.#maximum = maximum;
    this.#sizeOf = sizeOf;
  }

  /** What is kept under a key; undefined for what is not. */
  get(key: string): Value | undefined {
    const value = this.#kept.get(key);
    if (value === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, value);
    return value;
  }

  /** What is kept under a key; else what `make` makes, which is kept from now on. */
  getOrMake(key: string, make: () => Value): Value {
    const kept = this.get(key);
    if (kept !== undefined) return kept;
    const made = make();
    this.#kept.set(key, made);
    this.#size += this.#sizeOf(made);
    for (const [oldest, value] of this.#kept) {
      if (this.#size <= this.#maximum) break;
      this.#kept.delete(oldest);
      this.#size -= this.#sizeOf(value);
    }
    return made;
  }
}
