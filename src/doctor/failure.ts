/** How a step of the doctor's ends when it does not end well. */

/** A step failed; the message is the cause, in words. */
export class StepFailure extends Error {}

/** A step has nothing to examine; the message says why. */
export class StepSkipped extends Error {}
