/** Which modules a command loads: a hook, given to Node before the command, prints each. */
import { relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { KEYSIDE } from "./keyside-command.ts";
import { PROJECT_DIRECTORY } from "./running-command.ts";

/** Prints, on standard error, the URL of every module that is loaded, a line each. */
const HOOKS = `
  import { writeSync } from "node:fs";
  import { registerHooks } from "node:module";
  registerHooks({
    load(url, context, nextLoad) {
      tell("loads " + url + "\\n");
      return nextLoad(url, context);
    },
  });
  // A pipe that nobody has read for a while takes no more until somebody does.
  function tell(line) {
    try {
      writeSync(2, line);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      tell(line);
    }
  }`;

/** The command `keyside`, printing what it loads. */
export function listingKeyside(...args: readonly string[]): string[] {
  const [node = "", ...rest] = KEYSIDE;
  return [node, `--import=data:text/javascript,${encodeURIComponent(HOOKS)}`, ...rest, ...args];
}

/** What was loaded: our files, by their paths in the project; and the files of packages, by their URLs. */
export interface LoadedModules {
  readonly files: readonly string[];
  readonly packages: readonly string[];
}

/** Reads the list off the command's output. A file that is loaded twice, as by a process that starts anew, counts once. */
export function loadedModules(output: string): LoadedModules {
  const urls = [...new Set(Array.from(output.matchAll(/^loads (file:.*)$/gm), ([, url = ""]) => url))];
  const isPackage = (url: string) => url.includes("/node_modules/");
  const project = pathToFileURL(PROJECT_DIRECTORY).href;
  const own = urls.filter((url) => url.startsWith(project) && !isPackage(url));
  return {
    files: own.map((url) => relative(PROJECT_DIRECTORY, fileURLToPath(url))),
    packages: urls.filter(isPackage),
  };
}
