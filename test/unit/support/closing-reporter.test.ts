import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const VITEST = resolve("node_modules/vitest/vitest.mjs");
const REPORTER = resolve("test/support/closing-reporter.ts");

// Each test starts a vitest of its own.
vi.setConfig({ testTimeout: 30_000 });

let project: string;
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), "closing-reporter-"));
  const config = `import { ClosingReporter } from ${JSON.stringify(REPORTER)};
    export default { test: { globals: true, reporters: ["default", new ClosingReporter()] } };`;
  await writeFile(join(project, "vitest.config.mjs"), config);
});
afterEach(() => rm(project, { recursive: true }));

/** Runs one test file of that text in a vitest of its own. */
async function run(source: string, { ci = false, flags = [] }: { ci?: boolean; flags?: string[] } = {}) {
  await writeFile(join(project, "sample.test.js"), source);
  const { CI: _, VITEST: _nested, ...environment } = process.env;
  const env = ci ? { ...environment, CI: "true" } : environment;
  return new Promise<{ exitCode: number; lines: string[] }>((done) => {
    const child = execFile(
      process.execPath,
      [VITEST, "run", "--root", project, ...flags],
      { env },
      (_error, stdout) => {
        done({ exitCode: child.exitCode ?? -1, lines: stdout.trimEnd().split("\n") });
      },
    );
  });
}

const PASSING = `it("passes", () => { expect(1).toBe(1); });`;
const SKIPPED = `it("pushes", ({ skip }) => { skip("needs docker: an engine"); });`;

describe("the close of a test run", () => {
  it("is the count of the tests that passed", async () => {
    const { exitCode, lines } = await run(PASSING);
    expect(lines.at(-1)).toBe("1 passed, 0 failed");
    expect(exitCode).toBe(0);
  });

  it("counts a failed test", async () => {
    const { exitCode, lines } = await run(`${PASSING} it("fails", () => { expect(1).toBe(2); });`);
    expect(lines.at(-1)).toBe("1 passed, 1 failed");
    expect(exitCode).toBe(1);
  });

  it("names what could not run and why, and passes on a person's machine", async () => {
    const { exitCode, lines } = await run(`${PASSING} describe("docker", () => { ${SKIPPED} });`);
    expect(lines).toContain("  sample.test.js > docker > pushes (needs docker: an engine)");
    expect(lines.at(-1)).toBe("1 passed, 0 failed");
    expect(exitCode).toBe(0);
  });

  it("counts what could not run as failed under CI", async () => {
    const { exitCode, lines } = await run(`${PASSING} ${SKIPPED}`, { ci: true });
    expect(lines).toContain("  sample.test.js > pushes (needs docker: an engine)");
    expect(lines.at(-1)).toBe("1 passed, 1 failed");
    expect(exitCode).toBe(1);
  });

  it("counts a skipped suite as failed under CI, test by test", async () => {
    const { exitCode, lines } = await run(`${PASSING} describe.skipIf(true)("docker", () => { ${PASSING} });`, {
      ci: true,
    });
    expect(lines).toContain("  sample.test.js > docker > passes (skipped without a reason)");
    expect(lines.at(-1)).toBe("1 passed, 1 failed");
    expect(exitCode).toBe(1);
  });

  it("leaves out tests that a name filter did not ask for", async () => {
    const source = `${PASSING} it("other", () => {});`;
    const { exitCode, lines } = await run(source, { ci: true, flags: ["--testNamePattern", "^passes"] });
    expect(lines.at(-1)).toBe("1 passed, 0 failed");
    expect(lines.join("\n")).not.toContain("Could not run");
    expect(exitCode).toBe(0);
  });

  it.each([
    ["a file that does not load", `throw new Error("broken file");`, 0],
    ["a hook after the tests", `${PASSING} afterAll(() => { throw new Error("broken hook"); });`, 1],
    ["an error that no test handles", `${PASSING} it("emits", () => { void Promise.reject(new Error("lost")); });`, 2],
  ])("counts %s as a failure", async (_what, source, passed) => {
    const { exitCode, lines } = await run(source);
    expect(lines.at(-1)).toBe(`${passed} passed, 1 failed`);
    expect(exitCode).toBe(1);
  });

  it("fails where a hook before the tests fails, though no test ran", async () => {
    const { exitCode, lines } = await run(`beforeAll(() => { throw new Error("broken hook"); }); ${PASSING}`);
    expect(lines.at(-1)).toMatch(/^0 passed, [1-9]\d* failed$/);
    expect(exitCode).toBe(1);
  });
});
