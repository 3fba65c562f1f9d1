/** Where no PostgreSQL server could be had, every test of the project is skipped, and says why. */
import { beforeEach, inject } from "vitest";

beforeEach(({ skip }) => {
  const missing = inject("postgresMissing");
  skip(missing !== undefined, missing);
});
