/** Asks the registry about one thing, with a registry token of Keyside's own, within a time that all the questions share. */
import pLimit, { type LimitFunction } from "p-limit";
import { ask, type Reply } from "../http/ask.ts";
import { type RegistryAccess, signRegistryToken } from "../signing/registry-jwt.ts";
import type { RegistryServices } from "./image-services.ts";

/** Why the registry gave nothing: it does not answer, does not accept Keyside's token, or answers like no registry. */
export type RegistrySilence = "silent" | "refused" | "strange";

/** What the registry said, or why it said nothing. */
export type RegistryAnswer<Value> =
  | { readonly kind: "told"; readonly value: Value }
  | { readonly kind: "missing" }
  | { readonly kind: RegistrySilence };

/** Of whom a session is, and what it may do. */
export interface RegistrySessionOptions {
  /** The `sub` of the token: whom the registry names in its reports. */
  readonly subject: string;
  readonly access: readonly RegistryAccess[];
  /** How long all of it may take, in milliseconds. */
  readonly limitMs: number;
  /** Ends it earlier. */
  readonly signal?: AbortSignal;
}

/** A request, below `/v2/`. */
export interface RegistryQuestion {
  readonly method?: "GET" | "HEAD" | "DELETE";
  readonly path: string;
  readonly accept?: string;
  readonly limitBytes?: number;
}

/** How many questions of one session are on their way at once. */
const AT_ONCE = 8;

/** A session; what is asked when its time is over has no answer. */
export class RegistrySession {
  /** The `jti` of its token. */
  readonly tokenId: string;
  readonly #services: RegistryServices;
  readonly #token: string;
  readonly #turns: LimitFunction = pLimit(AT_ONCE);
  readonly #end: AbortSignal;

  constructor(services: RegistryServices, { subject, access, limitMs, signal }: RegistrySessionOptions) {
    const { registry, signingKeys, clock, ids } = services;
    this.#services = services;
    this.tokenId = ids.uuid();
    this.#end = AbortSignal.any([AbortSignal.timeout(limitMs), ...(signal === undefined ? [] : [signal])]);
    this.#token = signRegistryToken({
      key: signingKeys.current(),
      issuer: registry.issuer,
      audience: registry.service,
      subject,
      access,
      issuedAt: clock.now(),
      lifetimeSeconds: registry.tokenTtlSeconds,
      tokenId: this.tokenId,
    });
  }

  /** The registry's reply to a question; a redirect, as to where blobs are stored, is followed once and without the token. */
  async ask({ method = "GET", path, accept, limitBytes }: RegistryQuestion): Promise<Reply> {
    const bounds = { signal: this.#end, ...(limitBytes !== undefined && { limitBytes }) };
    const headers = { Authorization: `Bearer ${this.#token}`, ...(accept !== undefined && { Accept: accept }) };
    return await this.#turns(() =>
      this.#services.registryTurns(async () => {
        const reply = await ask(`${this.#services.registry.internalUrl}/v2/${path}`, { method, headers, ...bounds });
        const elsewhere = method === "GET" ? redirectOf(reply) : undefined;
        return elsewhere === undefined ? reply : await ask(elsewhere, bounds);
      }),
    );
  }
}

function redirectOf(reply: Reply): string | undefined {
  if (!reply.answered || ![302, 303, 307, 308].includes(reply.status)) return undefined;
  const location = reply.headers.get("location") ?? "";
  return /^https?:\/\//.test(location) && URL.canParse(location) ? location : undefined;
}

/** Why a reply that is not the one hoped for has nothing. @see OCI distribution specification, "Error Codes" */
export function silenceOf(reply: Reply): { readonly kind: RegistrySilence | "missing" } {
  if (!reply.answered || reply.status >= 500 || reply.status === 429) return { kind: "silent" };
  if (reply.status === 401 || reply.status === 403) return { kind: "refused" };
  return { kind: reply.status === 404 ? "missing" : "strange" };
}
