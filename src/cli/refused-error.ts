/** The error that ends a command with exit code 1; its message is the sentence that the user reads on standard error. */

/** The service refuses what a command asks for, or does not answer; or what a command started has failed. */
export class RefusedError extends Error {}
