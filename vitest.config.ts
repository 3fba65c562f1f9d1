import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { ClosingReporter } from "./test/support/closing-reporter.ts";

/** The rules hold on both databases; what is about one of them, as races are about PostgreSQL, is in a folder of its own. */
const integration = {
  include: ["test/integration/**/*.test.ts"],
  testTimeout: 120_000,
  hookTimeout: 180_000,
};

/** Deriving keys from passwords as slowly as the service does would be a tenth of all work. */
const CHEAP_PASSWORDS = "test/support/cheap-passwords.ts";

/**
 * What ends before a database is asked, or is about HTTP or HTML: one database is enough for it, and PostgreSQL does the same
 * work in half the time. Every page is opened and every form sent on the embedded one too, by pages-by-role.test.ts.
 */
const ON_ONE_DATABASE = [
  "test/integration/abuse/{bodies,forwarding-headers,hostile-repositories,password-queue,scope-flood}.test.ts",
  "test/integration/api/{bad-input,links,openapi,repository}.test.ts",
  "test/integration/registry/{explain-equals-endpoint,foresee-equals-endpoint,jwks,memory-model}.test.ts",
  "test/integration/registry/{token-endpoint-refusals,token-form,token-lane,token-twins}.test.ts",
  "test/integration/git/**",
  "test/integration/server/{logs,methods,metrics}.test.ts",
  "test/integration/web/!(pages-by-role).test.ts",
];
const ON_EMBEDDED_ALONE = ["test/integration/embedded/**", "test/integration/web/pages-by-role.test.ts"];

// Each test file and each command is a process of its own: what one has compiled, the others need not.
process.env["NODE_COMPILE_CACHE"] ??= join(tmpdir(), "keyside-test-compile-cache");

// The tests remove their containers themselves; testcontainers' own remover is one more image that must be pulled.
process.env["TESTCONTAINERS_RYUK_DISABLED"] ??= "true";

export default defineConfig({
  test: {
    // Most of a test's time is waiting for other processes: a core less, the default, is half of a small machine. A worker more
    // than there are cores gains nothing: what they wait for is busy too.
    maxWorkers: "100%",
    // Files follow each other in one process, which loads the service and compiles the embedded database once for all of them.
    // So no test file replaces a module by vi.mock: it may be loaded already. What all files need replaced is in setupFiles.
    isolate: false,
    reporters: ["default", new ClosingReporter()],
    projects: [
      // A limit against a test that hangs, not a measure of the machine, which may be busy.
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"], testTimeout: 60_000 } },
      {
        test: {
          ...integration,
          name: "integration",
          exclude: ["test/integration/postgresql/**", ...ON_ONE_DATABASE],
          globalSetup: "test/support/embedded-setup.ts",
          setupFiles: CHEAP_PASSWORDS,
        },
      },
      {
        test: {
          ...integration,
          name: "integration-postgresql",
          exclude: [...ON_EMBEDDED_ALONE, ...ON_ONE_DATABASE],
          globalSetup: "test/support/postgresql-setup.ts",
          setupFiles: [CHEAP_PASSWORDS, "test/support/skip-without-postgresql.ts"],
        },
      },
      {
        test: {
          ...integration,
          name: "integration-once",
          include: ON_ONE_DATABASE,
          globalSetup: "test/support/either-setup.ts",
          setupFiles: CHEAP_PASSWORDS,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: "test/support/embedded-setup.ts",
          // Few queries run in each process: to optimise the embedded database's WebAssembly takes longer than it saves.
          execArgv: ["--liftoff-only"],
          setupFiles: CHEAP_PASSWORDS,
          testTimeout: 240_000,
          hookTimeout: 480_000,
        },
      },
    ],
  },
});
