/** Randomness as a dependency: ids and secrets come from here, so that tests can predict them. */
import { randomBytes, randomInt, randomUUID } from "node:crypto";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** A source of unguessable ids and secrets. */
export interface IdSource {
  /** A version 4 UUID. */
  uuid(): string;
  /** `bytes` random bytes in hexadecimal. */
  hex(bytes: number): string;
  /** `length` random letters and digits, each with log2(62) = 5.95 bits. */
  base62(length: number): string;
}

/** Ids from the operating system's random source. */
export const systemIds: IdSource = {
  uuid: () => randomUUID(),
  hex: (bytes) => randomBytes(bytes).toString("hex"),
  base62: (length) => Array.from({ length }, () => BASE62.charAt(randomInt(BASE62.length))).join(""),
};

/** A number below 62^`length` in base 62, padded with zeros to `length` characters. */
export function toBase62(value: number, length: number): string {
  let rest = value;
  let text = "";
  for (let place = 0; place < length; place += 1) {
    text = BASE62.charAt(rest % 62) + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}
