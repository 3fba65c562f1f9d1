/** Git over SSH where nothing is said of it: `keyside up`, the image and compose have it on. `keyside serve` alone has it off. */

/** For `readConfig`. */
export const SSH_BY_DEFAULT = { KEYSIDE_SSH_PORT: "2222" };
