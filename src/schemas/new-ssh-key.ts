/** What adds SSH keys: the same for programs and for people. */
import { z } from "zod";
import { utcDate } from "../clock.ts";
import { MAXIMUM_KEY_LENGTH, readPublicKey } from "../ssh-keys/parse-public-key.ts";
import { KEY_TYPES } from "../ssh-keys/read-key-bytes.ts";
import { moment, refuse, text } from "./fields.ts";

/** The line of a `.pub` file. */
const publicKey = z
  .string()
  .meta({
    minLength: 1,
    maxLength: MAXIMUM_KEY_LENGTH,
    pattern: `^\\s*(?:${KEY_TYPES.join("|")})[ \\t]+AAAA[A-Za-z0-9+/]+={0,2}(?:[ \\t][^\\r\\n]*)?\\s*$`,
    description: "A public key as the one line of a .pub file; RSA keys have 2048 bits or more",
  })
  .transform((value, context) => {
    const read = readPublicKey(value);
    if (!("problem" in read)) return read;
    refuse(context, value, read.problem);
    return z.NEVER;
  });

/**
 * The body that adds an SSH key. GitLab takes a moment as the end: the key ends with the beginning of its day, in UTC, never
 * later than asked for. Nothing here checks signatures of commits: a key for these alone is refused.
 */
export const createSshKeyBody = z.object({
  title: text(255),
  key: publicKey,
  expires_at: moment().transform(utcDate).nullish(),
  usage_type: z.enum(["auth", "auth_and_signing"]).nullish(),
});
