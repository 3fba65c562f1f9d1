/** The file with the operator's token, which the command line on the server's own machine works with. */
import { mkdir, rename } from "node:fs/promises";
import { hostname } from "node:os";
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { type OperatorTokenState, updateOperatorToken } from "../access-tokens/update-operator-token.ts";
import { ConfigurationError } from "../errors.ts";
import { readTextFileIfPresent, systemCode, writeSecret } from "../files.ts";
import type { Container } from "./container.ts";

const NOBODY =
  "there is no operator's token: the first administrator is deleted, blocked or no administrator any more; " +
  "set KEYSIDE_TOKEN to a token of another one";

/** Where a secret lies from before the commit of its token until after it: a start that is cut off loses nothing. */
const pendingFile = (file: string) => `${file}.new`;

/**
 * Makes or renews the operator's token inside the caller's transaction; `keepOperatorSecret` is to be called after it.
 *
 * @see updateOperatorToken for `mode`
 */
export async function prepareOperatorToken(
  em: SqlEntityManager,
  container: Container,
  mode: "renew" | "make" | "take",
): Promise<OperatorTokenState> {
  const file = container.config.operatorTokenFile;
  const secrets = [file, pendingFile(file)].map((path) => readTextFileIfPresent(path)?.trim());
  const held = secrets.filter((secret) => secret !== undefined);
  const state = await updateOperatorToken(em, container, { held, mode, place: `${file} on ${hostname()}` });
  if ("secret" in state && state.secret !== held[0]) await writeSecret(pendingFile(file), state.secret);
  return state;
}

/** Puts the secret of a token that was made into its place, once the transaction is committed. */
export async function keepOperatorSecret({ config, log }: Container, state: OperatorTokenState): Promise<void> {
  const file = config.operatorTokenFile;
  switch (state.kind) {
    case "made":
    case "kept":
      if (readTextFileIfPresent(file)?.trim() !== state.secret) await moveIntoPlace(file);
      break;
    case "elsewhere":
      log.warn(
        { token: state.description },
        "the operator's token of this database is in another data directory: `keyside operator-token` makes it anew here",
      );
      break;
    case "nobody":
      log.warn(NOBODY);
      break;
  }
}

/** Another process that starts on the same data directory may have moved it already. */
async function moveIntoPlace(file: string): Promise<void> {
  try {
    await rename(pendingFile(file), file);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}

/** The chore: replaces the operator's token before it ends, if it does and this data directory holds it. */
export async function renewOperatorToken(container: Container): Promise<void> {
  if (container.tokenSettings.maxLifetimeDays === undefined) return;
  const state = await container.database.transaction((em) => prepareOperatorToken(em, container, "renew"));
  if (state.kind === "made") await keepOperatorSecret(container, state);
}

/**
 * Makes the operator's token anew in this data directory, unless it is here; the one in another directory ends.
 *
 * @throws ConfigurationError when the first administrator is none any more
 */
export async function takeOperatorToken(container: Container): Promise<void> {
  await mkdir(container.config.dataDir, { recursive: true, mode: 0o700 });
  const state = await container.database.transaction((em) => prepareOperatorToken(em, container, "take"));
  if (state.kind === "nobody") throw new ConfigurationError(NOBODY);
  await keepOperatorSecret(container, state);
}
