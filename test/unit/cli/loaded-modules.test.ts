/** What a command loads before it runs: the command line must not wait for a service that it does not start. */
import { beforeAll, describe, expect, it } from "vitest";
import { listingKeyside, loadedModules } from "../../support/loaded-modules.ts";
import { runToEnd } from "../../support/running-command.ts";

/** The files outside src/cli that a command may load: those that load nothing of the service themselves. */
const GROUND = /^src\/(?:clock|config|errors|files|ids|links|unix-socket|\w+\/access-level)\.ts$/;

/** Packages of the service, and what these bring along. */
const SERVICE_PACKAGES =
  /\/node_modules\/(?:koa|@koa|@mikro-orm|pg|@electric-sql|pino|prom-client|node-forge|jsonwebtoken|yaml)\//;

/** A bound with a little room: there are 29 files of ours now. */
const MAXIMUM_FILES = 33;

describe("keyside help", () => {
  let code: number | null;
  let stdout: string;
  let files: readonly string[];
  let packages: readonly string[];

  beforeAll(async () => {
    const ended = await runToEnd(listingKeyside("help"));
    ({ code, stdout } = ended);
    ({ files, packages } = loadedModules(ended.stderr));
  });

  it("prints the commands", () => {
    expect(code).toBe(0);
    for (const command of ["up", "doctor", "token"]) expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, "m"));
  });

  it("loads the command line, and little else of ours", () => {
    expect(files).toContain("bin/keyside.js");
    expect(files).toContain("src/cli/main.ts");
    expect(files).toContain("src/cli/commands/service.command.ts");
    const sources = files.filter((file) => file.startsWith("src/"));
    expect(sources.filter((file) => !file.startsWith("src/cli/") && !GROUND.test(file))).toEqual([]);
    expect(sources.length).toBeLessThanOrEqual(MAXIMUM_FILES);
  });

  it("loads none of the service's packages", () => {
    expect(packages).toContainEqual(expect.stringContaining("/node_modules/commander/"));
    expect(packages.filter((url) => SERVICE_PACKAGES.test(url))).toEqual([]);
  });
});
