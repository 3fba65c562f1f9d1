/** Reads bodies of `multipart/form-data`, as some clients send where a file could come along. Files are left out. */
import type { IncomingMessage } from "node:http";
import { MalformedBodyError, PayloadTooLargeError } from "../../errors.ts";

/**
 * The text fields of a multipart body; a name that ends in `[]` gathers a list.
 *
 * @param limit in bytes
 * @throws PayloadTooLargeError, MalformedBodyError
 * @see RFC 7578
 */
export async function readMultipart(request: IncomingMessage, limit: number): Promise<Record<string, unknown>> {
  const bytes = await readBytes(request, limit);
  const headers = { "content-type": request.headers["content-type"] ?? "" };
  const form = await new Response(bytes, { headers }).formData().catch((cause: unknown) => {
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

async function readBytes(request: IncomingMessage, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  let size = 0;
  // A request that is cut off half-way must stay open for the answer that says so.
  const parts: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of parts) {
    size += chunk.length;
    if (size > limit) throw new PayloadTooLargeError("the request body is too large");
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
