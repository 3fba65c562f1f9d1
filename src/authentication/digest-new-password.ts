/** Digests a password that somebody chooses. It costs as much as checking one, and waits in the same queue. */
import { digestPassword } from "../users/password.ts";
import { lineOf } from "./authenticate-password.ts";
import type { AuthenticationServices } from "./authentication-services.ts";
import type { Sender } from "./sender.ts";

/**
 * The digest of a new password, made when it is the sender's turn.
 *
 * @throws TooManyFailuresError, UnavailableError when too many passwords are being checked
 * @throws the signal's reason when the sender hung up before it began
 */
export function digestNewPassword(
  { passwordChecks }: Pick<AuthenticationServices, "passwordChecks">,
  password: string,
  { address, signal }: Sender,
): Promise<string> {
  return passwordChecks.run(lineOf(address, 0), () => digestPassword(password), signal);
}
