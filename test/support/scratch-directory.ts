/** A directory that is gone after the test. */
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Makes an empty directory for the running test; its real path, as some systems keep theirs behind a link. */
export async function scratchDirectory(): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "keyside-test-")));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
