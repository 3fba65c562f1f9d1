/** Checks that the service and the registry answer, and that the registry sends its clients to the service. */

import { bearerParameters } from "../http/challenge.ts";
import { REALM_PATH } from "../links.ts";
import { describeReply, quoted } from "./describe-reply.ts";
import type { ExaminedPair } from "./examined-pair.ts";
import { StepFailure } from "./failure.ts";

/** @throws StepFailure when nothing answers, or something that is not a service that is ready */
export async function checkService({ service: { reachedAt }, ask }: ExaminedPair): Promise<void> {
  const reply = await ask(`${reachedAt}/-/readiness`);
  if (!reply.answered) {
    throw new StepFailure(
      `host not reachable: ${reachedAt}: ${reply.why}; is Keyside running, and is KEYSIDE_URL its URL?`,
    );
  }
  if (reply.status !== 200) throw new StepFailure(`Keyside at ${reachedAt} is not ready: ${describeReply(reply)}`);
}

/**
 * The service that the registry's challenge names, beside the realm of ours.
 *
 * @throws StepFailure when there is no registry, it has no token auth, or its realm is not this service
 */
export async function checkChallenge(pair: ExaminedPair): Promise<string> {
  const { registry, service, place, ask } = pair;
  const reply = await ask(`${registry.reachedAt}/v2/`);
  if (!reply.answered) {
    throw new StepFailure(
      `host not reachable: ${registry.reachedAt}: ${reply.why}; is the registry running, and is ${WHOSE_URL[place]}?`,
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
      `${registry.reachedAt} is not a registry, or one with another kind of auth: /v2/ answers ${reply.status}, its ` +
        `challenge is ${quoted(challenge)}; see REGISTRY_URL, and \`keyside registry-config\` for the auth section that it needs`,
    );
  }
  const realm = parameters.get("realm") ?? "";
  const wanted = service.url + REALM_PATH;
  if (realm.replace(/\/$/, "") !== wanted) {
    throw new StepFailure(
      `realm wrong: the registry's auth.token.realm is ${quoted(realm)}${await describeUnreachable(pair, realm)}; it ` +
        `should be ${wanted}: correct it and restart the registry, or correct KEYSIDE_URL`,
    );
  }
  return parameters.get("service") ?? "";
}

/** What the address of the registry comes from. */
const WHOSE_URL: Readonly<Record<ExaminedPair["place"], string>> = {
  "among clients": "REGISTRY_URL its URL",
  "in the service":
    "that where Keyside itself reaches it (REGISTRY_INTERNAL_URL, or REGISTRY_URL where that is not set; inside a container, " +
    "localhost is the container)",
};

/** Undefined where there is no Bearer challenge, or none that follows the grammar. */
function readBearerChallenge(headers: Headers): ReadonlyMap<string, string> | undefined {
  try {
    return bearerParameters(headers.get("www-authenticate") ?? "");
  } catch {
    return undefined;
  }
}

async function describeUnreachable({ place, ask }: ExaminedPair, realm: string): Promise<string> {
  if (!URL.canParse(realm)) return ", which is no URL";
  if (place === "in the service") return "";
  const reply = await ask(realm);
  return reply.answered ? "" : ` (host not reachable: ${reply.why})`;
}
