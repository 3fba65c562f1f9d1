/**
 * Examines a running pair of service and registry: plays what Docker clients do with a throw-away token, step by step, and
 * names the cause of the first thing that fails.
 */
import { REALM_PATH } from "../../registry/token.routes.ts";
import type { KeysideClient } from "../keyside-client.ts";
import {
  ask,
  bearerChallenge,
  digestOf,
  manifestOf,
  type RegistryTokenContents,
  type Reply,
  RepositoryProbe,
  requestToken,
} from "./registry-probe.ts";
import { makeThrowAwayProject, type ThrowAwayProject } from "./throw-away-project.ts";
import { type KnownRegistryAuth, whyRefused } from "./why-refused.ts";

/** What is examined. */
export interface Patient {
  /** As clients reach it. */
  readonly serviceUrl: string;
  readonly registryUrl: string;
  readonly client: KeysideClient;
  /** The registry's configuration, where it can be read. */
  readonly registryAuth: KnownRegistryAuth | undefined;
}

/** One step: what was tried, and the cause if it failed. */
export interface Finding {
  readonly step: string;
  readonly cause: string | undefined;
}

/** The cause of a failure, in words. */
class Failure extends Error {}

const TAG = "doctor";
const LAYER = "keyside doctor";
const CONFIG = "{}";

/** Examines; the last finding is the one that failed, if any did. */
export async function* diagnose(patient: Patient): AsyncGenerator<Finding> {
  const { serviceUrl, registryUrl, client } = patient;
  const run = async <Result>(step: string, work: () => Promise<Result>): Promise<[Finding, Result | undefined]> => {
    try {
      return [{ step, cause: undefined }, await work()];
    } catch (error) {
      if (error instanceof Failure) return [{ step, cause: error.message }, undefined];
      throw error;
    }
  };

  const [reachable, ready] = await run(`Keyside answers at ${serviceUrl}`, () => checkService(serviceUrl));
  yield reachable;
  if (ready === undefined) return;

  const [challenged, challenge] = await run(`the registry at ${registryUrl} sends its clients to Keyside`, () =>
    checkChallenge(registryUrl, serviceUrl),
  );
  yield challenged;
  if (challenge === undefined) return;

  const project = await makeThrowAwayProject(client);
  try {
    const session = { patient, challenge, project };
    for (const [step, work] of STEPS) {
      const [finding] = await run(step, () => work(session));
      yield finding;
      if (finding.cause !== undefined) return;
    }
  } finally {
    await project.remove();
  }
}

interface Challenge {
  readonly realm: string;
  readonly service: string;
}

interface Session {
  readonly patient: Patient;
  readonly challenge: Challenge;
  readonly project: ThrowAwayProject;
}

const STEPS: readonly (readonly [string, (session: Session) => Promise<void>])[] = [
  ["a token logs in", logIn],
  ["it pushes an image", push],
  ["it pulls the image", pull],
  ["it mounts a layer from another repository", mount],
  ["an administrator lists the catalog", listCatalog],
  ["it deletes the image", deleteImage],
];

async function checkService(serviceUrl: string): Promise<true> {
  const reply = await ask(`${serviceUrl}/-/readiness`);
  if (!reply.answered) throw new Failure(`host not reachable: ${serviceUrl}: ${reply.why}; see KEYSIDE_URL`);
  if (reply.status !== 200) throw new Failure(`${serviceUrl}/-/readiness answers ${reply.status}: ${reply.body}`);
  return true;
}

async function checkChallenge(registryUrl: string, serviceUrl: string): Promise<Challenge> {
  const reply = await ask(`${registryUrl}/v2/`);
  if (!reply.answered) throw new Failure(`host not reachable: ${registryUrl}: ${reply.why}; see REGISTRY_URL`);
  if (reply.status === 200) {
    throw new Failure(
      "registry without auth: it lets everybody in; add the section of `keyside registry-config` to it",
    );
  }
  const parameters = reply.status === 401 ? bearerChallenge(reply.headers) : undefined;
  if (parameters === undefined) {
    const challenge = reply.headers.get("www-authenticate") ?? "none";
    throw new Failure(
      `no registry, or one with another kind of auth: it answers ${reply.status}, its challenge is ${challenge}`,
    );
  }
  const [realm = "", service = ""] = [parameters.get("realm"), parameters.get("service")];
  const wanted = serviceUrl + REALM_PATH;
  if (realm.replace(/\/$/, "") !== wanted) {
    const unreachable = await describeUnreachable(realm);
    throw new Failure(`realm wrong: the registry's auth.token.realm is ${realm}${unreachable}; it should be ${wanted}`);
  }
  return { realm, service };
}

async function describeUnreachable(realm: string): Promise<string> {
  const reply = URL.canParse(realm) ? await ask(realm) : undefined;
  return reply?.answered === true ? "" : ", where nothing answers";
}

async function logIn({ patient, challenge, project }: Session): Promise<void> {
  const token = await getToken(challenge, [], project.secret);
  const reply = await ask(`${patient.registryUrl}/v2/`, { headers: { Authorization: `Bearer ${token.raw}` } });
  if (reply.answered && reply.status === 200) return;
  if (!reply.answered || reply.status !== 401) throw new Failure(describe(reply));
  const date = reply.headers.get("date");
  throw new Failure(
    whyRefused(token, {
      registryDate: date === null ? undefined : new Date(date),
      auth: patient.registryAuth,
      service: challenge.service,
    }),
  );
}

async function push(session: Session): Promise<void> {
  const repository = await open(session, "image", "pull,push");
  expectStatus(await repository.pushBlob(CONFIG), 201);
  expectStatus(await repository.pushBlob(LAYER), 201);
  expectStatus(await repository.putManifest(TAG, manifestOf(CONFIG, LAYER)), 201);
}

async function pull(session: Session): Promise<void> {
  const repository = await open(session, "image", "pull");
  expectStatus(await repository.getManifest(TAG), 200);
}

async function mount(session: Session): Promise<void> {
  const { project } = session;
  const repository = await open(session, "other", "pull,push", `repository:${project.path}/image:pull`);
  expectStatus(await repository.mount(digestOf(LAYER), `${project.path}/image`), 201);
}

async function listCatalog({ patient, challenge, project }: Session): Promise<void> {
  const token = await getToken(challenge, ["registry:catalog:*"], project.catalogSecret);
  const reply = await ask(`${patient.registryUrl}/v2/_catalog`, { headers: { Authorization: `Bearer ${token.raw}` } });
  expectStatus(reply, 200);
}

async function deleteImage(session: Session): Promise<void> {
  const repository = await open(session, "image", "delete");
  const reply = await repository.deleteManifest(digestOf(manifestOf(CONFIG, LAYER)));
  if (reply.answered && reply.status === 405) {
    throw new Failure("the registry does not delete: its storage.delete.enabled is not true");
  }
  expectStatus(reply, 202);
}

async function open(
  { patient, challenge, project }: Session,
  name: string,
  actions: string,
  ...others: string[]
): Promise<RepositoryProbe> {
  const repository = `${project.path}/${name}`;
  const token = await getToken(challenge, [`repository:${repository}:${actions}`, ...others], project.secret);
  return new RepositoryProbe(patient.registryUrl, repository, token);
}

async function getToken(
  challenge: Challenge,
  scopes: readonly string[],
  secret: string,
): Promise<RegistryTokenContents> {
  const token = await requestToken(challenge.realm, { service: challenge.service, scopes, secret });
  if (!("refused" in token)) return token;
  const { refused } = token;
  if (refused.answered && refused.status === 400) {
    const service = JSON.stringify(challenge.service);
    throw new Failure(
      `service differs: the registry's auth.token.service is ${service}, and the token endpoint says: ${firstMessage(refused.body)}`,
    );
  }
  throw new Failure(`the token endpoint ${challenge.realm} gives no token: ${describe(refused)}`);
}

function expectStatus(reply: Reply, status: number): void {
  if (!reply.answered || reply.status !== status) throw new Failure(describe(reply));
}

function describe(reply: Reply): string {
  return reply.answered
    ? `it answers ${reply.status}: ${firstMessage(reply.body)}`
    : `host not reachable: ${reply.why}`;
}

/** The first message in an error body of the registry's form, or the beginning of whatever it is. */
function firstMessage(body: string): string {
  try {
    const { errors } = JSON.parse(body) as { errors: { message: string }[] };
    return errors[0]?.message ?? body.slice(0, 200);
  } catch {
    return body.slice(0, 200);
  }
}
