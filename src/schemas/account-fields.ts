/** The fields of accounts that more than one door reads. */
import { z } from "zod";
import { text } from "./fields.ts";

/** A human's password, limited only in length: other rules do not help. @see NIST SP 800-63B section 5.1.1.2 */
export const password = z.string().min(8).max(128);

/** As browsers check `<input type="email">`. */
export const email = text(255).refine(isEmail, "an e-mail address").meta({ pattern: z.regexes.html5Email.source });

function isEmail(value: string): boolean {
  return z.email({ pattern: z.regexes.html5Email }).safeParse(value).success;
}

/** What changes one's own password. The current one is not held to the rules: it may be older than they are. */
export const changePasswordForm = z.object({ current_password: z.string().min(1).max(128), password });
