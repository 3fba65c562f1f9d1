/**
 * How git's hooks and Keyside talk: over two inherited descriptors. A hook says its name and what git tells it, a line each,
 * then `end`; it is answered `ok`, or with a sentence that the client's git prints. There is no secret in it, and nobody else
 * can reach it. What breaks the form, or is too long, is refused.
 *
 * @see docs/spec/git.md "Hooks and events"
 */
import type { Readable, Writable } from "node:stream";
import { KeysideError } from "../errors.ts";
import { type RefUpdate, withoutHidden } from "./decide-updates.ts";

/** What a hook asks. */
export interface HookQuestion {
  readonly hook: "pre" | "post";
  /** Where the objects of the push lie until it is accepted: of `pre` alone, and only if any were sent. */
  readonly quarantine: string | undefined;
  /** Without those that git refuses by itself. */
  readonly updates: readonly RefUpdate[];
}

/** How many refs one push may change. */
export const MAXIMUM_UPDATES = 20_000;

/** Far more than such a push can say: the longest name that git can store has some 4,000 bytes. */
const MAXIMUM_CHARACTERS = 16 * 1024 * 1024;

/** How long an answer may take. */
const ANSWER_MS = 30_000;

/** What a hook ends with. */
const END = "\nend\n";

const TOO_MANY = `Keyside: one push changes at most ${MAXIMUM_UPDATES.toLocaleString("en-US")} branches and tags: push some of them at a time.`;
const FAILED = {
  pre: "Keyside: the push could not be checked, and is refused; try again shortly.",
  post: "Keyside: the push is done; it will be recorded later.",
} as const;

/** What answers a question: it resolves to why the hook is to refuse, as a sentence, or to undefined; what it throws refuses. */
export type AnswerHook = (question: HookQuestion) => Promise<string | undefined>;

/**
 * Answers the hooks of one git process until it closes its end.
 *
 * @param onFailure is told of what was thrown, but for the caller's own faults
 * @param answerMs how long an answer may take
 */
export async function answerHooks(
  { said, answer: reply }: { readonly said: Readable; readonly answer: Writable },
  answer: AnswerHook,
  onFailure: (thrown: unknown) => void,
  answerMs = ANSWER_MS,
): Promise<void> {
  said.setEncoding("utf8");
  let pieces: string[] = [];
  let length = 0;
  let ending = "";
  for await (const piece of said as AsyncIterable<string>) {
    length += piece.length;
    // What is too long is read to its end too: else the hook would wait for ever to say the rest.
    if (length <= MAXIMUM_CHARACTERS) pieces.push(piece);
    ending = (ending + piece).slice(-END.length);
    if (ending !== END) continue;
    const question = length > MAXIMUM_CHARACTERS ? "too many" : readQuestion(pieces.join(""));
    [pieces, length, ending] = [[], 0, ""];
    reply.write(`${await decide(question, answer, { onFailure, answerMs })}\n`);
  }
}

async function decide(
  question: HookQuestion | "too many" | undefined,
  answer: AnswerHook,
  { onFailure, answerMs }: { readonly onFailure: (thrown: unknown) => void; readonly answerMs: number },
): Promise<string> {
  if (question === "too many") return TOO_MANY;
  try {
    if (question === undefined) throw new Error("a hook said what cannot be read");
    const refusal = await inTime(answer(question), answerMs);
    return refusal === undefined ? "ok" : toPrint(refusal);
  } catch (thrown) {
    if (thrown instanceof KeysideError && thrown.code !== "unavailable") return toPrint(thrown.message);
    onFailure(thrown);
    return FAILED[question?.hook ?? "pre"];
  }
}

/** As one line: the hook reads no more. */
function toPrint(sentence: string): string {
  return `Keyside: ${sentence.replaceAll(/\s+/g, " ")}`;
}

async function inTime<Result>(work: Promise<Result>, limitMs: number): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`a hook was not answered within ${limitMs} ms`)), limitMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

const HEADING = /^(?:pre(?: (\/.+))? ?|(post))$/;
const UPDATE = /^([0-9a-f]{40}) ([0-9a-f]{40}) (refs\/.+)$/s;

function readQuestion(text: string): HookQuestion | "too many" | undefined {
  const [heading = "", ...lines] = text.slice(0, -END.length).split("\n");
  const form = HEADING.exec(heading);
  if (form === null) return undefined;
  const all = lines.flatMap((line) => {
    const [, from, to, ref] = UPDATE.exec(line) ?? [];
    return from === undefined || to === undefined || ref === undefined ? [] : [{ from, to, ref }];
  });
  if (all.length !== lines.length) return undefined;
  const updates = withoutHidden(all);
  if (updates.length > MAXIMUM_UPDATES) return "too many";
  return { hook: form[2] === undefined ? "pre" : "post", quarantine: form[1], updates };
}
