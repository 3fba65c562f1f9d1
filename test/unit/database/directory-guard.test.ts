import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it, onTestFinished } from "vitest";
import { guardDirectory } from "../../../src/database/directory-guard.ts";
import { ConfigurationError } from "../../../src/errors.ts";
import { scratchDirectory } from "../../support/scratch-directory.ts";

const GUARD_SOURCE = new URL("../../../src/database/directory-guard.ts", import.meta.url).href;

/** A directory as the embedded database's: its parent is the test's own, so that lock files meet nobody's. */
async function databaseDirectory(): Promise<string> {
  const directory = join(await scratchDirectory(), "database");
  await mkdir(directory);
  return directory;
}

/** Holds the directory in a process of its own until that is killed; resolves once it is held. */
async function holdInAnotherProcess(directory: string, platform: NodeJS.Platform): Promise<ChildProcess> {
  const program = `
    import { guardDirectory } from ${JSON.stringify(GUARD_SOURCE)};
    await guardDirectory(${JSON.stringify(directory)}, ${JSON.stringify(platform)});
    process.stdout.write("held\\n");
    setInterval(() => undefined, 60_000);`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(createInterface(child.stdout), "line");
  return child;
}

// What the kernel frees on Linux, a lock file must do elsewhere; the file's way runs here too.
const PLATFORMS: NodeJS.Platform[] = process.platform === "linux" ? ["linux", "darwin"] : ["darwin"];

describe.each(PLATFORMS)("guardDirectory as on %s", (platform) => {
  it("refuses a second holder, and names the directory", async () => {
    const directory = await databaseDirectory();
    const guard = await guardDirectory(directory, platform);
    await expect(guardDirectory(directory, platform)).rejects.toThrow(ConfigurationError);
    await expect(guardDirectory(directory, platform)).rejects.toThrow(directory);
    await guard.release();
  });

  it("lets the next one in after a release", async () => {
    const directory = await databaseDirectory();
    await (await guardDirectory(directory, platform)).release();
    const guard = await guardDirectory(directory, platform);
    await expect(guardDirectory(directory, platform)).rejects.toThrow(ConfigurationError);
    await guard.release();
  });

  it("keeps directories apart", async () => {
    const guards = [
      await guardDirectory(await databaseDirectory(), platform),
      await guardDirectory(await databaseDirectory(), platform),
    ];
    expect(guards).toHaveLength(2);
    for (const guard of guards) await guard.release();
  });

  it("knows a directory by any of its names", async () => {
    const directory = await databaseDirectory();
    const alias = join(await scratchDirectory(), "alias");
    await symlink(directory, alias);
    const guard = await guardDirectory(directory, platform);
    await expect(guardDirectory(alias, platform)).rejects.toThrow(ConfigurationError);
    await guard.release();
  });

  it("refuses while another process holds it, and no longer once that was killed", async () => {
    const directory = await databaseDirectory();
    const holder = await holdInAnotherProcess(directory, platform);
    await expect(guardDirectory(directory, platform)).rejects.toThrow(/in use by another Keyside process/);
    const exit = once(holder, "exit");
    holder.kill("SIGKILL");
    await exit;
    const guard = await guardDirectory(directory, platform);
    await expect(guardDirectory(directory, platform)).rejects.toThrow(ConfigurationError);
    await guard.release();
  });
});

describe("the lock file", () => {
  it("names its process", async () => {
    const directory = await databaseDirectory();
    const guard = await guardDirectory(directory, "darwin");
    expect(await readFile(join(directory, "..", "database.lock"), "utf8")).toBe(String(process.pid));
    await guard.release();
  });

  it("counts as held while it is still being written", async () => {
    const directory = await databaseDirectory();
    await writeFile(join(directory, "..", "database.lock"), "");
    await expect(guardDirectory(directory, "darwin")).rejects.toThrow(ConfigurationError);
  });
});
