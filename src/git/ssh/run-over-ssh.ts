/** Runs the command of one channel: the project's repository is served, or the client is told in a sentence why not. */
import type { Logger } from "pino";
import type { AuthenticationServices } from "../../authentication/authentication-services.ts";
import type { Sender } from "../../authentication/sender.ts";
import { ForbiddenError } from "../../errors.ts";
import type { AnswerFailure } from "../../http/error-handler.ts";
import type { IdSource } from "../../ids.ts";
import type { SignedInPrincipal } from "../../principals/principal.ts";
import { type AuthorizedGit, authorizeGit } from "../authorize.ts";
import { exchangeFailure } from "../exchange-failure.ts";
import { type ServingServices, serveGit } from "../serve-git.ts";
import type { ChannelEnd } from "./channel-end.ts";
import { readCommand, type SshCommand } from "./read-command.ts";

/** The services that a command needs. */
export interface CommandServices extends ServingServices, Pick<AuthenticationServices, "database"> {
  readonly log: Pick<Logger, "error" | "info" | "warn">;
  readonly ids: IdSource;
  readonly answerFailure: AnswerFailure<string>;
}

/** What a client asks for. */
export interface AskedCommand {
  /** As it was sent. */
  readonly text: string;
  /** The protocol that the client asks for, in its own words, which follow the grammar. */
  readonly protocol: string | undefined;
  readonly sender: Pick<Sender, "address" | "client">;
  /** Finds out anew who it is. @throws as authenticating does */
  readonly authenticate: () => Promise<SignedInPrincipal>;
}

/** Runs it to its end. */
export async function runOverSsh(services: CommandServices, asked: AskedCommand, end: ChannelEnd): Promise<void> {
  const { log, ids, answerFailure } = services;
  const requestId = ids.uuid();
  const start = performance.now();
  const command = readCommand(asked.text);
  let code = 1;
  try {
    code = await run(services, { ...asked, command }, end);
  } catch (thrown) {
    end.refuse(answerFailure(thrown, requestId).body.trimEnd());
  }
  const ms = Math.round((performance.now() - start) * 10) / 10;
  // Never the text itself: whatever a client sends may be a secret.
  const { service, path } = command.kind === "serve" ? command : { service: undefined, path: undefined };
  log.info({ requestId, service, path, code, ms, ip: asked.sender.address }, "command over SSH");
}

interface ReadCommand extends AskedCommand {
  readonly command: SshCommand;
}

async function run(
  services: CommandServices,
  { command, protocol, sender, authenticate }: ReadCommand,
  end: ChannelEnd,
): Promise<number> {
  if (command.kind === "refused") throw new ForbiddenError(command.reason);
  const { service, path } = command;
  // 1. May they? The token may have ended since the connection began. Nothing is started, and nothing is made, before that is known.
  const action = service === "upload-pack" ? "fetch" : "push";
  const authorize = (): Promise<AuthorizedGit> => authorizeGit(services, { action, path, sender, authenticate });
  const authorized = await authorize();
  // 2. Git does the work.
  const args = service === "upload-pack" ? ["--strict"] : [];
  const { address } = sender;
  const served = { service, advertises: false, args, protocol, authorized, authorize, address };
  const { outcome, code } = await serveGit(services, served, end);
  if (outcome !== "done") throw exchangeFailure(outcome, service);
  // 3. It is said how it went.
  await end.finish(code ?? 1, services.config.git.idleTimeoutSeconds * 1000);
  return code ?? 1;
}
