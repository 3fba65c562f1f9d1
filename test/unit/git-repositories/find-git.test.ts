import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type FoundGit, findGit } from "../../../src/git-repositories/find-git.ts";
import { scratchDirectory } from "../../support/scratch-directory.ts";

/** What is found where a program `git` prints something. */
async function find(printed: string, { mode = 0o755 } = {}): Promise<FoundGit> {
  const path = await scratchDirectory();
  await writeFile(join(path, "git"), `#!/bin/sh\necho '${printed}'\n`, { mode });
  return await findGit(path);
}

describe("findGit", () => {
  it.each([
    ["git version 2.39.0", "2.39.0"],
    ["git version 2.39.5 (Apple Git-154)", "2.39.5"],
    ["git version 2.52.0.rc1", "2.52.0.rc1"],
    ["git version 3.0.0", "3.0.0"],
  ])("takes 2.39 and newer: %s", async (printed, version) => {
    expect((await find(printed)).program?.version).toBe(version);
  });

  it.each([
    ["git version 2.38.9", "2.38.9"],
    ["git version 2.9.0", "2.9.0"],
    ["git version 1.99.0", "1.99.0"],
    ["something else", "unknown"],
    ["", "unknown"],
  ])("refuses what is older, or no git, and says what to do: %s", async (printed, version) => {
    expect(await find(printed)).toEqual({
      program: undefined,
      problem: `The git where Keyside runs is too old (${version}): install git 2.39 or newer and restart`,
    });
  });

  it("says what to do where there is none, and where it cannot be run", async () => {
    const problem = "Git is not installed where Keyside runs: install git 2.39 or newer and restart";
    expect(await findGit("/nonexistent")).toEqual({ program: undefined, problem });
    expect(await findGit("")).toEqual({ program: undefined, problem });
    expect(await find("git version 2.39.0", { mode: 0o644 })).toEqual({ program: undefined, problem });
  });
});
