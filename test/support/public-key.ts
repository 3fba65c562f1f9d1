/** Public keys of SSH for tests, whose private halves are forgotten. */
import { generateKeyPairSync } from "node:crypto";

/** A new key, as the line of a `.pub` file without a comment. */
export function newPublicKey(): string {
  const { publicKey } = generateKeyPairSync("ed25519");
  const x = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  const fields = [Buffer.from("ssh-ed25519"), x].flatMap((field) => [Buffer.from([0, 0, 0, field.length]), field]);
  return `ssh-ed25519 ${Buffer.concat(fields).toString("base64")}`;
}
