/** One HTTP request of the doctor's, whose answer may be that there is none. */

/** How long any one answer may take. */
const ANSWER_LIMIT_MS = 10_000;

/** An answer, or why there is none. */
export type Reply =
  | { readonly answered: true; readonly status: number; readonly headers: Headers; readonly body: string }
  | { readonly answered: false; readonly why: string };

/** Sends a request and reads the whole answer; follows no redirect, and throws for nothing that the other side does. */
export async function ask(url: string, init: RequestInit = {}): Promise<Reply> {
  try {
    const response = await fetch(url, { ...init, redirect: "manual", signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    return { answered: true, status: response.status, headers: response.headers, body: await response.text() };
  } catch (error) {
    const { cause, message } = error as Error;
    return { answered: false, why: (cause instanceof Error && cause.message) || message };
  }
}
