/** Reads HTTP Basic credentials. Does not look up whom they belong to. */
import { UnauthenticatedError } from "../errors.ts";

/** The credentials as sent; the password is everything after the first colon. */
export interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}

/**
 * The credentials in an `Authorization: Basic` header; undefined when there is no header, or when user and password are
 * both empty, which is how some clients say "anonymous".
 *
 * @throws UnauthenticatedError when the header is anything other than well-formed Basic
 * @see RFC 7617 section 2
 */
export function readBasicCredentials(header: string | undefined): BasicCredentials | undefined {
  if (header === undefined || header === "") return undefined;
  const [scheme = "", encoded = "", ...rest] = header.trim().split(/ +/);
  if (scheme.toLowerCase() !== "basic") {
    throw new UnauthenticatedError(
      "the Authorization header is not of the Basic scheme: send Basic base64(username:password)",
    );
  }
  const decoded = rest.length === 0 ? decodeStrictly(encoded) : undefined;
  if (decoded === undefined) {
    throw new UnauthenticatedError("the Basic credentials are malformed: send base64 of username:password in UTF-8");
  }
  const colon = decoded.indexOf(":");
  if (colon === -1) {
    throw new UnauthenticatedError(
      "the Basic credentials are malformed: there is no colon between username and password",
    );
  }
  const credentials = { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
  return credentials.username === "" && credentials.password === "" ? undefined : credentials;
}

/** Decodes base64 and UTF-8; undefined for any error, where Node would skip stray characters and replace bad bytes. */
function decodeStrictly(encoded: string): string | undefined {
  const bytes = Buffer.from(encoded, "base64");
  const canonical = bytes.toString("base64");
  const isCanonical = encoded === canonical || encoded === canonical.replace(/=+$/, "");
  if (encoded === "" || !isCanonical) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
