/** The service's no, as the command line tells it: one sentence, exit code 1. */

/** The service refused what a command asked for, or cannot be reached. */
export class RefusedError extends Error {}
