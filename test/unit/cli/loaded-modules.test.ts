/** What a command loads before it runs: the command line must not wait for a service that it does not start. */
import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { KEYSIDE } from "../../support/keyside-command.ts";
import { PROJECT_DIRECTORY, runToEnd } from "../../support/running-command.ts";

/** Prints, on standard error, the URL of every module that is loaded, a line each. */
const HOOKS = `
  import { writeSync } from "node:fs";
  import { registerHooks } from "node:module";
  registerHooks({
    load(url, context, nextLoad) {
      writeSync(2, url + "\\n");
      return nextLoad(url, context);
    },
  });`;

/** The files outside src/cli that a command may load: those that load nothing of the service themselves. */
const GROUND = /^src\/(?:clock|config|errors|files|ids|links|unix-socket|\w+\/access-level)\.ts$/;

/** Packages of the service, and what these bring along. */
const SERVICE_PACKAGES =
  /\/node_modules\/(?:koa|@koa|@mikro-orm|pg|@electric-sql|pino|prom-client|node-forge|jsonwebtoken|yaml)\//;

/** A bound with a little room: there are 24 files of ours now. */
const MAXIMUM_FILES = 28;

describe("keyside help", () => {
  let code: number | null;
  let stdout: string;
  let urls: string[];
  let files: string[];

  beforeAll(async () => {
    const [node = "", ...rest] = KEYSIDE;
    const preload = `--import=data:text/javascript,${encodeURIComponent(HOOKS)}`;
    const ended = await runToEnd([node, preload, ...rest, "help"]);
    ({ code, stdout } = ended);
    urls = ended.stderr.split("\n").filter((line) => line !== "");
    const project = pathToFileURL(PROJECT_DIRECTORY).href;
    const own = urls.filter((url) => url.startsWith(project) && !isPackage(url));
    files = own.map((url) => relative(PROJECT_DIRECTORY, fileURLToPath(url)));
  });

  const isPackage = (url: string) => url.includes("/node_modules/");

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
    const packages = urls.filter(isPackage);
    expect(packages).toContainEqual(expect.stringContaining("/node_modules/commander/"));
    expect(packages.filter((url) => SERVICE_PACKAGES.test(url))).toEqual([]);
  });
});
