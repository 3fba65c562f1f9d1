/**
 * How git's hooks and Keyside talk: over two inherited descriptors. A hook says its name and what git tells it, a line each,
 * then `end`; it is answered `ok`, or with a sentence that the client's git prints. There is no secret in it, and nobody else
 * can reach it. What breaks the form, or is too long, is refused.
 *
 * @see docs/spec/git.md "Hooks and events"
 */
import type { Readable, Writable } from "node:stream";
import type { RefUpdate } from "./decide-updates.ts";

/** What a hook asks. */
export interface HookQuestion {
  readonly hook: "pre" | "post";
  /** Where the objects of the push lie until it is accepted: of `pre` alone, and only if any were sent. */
  readonly quarantine: string | undefined;
  readonly updates: readonly RefUpdate[];
}

/** How many refs one push may change. */
export const MAXIMUM_UPDATES = 20_000;

/** Far more than such a push can say: the longest name that git can store has some 4,000 bytes. */
const MAXIMUM_CHARACTERS = 16 * 1024 * 1024;

const TOO_MANY = `Keyside: one push changes at most ${MAXIMUM_UPDATES.toLocaleString("en-US")} branches and tags: push some of them at a time.`;
const FAILED = {
  pre: "Keyside: the push could not be checked, and is refused; try again shortly.",
  post: "Keyside: the push is done; it will be recorded later.",
} as const;

/**
 * Answers the hooks of one git process until it closes its end.
 *
 * @param answer resolves to why the hook is to refuse, as a sentence, or to undefined; what it throws refuses
 * @param onFailure is told of what was thrown
 */
export async function answerHooks(
  { said, answer: reply }: { readonly said: Readable; readonly answer: Writable },
  answer: (question: HookQuestion) => Promise<string | undefined>,
  onFailure: (thrown: unknown) => void,
): Promise<void> {
  said.setEncoding("utf8");
  let text = "";
  let isTooLong = false;
  for await (const chunk of said as AsyncIterable<string>) {
    if (!isTooLong) text += chunk;
    isTooLong ||= text.length > MAXIMUM_CHARACTERS;
    // What is too long is read to its end too: else the hook would wait for ever to say the rest.
    const isWhole = text.endsWith("\nend\n") || (isTooLong && chunk.endsWith("\nend\n"));
    if (!isWhole) continue;
    const question = isTooLong ? undefined : readQuestion(text);
    [text, isTooLong] = ["", false];
    reply.write(`${await decide(question, answer, onFailure)}\n`);
  }
}

async function decide(
  question: HookQuestion | "too many" | undefined,
  answer: (question: HookQuestion) => Promise<string | undefined>,
  onFailure: (thrown: unknown) => void,
): Promise<string> {
  if (question === "too many") return TOO_MANY;
  try {
    if (question === undefined) throw new Error("a hook said what cannot be read");
    const refusal = await answer(question);
    return refusal === undefined ? "ok" : `Keyside: ${refusal.replaceAll(/\s+/g, " ")}`;
  } catch (thrown) {
    onFailure(thrown);
    return FAILED[question?.hook ?? "pre"];
  }
}

const HEADING = /^(?:pre(?: (\/.+))? ?|(post))$/;
const UPDATE = /^([0-9a-f]{40}) ([0-9a-f]{40}) (refs\/.+)$/;

function readQuestion(text: string): HookQuestion | "too many" | undefined {
  const [heading = "", ...lines] = text.slice(0, -"\nend\n".length).split("\n");
  const form = HEADING.exec(heading);
  if (form === null) return undefined;
  if (lines.length > MAXIMUM_UPDATES) return "too many";
  const updates = lines.flatMap((line) => {
    const [, from, to, ref] = UPDATE.exec(line) ?? [];
    return from === undefined || to === undefined || ref === undefined ? [] : [{ from, to, ref }];
  });
  if (updates.length !== lines.length) return undefined;
  return { hook: form[2] === undefined ? "pre" : "post", quarantine: form[1], updates };
}
