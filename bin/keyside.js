#!/usr/bin/env node
// The launcher: plain JavaScript that even an old Node can parse, so that it can say what is wrong
// before Node meets TypeScript. Everything else lives in src/cli.
const MINIMUM = [22, 18];
const [major, minor] = process.versions.node.split(".").map(Number);

if (major < MINIMUM[0] || (major === MINIMUM[0] && minor < MINIMUM[1])) {
  console.error(
    `keyside: Node ${process.versions.node} is too old: ${MINIMUM.join(".")} or newer is needed. ` +
      "`npm ci` brings a Node 24 that `npm start` and `npx keyside` use; where it cannot (macOS), install Node 24.",
  );
  process.exit(1);
}

const { main } = await import("../src/cli/main.ts");
process.exitCode = await main(process.argv.slice(2));
