/** How long, and from which seed, the tests with made-up requests run. The same seed makes the same requests. */

/** `KEYSIDE_FUZZ_FACTOR`: how many times as many requests as in CI; 1 without it. */
export const FUZZ_FACTOR = Number(process.env["KEYSIDE_FUZZ_FACTOR"] ?? 1);

/** `KEYSIDE_FUZZ_SEED`: a whole number; 1 without it. */
export const FUZZ_SEED = Number(process.env["KEYSIDE_FUZZ_SEED"] ?? 1);
