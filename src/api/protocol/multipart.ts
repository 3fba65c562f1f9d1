/** Reads `multipart/form-data` bodies, which some clients send wherever a file is possible. Files are ignored. */
import type { IncomingMessage } from "node:http";
import { MalformedBodyError, PayloadTooLargeError } from "../../errors.ts";
import { readBody } from "../../http/read-body.ts";

/**
 * The text fields of a multipart body; values of a name that ends in `[]` are collected in a list.
 *
 * @throws PayloadTooLargeError, MalformedBodyError
 * @see RFC 7578
 */
export async function readMultipart(request: IncomingMessage, maximumBytes: number): Promise<Record<string, unknown>> {
  const bytes = await readBody(request, maximumBytes);
  if (bytes === undefined) throw new PayloadTooLargeError("the request body is too large");
  const headers = { "content-type": request.headers["content-type"] ?? "" };
  const form = await new Response(new Uint8Array(bytes), { headers }).formData().catch((cause: unknown) => {
    throw new MalformedBodyError("the request body cannot be parsed as what its Content-Type says", { cause });
  });
  const fields = new Map<string, unknown>();
  for (const [name, value] of form) {
    if (typeof value !== "string") continue;
    const listed = name.endsWith("[]") ? name.slice(0, -2) : undefined;
    if (listed === undefined) fields.set(name, value);
    else fields.set(listed, [...[fields.get(listed) ?? []].flat(), value]);
  }
  return Object.fromEntries(fields);
}
