#!/usr/bin/env node
// The launcher: plain JavaScript that even an old Node can parse. It runs src/cli with this Node if that is new enough to
// read TypeScript, else with the one that `npm ci` has put into node_modules, else it says what is wrong.
import { spawn } from "node:child_process";
import module from "node:module";
import { fileURLToPath } from "node:url";

/**
 * For the commands that run the service, whose live heap is some 40 MiB. Left to itself, Node 24 lets the young generation,
 * which is garbage for the most part, grow to 100 MiB under load, and the old one to four times what lives in it: by the
 * bound it reckons how much garbage may gather. The embedded database's WebAssembly is not optimised further: that takes
 * 600 MiB for a second, which is when small machines kill a process.
 */
const SERVICE_FLAGS = ["--max-semi-space-size=4", "--max-old-space-size=512", "--liftoff-only"];

/**
 * For the same. Once a block of some MiB was given back, glibc keeps later ones of that size for itself: what compilers use at
 * the start. A threshold that is given, in bytes, is not raised so.
 */
const SERVICE_ENVIRONMENT = { MALLOC_TRIM_THRESHOLD_: String(1024 * 1024) };

/** Where compiled code, and TypeScript without its types, waits for the next start; whoever may write here owns the code. */
const COMPILE_CACHE = fileURLToPath(new URL("../node_modules/.cache/keyside", import.meta.url));

const MINIMUM = [22, 18];
const [major, minor] = process.versions.node.split(".").map(Number);
const isNewEnough = major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]);
const isService = ["up", "serve"].includes(process.argv[2]);
// V8 takes _ for - in the names of its flags.
const given = [process.env.NODE_OPTIONS, ...process.execArgv].join(" ").replaceAll("_", "-");
const flags = SERVICE_FLAGS.filter((flag) => isService && !given.includes(flag.split("=")[0]));
// For this process's children too.
process.env.NODE_COMPILE_CACHE ||= COMPILE_CACHE;
const environment = { ...(isService ? SERVICE_ENVIRONMENT : {}), ...process.env };

if (!isNewEnough) {
  runWith(installedNode());
} else if (flags.length > 0 && process.execve !== undefined) {
  // The same process goes on with the flags. Where there is no execve, on Windows, it goes on without them.
  const command = [process.execPath, ...flags, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(process.execPath, command, environment);
} else {
  module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE);
  const { main } = await import("../src/cli/main.ts");
  process.exitCode = await main(process.argv.slice(2));
}

/** The Node of the lockfile, a package for each platform that it is there for. */
function installedNode() {
  try {
    return module.createRequire(import.meta.url).resolve(`node-${process.platform}-${process.arch}/bin/node`);
  } catch {
    return undefined;
  }
}

function runWith(node) {
  if (node === undefined) return tooOld();
  const child = spawn(node, [...flags, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: "inherit",
    env: environment,
  });
  // Where a terminal has sent Ctrl-C to both processes, src/cli takes the two signals for one.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.once("error", tooOld);
  child.once("exit", (code) => process.exit(code ?? 1));
}

function tooOld() {
  console.error(
    `keyside: Node ${process.versions.node} is too old: ${MINIMUM.join(".")} or newer is needed. ` +
      "`npm ci` brings a Node 24 on Linux; elsewhere, install Node 24.",
  );
  process.exitCode = 1;
}
