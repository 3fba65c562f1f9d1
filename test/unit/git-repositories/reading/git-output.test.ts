import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UnavailableError } from "../../../../src/errors.ts";
import { readOutput } from "../../../../src/git-repositories/reading/git-output.ts";
import { scratchDirectory } from "../../../support/scratch-directory.ts";

const NEVER = new AbortController().signal;

/** Runs a shell script in the place of git. */
async function outputOf(script: string, { signal = NEVER, limitMs = 600_000, input = "" } = {}) {
  const directory = await scratchDirectory();
  await writeFile(join(directory, "git"), `#!/bin/sh\n${script}\n`);
  await chmod(join(directory, "git"), 0o755);
  const program = { version: "2.39.5", path: `${directory}:/usr/bin:/bin` };
  return readOutput(program, { directory: "/nonexistent", args: ["log"], input, limitMs, signal });
}

/**
 * Says something and then does nothing for long, nor does what it starts. It has ended only when nobody has its pipes any more:
 * who waits for its end waits for all of them.
 */
const STUBBORN = "trap '' PIPE TERM; echo started; sleep 1000 & sleep 1000 & wait";

async function allOf(output: AsyncGenerator<Buffer, void>): Promise<string> {
  let text = "";
  for await (const piece of output) text += String(piece);
  return text;
}

describe("readOutput", () => {
  it("gives all that is written, and the command its input", async () => {
    expect(await allOf(await outputOf("cat; echo end", { input: "a\0b\n" }))).toBe("a\0b\nend\n");
  });

  it("is no end where the command failed, and keeps for the log why", async () => {
    const output = await outputOf("echo some; echo 'fatal: broken' >&2; exit 3");
    const failure = await allOf(output).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UnavailableError);
    expect(failure).toMatchObject({ detail: "git log ended with 3: fatal: broken\n" });
    expect(String(failure)).not.toContain("broken");
  });

  it("ends the command with all that it started when no more of it is taken", async () => {
    const output = await outputOf(STUBBORN);
    await output.next();
    expect(await output.return()).toEqual({ value: undefined, done: true });
  });

  it("ends it when the client is gone, in the middle of nothing, and says so", async () => {
    const client = new AbortController();
    const output = await outputOf(STUBBORN, { signal: client.signal });
    await output.next();
    const next = output.next();
    client.abort(new Error("gone"));
    await expect(next).rejects.toThrow("gone");
  });

  it("starts nothing for a client who is gone already", async () => {
    const output = await outputOf("echo started", { signal: AbortSignal.abort(new Error("gone")) });
    await expect(output.next()).rejects.toThrow("gone");
  });

  it("ends it when it takes too long, and says so", async () => {
    const output = await outputOf(STUBBORN, { limitMs: 1000 });
    await expect(allOf(output)).rejects.toThrow("Git took longer than 1 s");
  });

  it("says that git is unavailable where it cannot be started", async () => {
    const command = { directory: "/nonexistent", args: ["log"], input: "", limitMs: 1000, signal: NEVER };
    const output = readOutput({ version: "2.39.5", path: "/nonexistent" }, command);
    await expect(output.next()).rejects.toThrow(UnavailableError);
  });
});
