/** What is measured: each case asks one server for one thing, again and again. */
import { makeSecret } from "../src/access-tokens/secret.ts";
import { systemIds } from "../src/ids.ts";
import { DOCKER_AUTH_PATH, DOCKER_AUTH_USER } from "./docker-auth.ts";
import type { Order } from "./load/order.ts";
import { httpRequest, tokenRequest } from "./requests.ts";
import { OPEN_PROJECT, type SeededToken } from "./seed.ts";
import { ROOT_PASSWORD, type Server } from "./service.ts";

/** The requests of a case, and what must come back. */
export interface Question extends Pick<Order, "requests" | "statuses" | "localAddress" | "once"> {
  readonly what: string;
  /** It costs so much on purpose that nobody is answered 500 times a second. */
  readonly isCostly?: boolean;
  /** How many ask at once; as many as ask a busy token endpoint, unless given. */
  readonly connections?: number;
}

/** A question, and whom it is put to. */
export interface Case extends Question {
  readonly name: string;
  readonly server: Server;
  /** The first process of the database's server, where that is another than the service. */
  readonly databasePid?: number | undefined;
}

/** The name of the case that is all others' measure. */
export const BARE = "bare signing limit";

/** What the goals are about. */
export const REPEATED = "project token, repeated";
export const DIFFERENT = "project tokens, all different";
export const ANONYMOUS = "anonymous public pull";

/** An address of this machine's for wrong secrets alone, since it is locked out after some of them. */
const WRONG_ADDRESS = "127.0.0.3";
const WRONG_SECRETS = 1000;

/** Names a case in the table. */
export function nameOf(place: string, what: string): string {
  return `${place}: ${what}`;
}

/** Puts questions to a server. */
export function casesOf(
  place: string,
  server: Server,
  questions: readonly Question[],
  databasePid?: number | undefined,
): Case[] {
  return questions.map((question) => ({ ...question, name: nameOf(place, question.what), server, databasePid }));
}

/** The bare signing server, which answers any request. */
export function bareCase(name: string, server: Server): Case {
  const request = tokenRequest({ secret: makeSecret("kspat-", systemIds), scopes: ["repository:bench/app:pull,push"] });
  return { what: name, name, server, requests: [request], statuses: [200] };
}

/** The process answers, and does nothing else. */
export const LIVENESS: Question = {
  what: "liveness",
  requests: [httpRequest("GET", "/-/liveness")],
  statuses: [200],
};

/** One token, again and again, for its own project. */
export function repeated([token]: readonly SeededToken[]): Question {
  return { what: REPEATED, requests: token === undefined ? [] : [ownProject(token)], statuses: [200] };
}

/** Many tokens in turn, each for a repository that nobody has asked for before: nothing can be given again. */
export function allDifferent(tokens: readonly SeededToken[]): Question {
  return { what: DIFFERENT, requests: tokens.map((token) => ownProject(token, "/r{n}")), statuses: [200] };
}

function ownProject({ secret, project }: SeededToken, below = ""): string {
  return tokenRequest({ secret, scopes: [`repository:${project}${below}:pull,push`] });
}

/** All that a service is asked. */
export function questions(tokens: readonly SeededToken[]): Question[] {
  const [{ secret, project } = { secret: "", project: "" }, other] = tokens;
  const statuses = [200];
  const open = OPEN_PROJECT.path;
  const fiveScopes = [
    ...[`repository:${project}:pull,push`, `repository:${project}/cache:pull,push`],
    ...[`repository:${open}:pull`, `repository:${open}/base:pull`, `repository:${other?.project}:pull`],
  ];
  const wrong = Array.from({ length: WRONG_SECRETS }, () => makeSecret("kspat-", systemIds));
  return [
    repeated(tokens),
    allDifferent(tokens),
    { what: ANONYMOUS, requests: [tokenRequest({ scopes: [`repository:${open}:pull`] })], statuses },
    { what: "login without scope", requests: [tokenRequest({ secret })], statuses },
    { what: "5 scopes over 3 projects", requests: [tokenRequest({ secret, scopes: fiveScopes })], statuses },
    {
      what: "wrong secret",
      requests: wrong.map((each) => tokenRequest({ secret: each })),
      statuses: [401, 429],
      localAddress: WRONG_ADDRESS,
    },
    {
      what: "password",
      requests: [tokenRequest({ username: "root", secret: ROOT_PASSWORD })],
      statuses,
      isCostly: true,
    },
  ];
}

/** What docker_auth is asked. */
export function dockerAuthQuestions(): Question[] {
  const scopes = ["repository:bench/app:pull,push"];
  const own = { username: DOCKER_AUTH_USER, secret: ROOT_PASSWORD, scopes };
  return [
    { what: "anonymous", requests: [tokenRequest({ scopes }, DOCKER_AUTH_PATH)], statuses: [200] },
    { what: "password, bcrypt 5", requests: [tokenRequest(own, DOCKER_AUTH_PATH)], statuses: [200], isCostly: true },
  ];
}
