/** Reads the parameters in the body of a request: JSON, a form, or a multipart form. Whatever is sent costs linear time. */
import type { Context } from "koa";
import { MalformedBodyError, PayloadTooLargeError, UnsupportedMediaTypeError } from "../../errors.ts";
import { readBody } from "../../http/read-body.ts";

const MAXIMUM_BYTES = 1024 * 1024;

/** Of a form, and of a multipart form, where a part is a field or a file. */
const MAXIMUM_FIELDS = 1000;

/** The body's own braces are the first. */
const MAXIMUM_DEPTH = 64;

/**
 * The parameters in a request's body; none when there is no body.
 *
 * @throws UnsupportedMediaTypeError when it is of a type or in an encoding that is not read
 * @throws PayloadTooLargeError, MalformedBodyError
 * @see docs/spec/rest-api.md "Bodies and parameters"
 */
export async function readParameters(ctx: Context): Promise<Readonly<Record<string, unknown>>> {
  // Many clients send a content type with a body of length 0.
  if (ctx.request.length === 0 || ctx.is() === null) return {};
  const type = ctx.is("json", "urlencoded", "multipart");
  if (type === false || type === null) {
    const sent = JSON.stringify(ctx.request.type.slice(0, 100));
    throw new UnsupportedMediaTypeError(
      `the request body is of type ${sent}: send application/json or application/x-www-form-urlencoded`,
    );
  }
  if (!["", "identity"].includes(ctx.get("Content-Encoding"))) {
    throw new UnsupportedMediaTypeError("the request body is compressed: send it as it is");
  }
  const bytes = await readBody(ctx.req, MAXIMUM_BYTES);
  if (bytes === undefined) throw new PayloadTooLargeError("the request body is too large");
  if (type === "json") return readJson(bytes);
  return gather(type === "urlencoded" ? readForm(bytes) : await readMultipart(bytes, ctx.get("Content-Type")));
}

function readJson(bytes: Buffer): Record<string, unknown> {
  const text = bytes.toString("utf8");
  if (text.trim() === "") return {};
  const body = parseJson(text);
  // GitLab's client for Go sends the JSON text `null` where it has no parameters.
  if (body === null) return {};
  if (!isContainer(body) || Array.isArray(body)) {
    throw new MalformedBodyError("the request body is not an object with the parameters as its members");
  }
  requireHarmless(body);
  return body;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed(cause);
  }
}

/** Looks through all that is nested, level by level: recursion would come to the end of the stack. */
function requireHarmless(body: Record<string, unknown>): void {
  let level: Record<string, unknown>[] = [body];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MAXIMUM_DEPTH) {
      throw new MalformedBodyError(`the request body is nested too deep (maximum is ${MAXIMUM_DEPTH} levels)`);
    }
    if (level.some((container) => Object.hasOwn(container, "__proto__"))) {
      throw new MalformedBodyError('the request body has a member "__proto__"');
    }
    level = level.flatMap((container) => Object.values(container).filter(isContainer));
  }
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** @see https://url.spec.whatwg.org/#application/x-www-form-urlencoded */
function readForm(bytes: Buffer): Iterable<[string, string]> {
  const text = bytes.toString("utf8");
  requireFew(text.split("&", MAXIMUM_FIELDS + 1).length);
  return new URLSearchParams(text);
}

/** The fields; files are left out. @see RFC 7578 */
async function readMultipart(bytes: Buffer, contentType: string): Promise<[string, string][]> {
  const response = new Response(new Uint8Array(bytes), { headers: { "content-type": contentType } });
  const parts = await response.formData().then(
    (form) => [...form],
    (cause: unknown) => {
      throw malformed(cause);
    },
  );
  requireFew(parts.length);
  return parts.filter((part): part is [string, string] => typeof part[1] === "string");
}

function requireFew(fields: number): void {
  if (fields > MAXIMUM_FIELDS) {
    throw new MalformedBodyError(`the request body has too many fields (maximum is ${MAXIMUM_FIELDS})`);
  }
}

function malformed(cause: unknown): MalformedBodyError {
  return new MalformedBodyError("the request body cannot be parsed as what its Content-Type says", { cause });
}

/** The fields by name; the values of a name that is repeated, or ends in `[]`, are a list. */
function gather(pairs: Iterable<[string, string]>): Record<string, string | string[]> {
  const fields = new Map<string, string | string[]>();
  for (const [sent, value] of pairs) {
    const isList = sent.endsWith("[]");
    const name = isList ? sent.slice(0, -2) : sent;
    const before = fields.get(name);
    if (Array.isArray(before)) before.push(value);
    else if (before !== undefined) fields.set(name, [before, value]);
    else fields.set(name, isList ? [value] : value);
  }
  return Object.fromEntries(fields);
}
