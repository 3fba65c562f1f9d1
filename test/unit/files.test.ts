import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../../src/errors.ts";
import { readTextFile, readTextFileIfPresent } from "../../src/files.ts";
import { scratchDirectory } from "../support/scratch-directory.ts";

describe.each([
  ["readTextFile", readTextFile],
  ["readTextFileIfPresent", readTextFileIfPresent],
] as const)("%s", (_name, read) => {
  it("reads the whole text, as UTF-8", async () => {
    const path = join(await scratchDirectory(), "text");
    await writeFile(path, "für\nalle\n");
    expect(read(path)).toBe("für\nalle\n");
  });

  it("names a file that cannot be read, and what the system says of it", async () => {
    const path = join(await scratchDirectory(), "directory");
    await mkdir(path);
    expect(() => read(path)).toThrow(ConfigurationError);
    expect(() => read(path)).toThrow(`${path} cannot be read (EISDIR: illegal operation on a directory)`);
  });
});

describe("a file that is not there", () => {
  it("is undefined to readTextFileIfPresent", async () => {
    expect(readTextFileIfPresent(join(await scratchDirectory(), "none"))).toBeUndefined();
  });

  it("is an error that names it to readTextFile", async () => {
    const path = join(await scratchDirectory(), "none");
    expect(() => readTextFile(path)).toThrow(ConfigurationError);
    expect(() => readTextFile(path)).toThrow(`${path} cannot be read (ENOENT: no such file or directory)`);
  });
});
