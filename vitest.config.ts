import { defineConfig } from "vitest/config";
import { ClosingReporter } from "./test/support/closing-reporter.ts";

const integration = {
  include: ["test/integration/**/*.test.ts"],
  testTimeout: 30_000,
  hookTimeout: 60_000,
};

// The tests remove their containers themselves; testcontainers' own remover is one more image that must be pulled.
process.env["TESTCONTAINERS_RYUK_DISABLED"] ??= "true";

export default defineConfig({
  test: {
    // Most of a test's time is waiting for other processes: a core less, the default, is half of a small machine.
    maxWorkers: "100%",
    reporters: ["default", new ClosingReporter()],
    projects: [
      { test: { name: "unit", include: ["test/unit/**/*.test.ts"] } },
      { test: { ...integration, name: "integration", globalSetup: "test/support/embedded-setup.ts" } },
      {
        test: {
          ...integration,
          name: "integration-postgresql",
          globalSetup: "test/support/postgresql-setup.ts",
          setupFiles: "test/support/skip-without-postgresql.ts",
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
