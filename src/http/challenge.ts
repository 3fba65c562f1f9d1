/** Reads the challenges of a `WWW-Authenticate` header. */

/** One challenge. The scheme and the names of the parameters are in lower case: both are case-insensitive. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

// Sticky: each matches at the scanner's position or not at all.
const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const TOKEN68_ALONE = /[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$))/y;
const EQUALS = /[ \t]*=[ \t]*/y;
const SPACES = / +/y;
const SEPARATOR = /[ \t]*(?:,[ \t,]*|$)/y;
const QUOTED_STRING = /"((?:[\t !#-[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*)"/y;

/**
 * The challenges of a `WWW-Authenticate` value, in order; a token68, as Negotiate sends it, is skipped.
 *
 * @throws SyntaxError when the value does not follow the grammar
 * @see RFC 9110 sections 11.2, 11.3 and 11.6.1
 */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let position = 0;

  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = position;
    const match = pattern.exec(header);
    if (match === null) return undefined;
    position = pattern.lastIndex;
    return match;
  };
  const need = (pattern: RegExp, what: string): RegExpExecArray => {
    const match = take(pattern);
    if (match === undefined) throw new SyntaxError(`WWW-Authenticate: ${what} expected at character ${position}`);
    return match;
  };

  take(SEPARATOR);
  while (position < header.length) {
    // A parameter and the scheme of the next challenge both begin with a token; the next character tells them apart.
    const name = need(TOKEN, "a scheme or a parameter")[0].toLowerCase();
    const current = challenges.at(-1);
    if (current !== undefined && take(EQUALS) !== undefined) {
      if (current.parameters.has(name)) throw new SyntaxError(`WWW-Authenticate: ${name} is given twice`);
      const quoted = take(QUOTED_STRING)?.[1]?.replaceAll(/\\(.)/g, "$1");
      current.parameters.set(name, quoted ?? need(TOKEN, `the value of ${name}`)[0]);
      need(SEPARATOR, "a comma");
    } else {
      challenges.push({ scheme: name, parameters: new Map() });
      if (take(SEPARATOR) !== undefined) continue;
      need(SPACES, "a space or a comma");
      if (take(TOKEN68_ALONE) !== undefined) take(SEPARATOR);
    }
  }
  return challenges;
}

/**
 * The parameters of the first Bearer challenge in a `WWW-Authenticate` value; undefined when there is none.
 *
 * @throws SyntaxError when the value does not follow the grammar
 * @see RFC 6750 section 3
 */
export function bearerParameters(header: string): ReadonlyMap<string, string> | undefined {
  return parseChallenges(header).find(({ scheme }) => scheme === "bearer")?.parameters;
}
