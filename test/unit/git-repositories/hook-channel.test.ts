import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { answerHooks, type HookQuestion, MAXIMUM_UPDATES } from "../../../src/git-repositories/hook-channel.ts";

const OLD = "1".repeat(40);
const NEW = "2".repeat(40);
const LINE = `${OLD} ${NEW} refs/heads/main`;
const UPDATE = { from: OLD, to: NEW, ref: "refs/heads/main" };

/** A conversation as a hook has it; `answer` decides. */
function talk(answer: (question: HookQuestion) => Promise<string | undefined> = () => Promise.resolve(undefined)) {
  const [said, reply] = [new PassThrough(), new PassThrough()];
  const questions: HookQuestion[] = [];
  const failures: unknown[] = [];
  const over = answerHooks(
    { said, answer: reply },
    (question) => {
      questions.push(question);
      return answer(question);
    },
    (thrown) => failures.push(thrown),
  ).then(() => reply.end());
  return {
    said,
    questions,
    failures,
    /** Closes the hook's end, and answers all that it was told. */
    async end(): Promise<string> {
      said.end();
      await over;
      return await text(reply);
    },
    /** The next that the hook is told. */
    async told(): Promise<string> {
      for (let all = ""; ; ) {
        const piece = reply.read() as Buffer | null;
        if (piece !== null) all += piece.toString();
        if (all.endsWith("\n")) return all;
        await new Promise((resolve) => reply.once("readable", resolve));
      }
    },
  };
}

/** What one hook is told that says all of it at once. */
async function tell(saying: string, answer?: (question: HookQuestion) => Promise<string | undefined>) {
  const { said, questions, failures, end } = talk(answer);
  said.write(saying);
  return { told: await end(), questions, failures };
}

const UNCHECKED = "Keyside: the push could not be checked, and is refused; try again shortly.\n";

describe("answerHooks", () => {
  it("asks about what a hook says, and tells it to go on", async () => {
    expect(await tell(`pre /data/incoming-x\n${LINE}\nend\n`)).toEqual({
      told: "ok\n",
      questions: [{ hook: "pre", quarantine: "/data/incoming-x", updates: [UPDATE] }],
      failures: [],
    });
  });

  it("takes a push without objects, whose hook has no quarantine to name", async () => {
    const { questions } = await tell(`pre \n${LINE}\nend\n`);
    expect(questions).toEqual([{ hook: "pre", quarantine: undefined, updates: [UPDATE] }]);
  });

  it("answers both hooks of one push, in their order", async () => {
    const { said, questions, told, end } = talk();
    said.write(`pre /data/incoming-x\n${LINE}\nend\n`);
    expect(await told()).toBe("ok\n");
    said.write(`post\n${LINE}\nend\n`);
    expect(await told()).toBe("ok\n");
    expect(await end()).toBe("");
    expect(questions.map(({ hook }) => hook)).toEqual(["pre", "post"]);
  });

  it("takes what comes byte by byte", async () => {
    const { said, told, end } = talk();
    const saying = Buffer.from(`pre /data/ü\n${OLD} ${NEW} refs/heads/grüße\nend\n`);
    for (const byte of saying) said.write(Buffer.of(byte));
    expect(await told()).toBe("ok\n");
    expect(await end()).toBe("");
  });

  it("takes every name that git does", async () => {
    for (const name of ["end", "a\u2028b", "a\u0085b", "a b", "ü", "pre"]) {
      const { told, questions } = await tell(`pre \n${OLD} ${NEW} refs/heads/${name}\nend\n`);
      expect(told).toBe("ok\n");
      expect(questions[0]?.updates).toEqual([{ ...UPDATE, ref: `refs/heads/${name}` }]);
    }
  });

  it("tells a refusal as one line, whatever is in it", async () => {
    const { told } = await tell(`pre \n${LINE}\nend\n`, () => Promise.resolve("not\nok\n  so"));
    expect(told).toBe("Keyside: not ok so\n");
  });

  it("refuses when the answer cannot be found, and tells nothing of why", async () => {
    const gone = new Error("the database at 10.0.0.1 is gone");
    const { told, failures } = await tell(`pre \n${LINE}\nend\n`, () => Promise.reject(gone));
    expect(told).toBe(UNCHECKED);
    expect(failures).toEqual([gone]);
  });

  it("says of a push that is done that it will be recorded, when that fails", async () => {
    const { told } = await tell(`post\n${LINE}\nend\n`, () => Promise.reject(new Error("gone")));
    expect(told).toBe("Keyside: the push is done; it will be recorded later.\n");
  });

  it.each([
    ["no heading", `${LINE}\nend\n`],
    ["another hook", `update /data/incoming-x\n${LINE}\nend\n`],
    ["a quarantine that is no absolute path", `pre incoming-x\n${LINE}\nend\n`],
    ["post with a path", `post /data/incoming-x\n${LINE}\nend\n`],
    ["a short id", `pre \n${OLD.slice(1)} ${NEW} refs/heads/main\nend\n`],
    ["an id of SHA-256", `pre \n${"1".repeat(64)} ${"2".repeat(64)} refs/heads/main\nend\n`],
    ["a ref outside of refs/", `pre \n${OLD} ${NEW} HEAD\nend\n`],
    ["one good line and one broken", `pre \n${LINE}\n${OLD}\nend\n`],
    ["an empty line", `pre \n\n${LINE}\nend\n`],
    ["nothing but the end", "\nend\n"],
  ])("refuses what breaks the form, and asks nobody: %s", async (_what, saying) => {
    const { told, questions, failures } = await tell(saying);
    expect(told).toBe(UNCHECKED);
    expect(questions).toEqual([]);
    expect(failures).toHaveLength(1);
  });

  it("tells nothing to a hook that ends before it has said all", async () => {
    for (const saying of ["", "pre ", `pre \n${LINE}`, `pre \n${LINE}\nend`]) {
      expect(await tell(saying)).toEqual({ told: "", questions: [], failures: [] });
    }
  });

  it("lets a push change so many refs, and no more", async () => {
    const lines = (count: number) =>
      Array.from({ length: count }, (_, index) => `${OLD} ${NEW} refs/tags/${index}\n`).join("");
    const most = await tell(`pre \n${lines(MAXIMUM_UPDATES)}end\n`);
    expect(most.told).toBe("ok\n");
    expect(most.questions[0]?.updates).toHaveLength(MAXIMUM_UPDATES);
    const more = await tell(`pre \n${lines(MAXIMUM_UPDATES + 1)}end\n`);
    expect(more.told).toMatch(/at most 20,000 branches and tags/);
    expect(more.questions).toEqual([]);
  });

  it("does not count the refs that git refuses by itself: a mirror has thousands of them", async () => {
    const pulls = Array.from({ length: MAXIMUM_UPDATES + 1 }, (_, index) => `${OLD} ${NEW} refs/pull/${index}/head\n`);
    const { told, questions } = await tell(`pre \n${LINE}\n${pulls.join("")}end\n`);
    expect(told).toBe("ok\n");
    expect(questions[0]?.updates).toEqual([UPDATE]);
  });

  it.each([
    ["with the last line", []],
    ["in a piece of its own", ["end\n"]],
    ["in two", ["en", "d\n"]],
    ["byte by byte", ["\n", "e", "n", "d", "\n"]],
  ])("answers what is too long, when its end comes %s", async (_how, end) => {
    const { said, told, questions, end: close } = talk();
    said.write("pre \n");
    const line = `${OLD} ${NEW} refs/tags/${"x".repeat(900)}\n`;
    const pieces = 100;
    for (let index = 0; index < pieces; index += 1) said.write(line.repeat(200));
    if (end.length === 0) said.write(`${LINE}\nend\n`);
    else said.write(end[0] === "\n" ? LINE : `${LINE}\n`);
    for (const piece of end) {
      // Each arrives alone.
      await new Promise(setImmediate);
      said.write(piece);
    }
    expect(await told()).toMatch(/^Keyside: .*\n$/);
    expect(questions).toEqual([]);
    said.write(`post\n${LINE}\nend\n`);
    expect(await told()).toBe("ok\n");
    await close();
  });
});
