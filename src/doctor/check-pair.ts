/** Checks that the service and the registry answer, and that the registry sends its clients to the service. */

import { ask } from "../http/ask.ts";
import { bearerParameters } from "../http/challenge.ts";
import { REALM_PATH } from "../links.ts";
import { describeReply } from "./describe-reply.ts";
import { StepFailure } from "./failure.ts";

/** What the registry tells its clients: where they get a token, and for which service. */
export interface TokenChallenge {
  readonly realm: string;
  readonly service: string;
}

/** @throws StepFailure when nothing answers, or something that is not a service that is ready */
export async function checkService(serviceUrl: string): Promise<void> {
  const reply = await ask(`${serviceUrl}/-/readiness`);
  if (!reply.answered) {
    throw new StepFailure(
      `host not reachable: ${serviceUrl}: ${reply.why}; is Keyside running, and is KEYSIDE_URL its URL?`,
    );
  }
  if (reply.status !== 200) throw new StepFailure(`Keyside at ${serviceUrl} is not ready: ${describeReply(reply)}`);
}

/**
 * The registry's challenge, which names this service's realm.
 *
 * @throws StepFailure when there is no registry, it has no token auth, or its realm is not this service
 */
export async function checkChallenge(registryUrl: string, serviceUrl: string): Promise<TokenChallenge> {
  const reply = await ask(`${registryUrl}/v2/`);
  if (!reply.answered) {
    throw new StepFailure(
      `host not reachable: ${registryUrl}: ${reply.why}; is the registry running, and is REGISTRY_URL its URL?`,
    );
  }
  if (reply.status === 200) {
    throw new StepFailure(
      "registry without auth: it lets everybody in; add the section that `keyside registry-config` prints to its " +
        "config.yml and restart it",
    );
  }
  const parameters = reply.status === 401 ? readBearerChallenge(reply.headers) : undefined;
  if (parameters === undefined) {
    const challenge = reply.headers.get("www-authenticate") ?? "none";
    throw new StepFailure(
      `${registryUrl} is not a registry, or one with another kind of auth: /v2/ answers ${reply.status}, its challenge is ` +
        `${challenge}; see REGISTRY_URL, and \`keyside registry-config\` for the auth section that it needs`,
    );
  }
  const [realm = "", service = ""] = [parameters.get("realm"), parameters.get("service")];
  const wanted = serviceUrl + REALM_PATH;
  if (realm.replace(/\/$/, "") !== wanted) {
    throw new StepFailure(
      `realm wrong: the registry's auth.token.realm is ${realm}${await describeUnreachable(realm)}; it should be ` +
        `${wanted}: correct it and restart the registry, or correct KEYSIDE_URL`,
    );
  }
  return { realm, service };
}

/** Undefined where there is no Bearer challenge, or none that follows the grammar. */
function readBearerChallenge(headers: Headers): ReadonlyMap<string, string> | undefined {
  try {
    return bearerParameters(headers.get("www-authenticate") ?? "");
  } catch {
    return undefined;
  }
}

async function describeUnreachable(realm: string): Promise<string> {
  if (!URL.canParse(realm)) return ", which is no URL";
  const reply = await ask(realm);
  return reply.answered ? "" : ` (host not reachable: ${reply.why})`;
}
