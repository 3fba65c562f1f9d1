/** Reads what Git clients send over HTTP: credentials, the protocol's version, and the body as a stream. Decides nothing. */
import type { IncomingMessage } from "node:http";
import { createGunzip } from "node:zlib";
import type { Context } from "koa";
import { authenticateAccessToken } from "../authentication/authenticate-access-token.ts";
import { authenticateBasic } from "../authentication/authenticate-basic.ts";
import type { AuthenticationServices } from "../authentication/authentication-services.ts";
import type { Sender } from "../authentication/sender.ts";
import { MalformedBodyError, UnsupportedMediaTypeError } from "../errors.ts";
import type { GitService } from "../git-repositories/git-process.ts";
import { readBasicCredentials } from "../http/basic-credentials.ts";
import { ANONYMOUS, type Principal } from "../principals/principal.ts";

/** A credential as it was sent. */
export type GitCredential =
  | { readonly kind: "none" }
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | { readonly kind: "token"; readonly secret: string };

/**
 * The credential of a request: `PRIVATE-TOKEN`, or Bearer, or Basic.
 *
 * @throws UnauthenticatedError when the header Authorization is malformed
 */
export function readCredential(ctx: Context): GitCredential {
  const header = ctx.get("PRIVATE-TOKEN");
  if (header !== "") return { kind: "token", secret: header };
  const authorization = ctx.get("Authorization");
  const [, secret] = /^bearer +(\S+)$/i.exec(authorization.trim()) ?? [];
  if (secret !== undefined) return { kind: "token", secret };
  const basic = readBasicCredentials(authorization);
  return basic === undefined ? { kind: "none" } : { kind: "basic", ...basic };
}

/** Finds out whose credential it is. @throws what authenticating throws */
export async function authenticate(
  services: AuthenticationServices,
  credential: GitCredential,
  sender: Sender,
): Promise<Principal> {
  switch (credential.kind) {
    case "none":
      return ANONYMOUS;
    case "basic":
      return await authenticateBasic(services, credential, sender);
    case "token":
      return await authenticateAccessToken(services, credential.secret, sender);
  }
}

/** @see git `Documentation/gitprotocol-v2.txt` */
const PROTOCOL = /^[a-z]+=[0-9a-z]+(?::[a-z]+=[0-9a-z]+)*$/;
const MAXIMUM_PROTOCOL_BYTES = 100;

/** The protocol that a client asks for, in its own words; undefined for none, and for words that break the grammar. */
export function readProtocol(text: string | undefined): string | undefined {
  if (text === undefined || text.length > MAXIMUM_PROTOCOL_BYTES) return undefined;
  return PROTOCOL.test(text) ? text : undefined;
}

/** Whether the highest version that a client asks for is 2. */
export function isVersion2(protocol: string | undefined): boolean {
  return protocol?.split(":").includes("version=2") === true;
}

/**
 * Demands the form in which a service is spoken to.
 *
 * @throws UnsupportedMediaTypeError naming the form wanted
 */
export function requireGitBody(ctx: Context, service: GitService): void {
  const wanted = `application/x-git-${service}-request`;
  if (ctx.get("Content-Type") !== wanted) {
    throw new UnsupportedMediaTypeError(`Content-Type is ${shown(ctx.get("Content-Type"))}: send ${wanted}`);
  }
  const encoding = ctx.get("Content-Encoding").toLowerCase();
  if (!["", "identity", "gzip", "x-gzip"].includes(encoding)) {
    throw new UnsupportedMediaTypeError(`Content-Encoding is ${shown(encoding)}: send gzip, or nothing`);
  }
}

function shown(value: string): string {
  return JSON.stringify(value.slice(0, 100));
}

/**
 * The body of a request, unpacked. Reading it fails where the client hangs up; what is not read of it holds the client back.
 *
 * @throws MalformedBodyError while it is read, when it cannot be unpacked
 */
export function bodyOf({ req }: Context): AsyncIterable<Uint8Array> {
  const encoding = (req.headers["content-encoding"] ?? "").toLowerCase();
  return encoding.endsWith("gzip") ? unpack(req) : req.iterator({ destroyOnReturn: false });
}

async function* unpack(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  // No pipeline: that would end the connection with the unpacking, and the client would not read why.
  const unpacked = request.pipe(createGunzip());
  const onCut = (error?: Error) => unpacked.destroy(error ?? new Error("the client hung up"));
  request.once("error", onCut).once("close", () => {
    if (!request.complete) onCut();
  });
  try {
    yield* unpacked;
  } catch (error) {
    if (!isAboutPacking(error)) throw error;
    throw new MalformedBodyError("the body cannot be unpacked", {
      cause: error,
    });
  }
}

/** The codes of zlib's own errors begin so. */
function isAboutPacking(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code?.startsWith("Z_") === true;
}
