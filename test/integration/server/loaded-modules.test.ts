/** What a service loads: memory and start time grow with every module, so those of the other database stay out. */
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { createTestDatabase } from "../../support/database.ts";
import { listingKeyside, loadedModules } from "../../support/loaded-modules.ts";
import { startCommand } from "../../support/running-command.ts";
import { scratchDirectory } from "../../support/scratch-directory.ts";

/** What no service loads: the command line's own work, the registry of `keyside up`, and what only makes certificates. */
const NEVER = /\/node_modules\/(?:node-forge|yaml)\//;
const NEVER_OURS = /^(?:src\/cli\/up|src\/local-registry\/|src\/signing\/certificate\.ts)/;

const EMBEDDED = /\/node_modules\/(?:@electric-sql|@mikro-orm\/pglite)\//;
const SERVER = /\/node_modules\/(?:pg|pg-pool|pg-protocol|pg-cursor|@mikro-orm\/postgresql)\//;

/** Bounds with a little room: there are 640 files of ours now, and some 870 of packages. */
const MAXIMUM_FILES = 700;
const MAXIMUM_PACKAGE_FILES = 900;

describe("keyside serve, whose keys are made", () => {
  it("loads one database, none of the command line's work, and no more than it did", async () => {
    const [directory, database] = [await scratchDirectory(), await createTestDatabase()];
    const [certs, url] = [join(directory, "certs"), "url" in database.location ? database.location.url : undefined];
    await cp(inject("certs") ?? "", certs, { recursive: true });
    const running = startCommand(listingKeyside("serve"), {
      PATH: process.env["PATH"],
      KEYSIDE_PORT: "0",
      KEYSIDE_DATA_DIR: join(directory, "data"),
      KEYSIDE_CERTS_DIR: certs,
      DATABASE_URL: url,
    });
    await running.printed(/"msg":"listening"/);
    running.signal("SIGTERM");
    expect(await running.ended).toBe(0);
    await database.remove();

    const { files, packages } = loadedModules(running.output);
    expect(files).toContain("src/registry/issue-registry-token.ts");
    const [used, other] = url === undefined ? [EMBEDDED, SERVER] : [SERVER, EMBEDDED];
    expect(packages).toContainEqual(expect.stringMatching(used));
    expect(packages.filter((name) => other.test(name) || NEVER.test(name))).toEqual([]);
    expect(files.filter((name) => NEVER_OURS.test(name))).toEqual([]);
    expect(files.length).toBeLessThanOrEqual(MAXIMUM_FILES);
    expect(packages.length).toBeLessThanOrEqual(MAXIMUM_PACKAGE_FILES);
  });
});
