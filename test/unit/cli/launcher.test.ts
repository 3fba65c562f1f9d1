/** How bin/keyside.js starts Node: with the service's flags where a service is run, and with a cache of compiled code. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { KEYSIDE } from "../../support/keyside-command.ts";
import { PROJECT_DIRECTORY, runToEnd } from "../../support/running-command.ts";
import { scratchDirectory } from "../../support/scratch-directory.ts";

/** Prints, at the end of the process, its flags but for this one, glibc's threshold, and where its cache is. */
const REPORT = `
  import module from "node:module";
  process.on("exit", () => console.log("flags", process.execArgv.slice(0, -1).join(" "), "trim", process.env.MALLOC_TRIM_THRESHOLD_, "cache", module.getCompileCacheDir()));`;

const PRELOAD = `--import=data:text/javascript,${encodeURIComponent(REPORT)}`;

/** Runs a command line that ends by itself: a service is refused its port. Gives the report of the process that ended. */
async function reportOf(command: string, environment: Record<string, string> = {}, flags: string[] = []) {
  const [node = "", ...rest] = KEYSIDE;
  const given = { PATH: process.env["PATH"], KEYSIDE_PORT: "none", NODE_COMPILE_CACHE: "", ...environment };
  const { stdout } = await runToEnd([node, ...flags, PRELOAD, ...rest, command], { environment: given });
  const [report, ...more] = Array.from(
    stdout.matchAll(/^flags (.*) trim (.*) cache (.*)$/gm),
    ([, has, trim, cache]) => ({ has, trim, cache }),
  );
  expect(more).toEqual([]);
  return report;
}

describe("bin/keyside.js", () => {
  it.for(["serve", "up"])(
    "bounds the heap, and what compilers take and glibc keeps, where it runs the service: %s",
    async (command) => {
      const has = "--max-semi-space-size=4 --max-old-space-size=512 --liftoff-only";
      expect(await reportOf(command)).toMatchObject({ has, trim: "1048576" });
    },
  );

  it("leaves every other command as it is", async () => {
    expect(await reportOf("help")).toMatchObject({ has: "", trim: "undefined" });
  });

  it.for(["--max-semi-space-size=8", "--max_semi_space_size=8"])("leaves a bound that is given: %s", async (flag) => {
    const others = "--max-old-space-size=512 --liftoff-only";
    expect(await reportOf("serve", {}, [flag])).toMatchObject({ has: `${others} ${flag}` });
    expect(await reportOf("serve", { NODE_OPTIONS: flag })).toMatchObject({ has: others });
  });

  it.for(["serve", "help"])(
    "keeps what is compiled beside the packages, or where it is told to: %s",
    async (command) => {
      const ours = join(PROJECT_DIRECTORY, "node_modules/.cache/keyside");
      expect((await reportOf(command))?.cache).toContain(ours);
      const theirs = await scratchDirectory();
      expect((await reportOf(command, { NODE_COMPILE_CACHE: theirs }))?.cache).toContain(theirs);
    },
  );
});
