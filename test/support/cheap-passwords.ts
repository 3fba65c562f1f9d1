/**
 * Before each file of tests with services in the test's own process: what such a service makes of a password is cheap. What
 * a digest costs in truth, and that nobody's costs as much, is tested in test/unit/users/password.test.ts; a service that is
 * a process of its own makes no other.
 */
import { vi } from "vitest";
import { cheapDigest } from "./cheap-digest.ts";

vi.mock(import("../../src/users/password.ts"), async (importOriginal) => ({
  ...(await importOriginal()),
  digestPassword: (password) => Promise.resolve(cheapDigest(password)),
}));
