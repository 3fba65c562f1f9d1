/** How the client of one connection shows who it is: with an access token as the password. */
import type { AuthContext, PasswordAuthContext } from "ssh2";
import type { AuditLog } from "../../audit/audit-log.ts";
import { formsOf } from "../../audit/clean-text.ts";
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

/** So many wrong passwords end a connection. */
const MAXIMUM_FAILURES = 6;

/** More requests than any client makes that offers one key after the other. */
const MAXIMUM_REQUESTS = 100;

/** The services that it needs. */
export interface SignInServices extends TokenPasswordServices {
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

  /** Finds out anew whose token was accepted; undefined until one was, whatever was offered. */
  get authenticate(): (() => Promise<SignedInPrincipal>) | undefined {
    return this.#authenticate;
  }

  /**
   * Answers one request. Only `password` is a method here; what else is offered, keys first of all, is refused and counts as no
   * failure.
   */
  async answer(context: AuthContext): Promise<void> {
    this.#requests += 1;
    if (this.#failures >= MAXIMUM_FAILURES) return;
    if (this.#requests > MAXIMUM_REQUESTS) return this.#giveUp();
    // The password in a request to change it is no text.
    if (context.method !== "password" || typeof context.password !== "string") return refuse(context);
    await this.#answerPassword(context);
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

function refuse(context: AuthContext): void {
  attempt(() => context.reject(["password"]));
}
