/** One HTTP request to another program, whose answer may be that there is none. */

/** How long any one answer may take, unless told otherwise, or a signal says when it is enough. */
const ANSWER_LIMIT_MS = 10_000;

/** How long the body of an answer may be, unless told otherwise: registries take no manifest that is longer. */
const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

/** An answer, or why there is none. */
export type Reply =
  | { readonly answered: true; readonly status: number; readonly headers: Headers; readonly body: string }
  | { readonly answered: false; readonly why: string };

/** A request, and how much of an answer is waited for. */
export interface AskOptions extends Omit<RequestInit, "redirect"> {
  readonly limitMs?: number;
  readonly limitBytes?: number;
}

/**
 * Sends a request and reads the whole answer, within limits; follows no redirect, and throws for nothing that the other side
 * does.
 */
export async function ask(url: string, options: AskOptions = {}): Promise<Reply> {
  const { limitBytes = BODY_LIMIT_BYTES } = options;
  try {
    const response = await fetch(url, { ...options, redirect: "manual", signal: endOf(options) });
    const body = await readText(response, limitBytes);
    if (body === undefined) return { answered: false, why: `its answer has more than ${limitBytes} bytes` };
    return { answered: true, status: response.status, headers: response.headers, body };
  } catch (error) {
    const { cause, message } = error as Error;
    return { answered: false, why: (cause instanceof Error && cause.message) || message };
  }
}

function endOf({ limitMs, signal }: AskOptions): AbortSignal {
  if (signal == null) return AbortSignal.timeout(limitMs ?? ANSWER_LIMIT_MS);
  return limitMs === undefined ? signal : AbortSignal.any([AbortSignal.timeout(limitMs), signal]);
}

/** Undefined for a body that is too long, the rest of which is not waited for. */
async function readText({ body }: Response, limitBytes: number): Promise<string | undefined> {
  if (body === null) return "";
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    // Leaving the loop ends the connection.
    if (length > limitBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
