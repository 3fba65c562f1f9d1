import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { GitProcess, type GitService } from "../../../src/git-repositories/git-process.ts";
import { PROJECT_DIRECTORY, runToEnd } from "../../support/running-command.ts";
import { scratchDirectory } from "../../support/scratch-directory.ts";

/** Starts a git that is a shell script, in the place of the real one. */
async function startScript(script: string, service: GitService = "upload-pack"): Promise<GitProcess> {
  const directory = await scratchDirectory();
  await writeFile(join(directory, "git"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const program = { version: "2.39.0", path: `${directory}:${process.env["PATH"]}` };
  return new GitProcess({ program, service, directory: "/x.git", args: ["--a"], settings: [], protocol: undefined });
}

describe("GitProcess", () => {
  it("starts git with the service, the arguments and the directory, in this order, and in no repository", async () => {
    const git = await startScript('echo "$@"; pwd');
    expect(await text(git.output)).toBe("upload-pack --a /x.git\n/\n");
    expect(await git.ended).toBe(0);
  });

  it("has descriptors for hooks where it receives, and nowhere else", async () => {
    const receiving = await startScript("echo said >&3; read answer <&4; echo $answer", "receive-pack");
    receiving.hooks?.answer.write("ok\n");
    const [said, output] = await Promise.all([
      text(receiving.hooks?.said ?? Readable.from([])),
      text(receiving.output),
    ]);
    expect([said, output]).toEqual(["said\n", "ok\n"]);
    const sending = await startScript("(: >&3) 2> /dev/null && echo open || echo closed");
    expect(sending.hooks).toBeUndefined();
    expect(await text(sending.output)).toBe("closed\n");
  });

  it("keeps the end of what git says of its troubles", async () => {
    const git = await startScript("seq 10000 >&2; echo the end >&2; exit 3");
    git.output.resume();
    expect(await git.ended).toBe(3);
    expect(git.troubles).toMatch(/the end\n$/);
    expect(git.troubles).toHaveLength(2000);
  });

  it("ends an upload-pack with all that it has started", async () => {
    const git = await startScript("sleep 1000 & sleep 1000 & echo started; wait");
    await new Promise((resolve) => git.output.once("data", resolve));
    git.output.resume();
    await git.stop();
    // It has ended only when nobody has its pipes any more: the sleepers had them too.
    expect(await git.ended).toBeNull();
  });

  it("lets a receive-pack come to its own end", async () => {
    const git = await startScript("cat > /dev/null; echo tidied up", "receive-pack");
    const output = text(git.output);
    await git.stop();
    expect(await output).toBe("tidied up\n");
    expect(await git.ended).toBe(0);
  });

  it("refuses where git is gone since the service started, and the process goes on", async () => {
    const program = { version: "2.39.0", path: "/nonexistent" };
    const start = () =>
      new GitProcess({ program, service: "upload-pack", directory: "/", args: [], settings: [], protocol: undefined });
    expect(start).toThrow("Git cannot be started where Keyside runs; try again shortly");
    await new Promise(setImmediate);
  });

  it("refuses where the system has no descriptors left, and the process goes on", async () => {
    const script = `
      import { openSync } from "node:fs";
      import { GitProcess } from "./src/git-repositories/git-process.ts";
      const options = { program: { version: "2.39.0", path: process.env.PATH }, service: "upload-pack", directory: "/",
        args: [], settings: [], protocol: undefined };
      try { for (;;) openSync("/dev/null"); } catch {}
      try { new GitProcess(options); } catch (error) { console.log(error.code); }
      setTimeout(() => console.log("alive"), 10);`;
    const command = [
      "sh",
      "-c",
      'ulimit -n 80; exec "$@"',
      "sh",
      process.execPath,
      "--input-type=module",
      "-e",
      script,
    ];
    const { stdout } = await runToEnd(command, { directory: PROJECT_DIRECTORY });
    expect(stdout).toBe("unavailable\nalive\n");
  });
});
