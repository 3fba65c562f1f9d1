/**
 * How a test run closes: the list of what could not run, by name, then `N passed, N failed` as the last line.
 *
 * A test that lacks something says so with `ctx.skip("needs docker: ...")` or `describe.skipIf`. That passes on a
 * person's machine; under `CI` a skipped test counts as failed, so that a missing client never looks like success.
 * It knows nothing of what tests need: that is requirements.ts.
 */
import type { Reporter, TestCase, TestModule, Vitest } from "vitest/node";

/** The vitest reporter of this project; list it last, after the one that prints the failures themselves. */
export class ClosingReporter implements Reporter {
  #namePattern: RegExp | undefined;

  onInit(vitest: Vitest): void {
    this.#namePattern = vitest.config.testNamePattern;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const passed = tests.filter((test) => test.result().state === "passed");
    const skipped = tests.filter((test) => this.#couldNotRun(test));
    const unfinished = tests.filter((test) => ["failed", "pending"].includes(test.result().state));
    const brokenSuites = modules.flatMap((module) =>
      [module, ...module.children.allSuites()].flatMap((suite) => suite.errors()),
    );

    const isFailure = Boolean(process.env["CI"]);
    const failures = [unfinished, brokenSuites, unhandledErrors, isFailure ? skipped : []];
    const failed = failures.reduce((sum, { length }) => sum + length, 0);
    if (failed > 0) process.exitCode = 1;

    const verdict = isFailure ? "Could not run, which fails a run under CI:" : "Could not run:";
    const list = skipped.map((test) => `  ${nameOf(test)} (${reasonOf(test)})`);
    const lines = [...(list.length > 0 ? ["", verdict, ...list] : []), "", `${passed.length} passed, ${failed} failed`];
    process.stdout.write(`${lines.join("\n")}\n`);
  }

  /** A test left out by `--testNamePattern` was not wanted, so it lacks nothing; it has no note. */
  #couldNotRun(test: TestCase): boolean {
    const result = test.result();
    return result.state === "skipped" && (result.note !== undefined || this.#namePattern === undefined);
  }
}

function nameOf(test: TestCase): string {
  return `${test.module.relativeModuleId} > ${test.fullName}`;
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  return (result.state === "skipped" ? result.note : undefined) ?? "skipped without a reason";
}
