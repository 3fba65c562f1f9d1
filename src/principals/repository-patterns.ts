/**
 * Patterns of repository names: `*` is any run of characters within a segment, `**` any segments. They are written by
 * people and matched on the request path, so the time is bounded by the lengths of the name and of the patterns together,
 * whatever both are: all patterns are followed at once, a bit for each place in them.
 *
 * @see docs/spec/access-tokens.md "Repository rules"
 * @see Baeza-Yates and Gonnet, "A New Approach to Text Searching" (1992), section 3: Shift-And
 */

/** How long a pattern may be. */
export const MAXIMUM_PATTERN_LENGTH = 255;

const SEGMENT = /^[a-z0-9._*-]+$/;

/** What is wrong with a pattern, in words that follow it; undefined when nothing is. */
export function patternProblem(pattern: string): string | undefined {
  // The project's own repository.
  if (pattern === "") return undefined;
  if (pattern.length > MAXIMUM_PATTERN_LENGTH) return `is longer than ${MAXIMUM_PATTERN_LENGTH} characters`;
  const segments = pattern.split("/");
  if (segments.includes("")) return "has an empty segment: a name is relative to the project, without / at its ends";
  for (const [index, segment] of segments.entries()) {
    if (!SEGMENT.test(segment)) return "is not made of lower-case letters, digits, '.', '_', '-', '/', * and **";
    if (segment === "**" ? segments[index + 1] === "**" : segment.includes("**"))
      return "has ** beside something else: it stands for segments, alone between two /";
  }
  return undefined;
}

/** The characters that names are made of, each with its number. */
const ALPHABET: ReadonlyMap<string, number> = new Map(
  [..."abcdefghijklmnopqrstuvwxyz0123456789._-/"].map((character, index) => [character, index]),
);
const WORD_BITS = 32;

/** A set of places: a bit for each. */
type Places = Uint32Array;

/** Some patterns, compiled. */
export class RepositoryPatterns {
  readonly #matchOwn: boolean;
  /** Where each pattern may begin. */
  readonly #first: Places;
  /** The place after each pattern's last. */
  readonly #ends: Places;
  /** For each character of the alphabet, the places that expect it: one set after the other. */
  readonly #expecting: Places;
  /** The places of `*`, and of `**`: a character that fits leaves them where they are. */
  readonly #within: Places;
  readonly #across: Places;
  /** The places of a `**` that a `/` follows: both may be nothing. */
  readonly #skippable: Places;
  readonly #none: Places;
  /** Where a match has come to, and where it goes with the next character; here, since it is made for every name. */
  #current: Places;
  #next: Places;

  /** What it takes, without what every object takes. */
  get bytes(): number {
    return this.#expecting.byteLength + 8 * this.#first.byteLength;
  }

  /** @param patterns texts in which {@link patternProblem} finds none */
  constructor(patterns: readonly string[]) {
    this.#matchOwn = patterns.some((pattern) => pattern === "" || pattern === "**");
    const sequences = patterns.map((pattern) => pattern.match(/\*\*|./g) ?? []);
    const size = sequences.reduce((sum, { length }) => sum + length + 1, 0);
    const words = Math.ceil(size / WORD_BITS);
    const none = () => new Uint32Array(words);
    this.#expecting = new Uint32Array(words * ALPHABET.size);
    this.#first = none();
    this.#ends = none();
    this.#within = none();
    this.#across = none();
    this.#skippable = none();
    this.#none = none();
    this.#current = none();
    this.#next = none();
    let place = 0;
    for (const sequence of sequences) {
      add(this.#first, place);
      for (const [index, element] of sequence.entries()) {
        if (element === "**" && sequence[index + 1] === "/") add(this.#skippable, place);
        add(this.#placesOf(element), place);
        place += 1;
      }
      add(this.#ends, place);
      place += 1;
    }
    advance(this.#first, this.#skippable, 2);
    advance(this.#first, this.#within, 1);
    advance(this.#first, this.#across, 1);
  }

  /** Whether one of the patterns matches a name, which is relative to the project: `""` is the project's own. */
  matches(name: string): boolean {
    if (name === "") return this.#matchOwn;
    this.#current.set(this.#first);
    for (const character of name) if (!this.#step(character)) return false;
    return this.#ends.some((end, word) => (end & (this.#current[word] ?? 0)) !== 0);
  }

  /** Goes on by one character; false when no pattern does. What leaves a word at its top enters the next one. */
  #step(character: string): boolean {
    const expecting = this.#indexOf(character);
    if (expecting === undefined) return false;
    const [current, next] = [this.#current, this.#next];
    const within = character === "/" ? this.#none : this.#within;
    let alive = 0;
    let moved = 0;
    let skipped = 0;
    let passedWithin = 0;
    let passedAcross = 0;
    for (let word = 0; word < next.length; word++) {
      const old = current[word] ?? 0;
      // 1. Places that expect the character move on by one.
      const met = old & (this.#expecting[expecting + word] ?? 0);
      let places = (met << 1) | moved;
      moved = met >>> (WORD_BITS - 1);
      // 2. Where that came to a `**` with a `/`, both may be nothing.
      const skippable = places & (this.#skippable[word] ?? 0);
      places |= (skippable << 2) | skipped;
      skipped = skippable >>> (WORD_BITS - 2);
      // 3. Runs that the character fits into go on.
      places |= old & ((within[word] ?? 0) | (this.#across[word] ?? 0));
      // 4. Each run may end here.
      const endsWithin = places & (this.#within[word] ?? 0);
      places |= (endsWithin << 1) | passedWithin;
      passedWithin = endsWithin >>> (WORD_BITS - 1);
      const endsAcross = places & (this.#across[word] ?? 0);
      places |= (endsAcross << 1) | passedAcross;
      passedAcross = endsAcross >>> (WORD_BITS - 1);
      next[word] = places;
      alive |= places;
    }
    this.#current = next;
    this.#next = current;
    return alive !== 0;
  }

  /** Where the places begin that expect a character; undefined for one that no name has. */
  #indexOf(character: string): number | undefined {
    const index = ALPHABET.get(character);
    return index === undefined ? undefined : index * this.#first.length;
  }

  #placesOf(element: string): Places {
    if (element === "*") return this.#within;
    if (element === "**") return this.#across;
    const index = this.#indexOf(element);
    if (index === undefined) throw new Error(`a pattern holds ${JSON.stringify(element)}, which no name does`);
    return this.#expecting.subarray(index, index + this.#first.length);
  }
}

function add(places: Places, place: number): void {
  const word = Math.floor(place / WORD_BITS);
  places[word] = (places[word] ?? 0) | (1 << (place % WORD_BITS));
}

/** Adds what lies `by` places after those that are among `some`; done once, for where patterns begin. */
function advance(places: Places, some: Places, by: number): void {
  let carry = 0;
  for (let word = 0; word < places.length; word++) {
    const old = places[word] ?? 0;
    const moved = old & (some[word] ?? 0);
    places[word] = old | (moved << by) | carry;
    carry = moved >>> (WORD_BITS - by);
  }
}
