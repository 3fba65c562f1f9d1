#!/usr/bin/env node
// The launcher: plain JavaScript that even an old Node can parse. It runs src/cli with this Node if that is new enough to
// read TypeScript, else with the one that `npm ci` has put into node_modules, else it says what is wrong.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const MINIMUM = [22, 18];
const [major, minor] = process.versions.node.split(".").map(Number);
const isNewEnough = major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]);

if (isNewEnough) {
  const { main } = await import("../src/cli/main.ts");
  process.exitCode = await main(process.argv.slice(2));
} else {
  runWith(installedNode());
}

/** The Node of the lockfile, a package for each platform that it is there for. */
function installedNode() {
  try {
    return createRequire(import.meta.url).resolve(`node-${process.platform}-${process.arch}/bin/node`);
  } catch {
    return undefined;
  }
}

function runWith(node) {
  if (node === undefined) return tooOld();
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
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
