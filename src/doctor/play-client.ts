/** Does what Docker clients do with a registry, with the tokens of a throw-away project. */
import type { Reply } from "../http/ask.ts";
import { REALM_PATH } from "../links.ts";
import { digestOf } from "../registry-access/content-digest.ts";
import { describeReply, expectStatus, firstMessage, quoted } from "./describe-reply.ts";
import type { ExaminedPair } from "./examined-pair.ts";
import { StepFailure } from "./failure.ts";
import { manifestOf, RepositoryProbe } from "./repository-probe.ts";
import { type RegistryTokenContents, requestRegistryToken } from "./request-registry-token.ts";
import type { ThrowAwayProject } from "./throw-away-project.ts";
import { whyRefused } from "./why-refused.ts";

/** What the steps work with. */
export interface ClientSession {
  readonly pair: ExaminedPair;
  /** The service that the registry's challenge names. */
  readonly registryService: string;
  readonly project: ThrowAwayProject;
}

/** The steps in their order, each with its name; a step throws StepFailure. */
export const CLIENT_STEPS: readonly (readonly [string, (session: ClientSession) => Promise<void>])[] = [
  ["a token logs in", logIn],
  ["it pushes an image", push],
  ["it pulls the image", pull],
  ["it mounts a layer from another repository", mount],
  ["an administrator lists the catalog", listCatalog],
  ["it deletes the image", deleteImage],
];

const TAG = "doctor";
const LAYER = "keyside doctor";
const CONFIG = "{}";

async function logIn(session: ClientSession): Promise<void> {
  const token = await getToken(session, [], session.project.secret);
  const reply = await askAs(session, token, "/v2/");
  if (!reply.answered || reply.status !== 401) return expectStatus(reply, 200);
  const date = reply.headers.get("date");
  const registryDate = date === null ? undefined : new Date(date);
  throw new StepFailure(
    whyRefused(token, { registryDate, auth: session.pair.known?.auth, service: session.registryService }),
  );
}

async function push(session: ClientSession): Promise<void> {
  const repository = await open(session, "image", "pull,push");
  expectStatus(await repository.pushBlob(CONFIG), 201);
  expectStatus(await repository.pushBlob(LAYER), 201);
  expectStatus(await repository.putManifest(TAG, manifestOf(CONFIG, LAYER)), 201);
}

async function pull(session: ClientSession): Promise<void> {
  const repository = await open(session, "image", "pull");
  expectStatus(await repository.getManifest(TAG), 200);
}

async function mount(session: ClientSession): Promise<void> {
  const source = `${session.project.path}/image`;
  const repository = await open(session, "other", "pull,push", `repository:${source}:pull`);
  const reply = await repository.mount(digestOf(LAYER), source);
  if (reply.answered && reply.status === 202) {
    throw new StepFailure("the registry does not mount: it asks for the layer, which it has, to be uploaded again");
  }
  expectStatus(reply, 201);
}

async function listCatalog(session: ClientSession): Promise<void> {
  const token = await getToken(session, ["registry:catalog:*"], session.project.catalogSecret);
  expectStatus(await askAs(session, token, "/v2/_catalog"), 200);
}

async function deleteImage(session: ClientSession): Promise<void> {
  const repository = await open(session, "image", "delete");
  const reply = await repository.deleteManifest(digestOf(manifestOf(CONFIG, LAYER)));
  if (reply.answered && reply.status === 405) {
    throw new StepFailure(
      "deletes disabled: the registry's storage.delete.enabled is not true; set it so and restart the registry",
    );
  }
  expectStatus(reply, 202);
}

function askAs({ pair }: ClientSession, token: RegistryTokenContents, path: string): Promise<Reply> {
  return pair.ask(pair.registry.reachedAt + path, { headers: { Authorization: `Bearer ${token.raw}` } });
}

async function open(
  session: ClientSession,
  name: string,
  actions: string,
  ...others: string[]
): Promise<RepositoryProbe> {
  const repository = `${session.project.path}/${name}`;
  const token = await getToken(session, [`repository:${repository}:${actions}`, ...others], session.project.secret);
  return new RepositoryProbe(session.pair, repository, token);
}

async function getToken(
  { pair, registryService }: ClientSession,
  scopes: readonly string[],
  secret: string,
): Promise<RegistryTokenContents> {
  const endpoint = pair.service.reachedAt + REALM_PATH;
  const token = await requestRegistryToken(pair.ask, endpoint, { service: registryService, scopes, secret });
  if (!("refused" in token)) return token;
  const { refused } = token;
  if (refused.answered && refused.status === 400) {
    const service = JSON.stringify(quoted(registryService));
    throw new StepFailure(
      `service differs: the registry's auth.token.service is ${service}, and Keyside says: ${firstMessage(refused.body)}; ` +
        "restart what you change",
    );
  }
  throw new StepFailure(`the token endpoint ${endpoint} gives no token: ${describeReply(refused)}`);
}
