/**
 * Reads parameters of forms and queries strictly: malformed input is refused, not guessed at, and every value of a
 * repeated parameter is kept as it was sent. Knows no feature.
 */
import type { Context } from "koa";
import { type KeysideError, MalformedBodyError, ValidationError } from "../errors.ts";
import { readBody } from "./read-body.ts";

/** How many parameters a query or a form may have: more than any client sends, and few enough to be read at once. */
const MAXIMUM_PARAMETERS = 1000;

/** The parameters of a request. */
export class Parameters {
  readonly #values = new Map<string, string[]>();

  constructor(pairs: readonly (readonly [string, string])[]) {
    for (const [name, value] of pairs) {
      const values = this.#values.get(name);
      if (values === undefined) this.#values.set(name, [value]);
      else values.push(value);
    }
  }

  /** Each name with all its values, in the order in which the names came. */
  entries(): Iterable<[string, readonly string[]]> {
    return this.#values;
  }

  /** Every value of a parameter that may be repeated. */
  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /**
   * The value of a parameter that is given once, or several times with the same value.
   *
   * @throws ValidationError when it has several different values
   * @see RFC 6749 section 3.2
   */
  one(name: string): string | undefined {
    const [value, ...others] = this.all(name);
    if (others.some((other) => other !== value))
      throw new ValidationError([{ field: name, message: "is given more than once" }]);
    return value;
  }

  /** Like `one`, but required. @throws ValidationError when the value is missing or empty, or there are several */
  required(name: string): string {
    const value = this.one(name);
    if (value === undefined || value === "") throw new ValidationError([{ field: name, message: "is missing" }]);
    return value;
  }
}

/**
 * Reads `name=value&...`.
 *
 * @throws MalformedBodyError naming `what` when an escape is malformed, or does not decode to UTF-8
 * @throws ValidationError naming `what` when there are more than 1,000 parameters
 * @see https://url.spec.whatwg.org/#application/x-www-form-urlencoded
 */
export function parseParameters(text: string, what: string): Parameters {
  const parts = text.split("&", MAXIMUM_PARAMETERS + 1);
  if (parts.length > MAXIMUM_PARAMETERS) {
    throw new ValidationError([{ field: what, message: `has too many parameters (maximum is ${MAXIMUM_PARAMETERS})` }]);
  }
  const pairs = parts.filter((part) => part !== "");
  try {
    return new Parameters(
      pairs.map((pair) => {
        const equals = pair.indexOf("=");
        return equals === -1 ? [decode(pair), ""] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
      }),
    );
  } catch {
    throw new MalformedBodyError(`the ${what} is malformed: it has a % that is no escape of UTF-8`);
  }
}

/**
 * Reads the body of a request as a form.
 *
 * @param maximumBytes of the body
 * @param tooLong makes the error for a longer one
 * @throws MalformedBodyError when it is not a form in UTF-8
 * @throws ValidationError when it has too many parameters
 */
export async function readForm(
  ctx: Context,
  maximumBytes: number,
  tooLong: (maximumBytes: number) => KeysideError,
): Promise<Parameters> {
  if (ctx.is("application/x-www-form-urlencoded") === false || ctx.request.type === "") {
    throw new MalformedBodyError("the request body is not a form: send application/x-www-form-urlencoded");
  }
  if (!["", "utf-8", "utf8", "us-ascii"].includes(ctx.request.charset.toLowerCase())) {
    throw new MalformedBodyError(`the form's charset is ${JSON.stringify(ctx.request.charset)}: send utf-8`);
  }
  if (!["", "identity"].includes(ctx.get("Content-Encoding"))) {
    throw new MalformedBodyError("the form is compressed: send it as it is");
  }
  const body = await readBody(ctx.req, maximumBytes);
  if (body === undefined) throw tooLong(maximumBytes);
  return parseParameters(body.toString("latin1"), "form");
}

/** Text that decodes to itself. */
const PLAIN = /^[^+%\x80-\xff]*$/;

/**
 * Each character of the text is one byte. Non-ASCII bytes are escaped first, so that everything is checked as UTF-8.
 */
function decode(text: string): string {
  if (PLAIN.test(text)) return text;
  const escaped = text.replaceAll("+", " ").replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`);
  return decodeURIComponent(escaped);
}
