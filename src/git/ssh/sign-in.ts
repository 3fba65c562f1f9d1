/** How the client of one connection shows who it is: with an access token as the password, or with an SSH key. */
import type { Logger } from "pino";
import type { AuthContext, PasswordAuthContext, PublicKeyAuthContext } from "ssh2";
import type { AuditLog } from "../../audit/audit-log.ts";
import { formsOf } from "../../audit/clean-text.ts";
import { authenticateSshKey, identifySshKey, type SshKeyServices } from "../../authentication/authenticate-ssh-key.ts";
import {
  authenticateTokenPassword,
  isMeantAsToken,
  type TokenPasswordServices,
} from "../../authentication/authenticate-token-password.ts";
import { failedCredential } from "../../authentication/failed-credential.ts";
import type { Sender } from "../../authentication/sender.ts";
import type { AnswerFailure } from "../../http/error-handler.ts";
import type { IdSource } from "../../ids.ts";
import type { SignedInPrincipal } from "../../principals/principal.ts";
import { attempt } from "./channel-end.ts";
import { isProven, readOfferedKey } from "./offered-key.ts";

/** So many wrong passwords end a connection. */
const MAXIMUM_FAILURES = 6;

/** More requests than any client makes that offers one key after the other. */
const MAXIMUM_REQUESTS = 100;

/** The services that it needs. */
export interface SignInServices extends TokenPasswordServices, SshKeyServices {
  readonly log: Pick<Logger, "error" | "info" | "warn">;
  readonly audit: AuditLog | undefined;
  readonly ids: IdSource;
  readonly answerFailure: AnswerFailure<string>;
}

/** The sign-in of one connection. */
export class SignIn {
  readonly #services: SignInServices;
  readonly #sender: Pick<Sender, "address" | "client">;
  readonly #giveUp: () => void;
  #authenticate: (() => Promise<SignedInPrincipal>) | undefined;
  #requests = 0;
  #failures = 0;

  /** @param giveUp ends the connection */
  constructor(services: SignInServices, sender: Pick<Sender, "address" | "client">, giveUp: () => void) {
    this.#services = services;
    this.#sender = sender;
    this.#giveUp = giveUp;
  }

  /** Finds out anew whose token or key was accepted; undefined until one was, whatever was offered. */
  get authenticate(): (() => Promise<SignedInPrincipal>) | undefined {
    return this.#authenticate;
  }

  /** Answers one request. A key that is refused counts as no failure: clients offer one after the other. */
  async answer(context: AuthContext): Promise<void> {
    this.#requests += 1;
    if (this.#failures >= MAXIMUM_FAILURES) return;
    if (this.#requests > MAXIMUM_REQUESTS) return this.#giveUp();
    if (context.method === "publickey") return await this.#answerKey(context);
    // The password in a request to change it is no text.
    if (context.method !== "password" || typeof context.password !== "string") return refuse(context);
    await this.#answerPassword(context);
  }

  /** Whoever offers a key, which anybody can, hears whether it would do. The client is that user once it has signed with it. */
  async #answerKey(context: PublicKeyAuthContext): Promise<void> {
    const offered = readOfferedKey(context);
    if (offered === undefined) return refuse(context);
    const authenticate = () => authenticateSshKey(this.#services, offered, this.#sender);
    try {
      await identifySshKey(this.#services, offered, this.#sender);
      if (offered.proof === undefined) return acceptOffer(context);
      if (!isProven(offered)) return refuse(context);
      await authenticate();
    } catch (thrown) {
      return this.#refuseKey(context, thrown);
    }
    this.#authenticate = authenticate;
    attempt(() => context.accept());
  }

  #refuseKey(context: PublicKeyAuthContext, thrown: unknown): void {
    const { ids, answerFailure, log } = this.#services;
    answerFailure(thrown, ids.uuid());
    const failed = failedCredential(thrown);
    if (failed === undefined) {
      // A fault of ours: it must not look like a key that is not known.
      this.#giveUp();
      return;
    }
    // Not for the audit log, since nobody has shown that the key is theirs. ssh tells its user no reason.
    const { actor, tokenId, message: reason } = failed;
    if (actor !== undefined || tokenId !== undefined)
      log.info({ ip: this.#sender.address, userId: actor?.userId, tokenId, reason }, "an SSH key was refused");
    refuse(context);
  }

  async #answerPassword(context: PasswordAuthContext): Promise<void> {
    const { password } = context;
    const authenticate = () => authenticateTokenPassword(this.#services, password, this.#sender);
    try {
      await authenticate();
    } catch (thrown) {
      return this.#fail(context, thrown);
    }
    this.#authenticate = authenticate;
    attempt(() => context.accept());
  }

  #fail(context: PasswordAuthContext, thrown: unknown): void {
    const { audit, ids, answerFailure } = this.#services;
    const requestId = ids.uuid();
    answerFailure(thrown, requestId);
    const failed = failedCredential(thrown);
    if (failed === undefined) {
      // A fault of ours: it must not look like a wrong password.
      this.#giveUp();
      return;
    }
    const { username, password } = context;
    audit?.tell({
      ...failed,
      event: "sign_in.failed",
      credential: isMeantAsToken(password, this.#services) ? "access_token" : "password",
      door: "git",
      presented: formsOf(password, username),
      origin: { ...this.#sender, requestId },
    });
    this.#failures += 1;
    if (this.#failures >= MAXIMUM_FAILURES) this.#giveUp();
    else refuse(context);
  }
}

/** ssh2 answers with the type of the key; some clients look for the name of the signature that they asked about. */
function acceptOffer(context: PublicKeyAuthContext): void {
  if (context.hashAlgo !== undefined) context.key.algo = `rsa-sha2-${context.hashAlgo.replace("sha", "")}`;
  attempt(() => context.accept());
}

function refuse(context: AuthContext): void {
  attempt(() => context.reject(["publickey", "password"]));
}
