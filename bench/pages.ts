/** The pages that people look at, where there is much to show; and what the token endpoint's callers feel of their readers. */
import { makeImage } from "../test/support/images.ts";
import { StubRegistry } from "../test/support/stub-registry.ts";
import { measureBeside } from "./beside.ts";
import { casesOf, type Question } from "./cases.ts";
import { Client } from "./load/client.ts";
import { measure } from "./measure.ts";
import type { Row } from "./report.ts";
import { httpRequest } from "./requests.ts";
import { LISTED_PROJECT, seed } from "./seed.ts";
import { LISTED_REPOSITORY, MANY, seedPages } from "./seed-pages.ts";
import { directoriesIn, ROOT_PASSWORD, type Server, startKeyside } from "./service.ts";
import { type Setting, withServers } from "./setting.ts";

const PROJECTS = 100;

/** One person reads, and waits for each page. */
const READING = { rounds: 3, roundMs: 2000, warmUpMs: 500 };

/** How many pages a second are read beside the token endpoint, one of each kind in turn. */
const PAGES_PER_SECOND = 2;

const TAGS = 50;

const PROJECT = `/${LISTED_PROJECT.path}`;

/** The pages, by what they show. */
const PAGES: Readonly<Record<string, string>> = {
  "start page": "/",
  "overview of a project": PROJECT,
  [`access tokens, 50 of ${MANY.tokens}`]: `${PROJECT}/-/settings/access_tokens`,
  [`activity, 50 of ${MANY.events} events`]: `${PROJECT}/-/activity`,
  [`images, 50 of ${MANY.repositories} repositories`]: `${PROJECT}/-/container_registry`,
  [`tags, ${TAGS} asked of the registry`]: `${PROJECT}/-/container_registry/${LISTED_REPOSITORY}`,
  "all access tokens of the instance": "/admin/access_tokens",
};

/** The rows of the pages. */
export const PAGE_NAMES = Object.keys(PAGES).map(pageName);

/** The rows that the token endpoint has alone, and beside readers. */
export const TOKENS_ALONE = "PostgreSQL: repeated, at 500/s, while nobody reads pages";
export const TOKENS_BESIDE = `PostgreSQL: repeated, at 500/s, while ${PAGES_PER_SECOND} pages a second are read`;

function pageName(what: string): string {
  return `page: ${what}`;
}

/** Measures each page, and the token endpoint with readers and without; a row for each. */
export function measurePages({ client, directory, postgres, say }: Setting): Promise<Row[]> {
  return withServers(async (started) => {
    say(`pages: making ${MANY.tokens} tokens, ${MANY.events} events and ${MANY.repositories} repositories`);
    const url = await postgres.createDatabase("pages");
    const registry = await StubRegistry.start();
    const places = { DATABASE_URL: url, REGISTRY_INTERNAL_URL: registry.url };
    const environment = { ...directoriesIn(directory, "pages"), ...places };
    const image = makeImage({ architecture: "amd64", os: "linux" });
    for (let tag = 0; tag < TAGS; tag += 1) registry.put(LISTED_REPOSITORY, `v${tag}`, image);
    const readers = new Client();
    try {
      const tokens = await seed(environment, PROJECTS);
      await seedPages(environment);
      const server = await started(startKeyside(environment));
      const cookie = await signIn(server);
      const pages = Object.entries(PAGES).map(([what, path]): Question => {
        const requests = [httpRequest("GET", path, [`Cookie: ${cookie}`, "Accept: text/html"])];
        return { what: pageName(what), requests, statuses: [200], connections: 1 };
      });
      say("pages: measuring");
      const cases = casesOf("PostgreSQL", server, pages, postgres.pid);
      const measured = await measure(client, cases, READING);
      const rows = cases.map((one) => ({ name: one.what, ...measured.get(one) }));
      const requests = pages.flatMap((page) => page.requests);
      const order = { port: server.port, requests, statuses: [200], connections: 2, perSecond: PAGES_PER_SECOND };
      const others = (durationMs: number) => readers.carryOut({ ...order, durationMs });
      const names = { alone: TOKENS_ALONE, beside: TOKENS_BESIDE };
      return [...rows, ...(await measureBeside({ client, server, tokens, names, others }))];
    } finally {
      await readers.stop();
      await registry.stop();
    }
  });
}

/** Signs in as the first administrator, and answers the cookie. */
async function signIn({ port }: Server): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/-/sign_in`, {
    method: "POST",
    redirect: "manual",
    headers: { "Sec-Fetch-Site": "same-origin" },
    body: new URLSearchParams({ username: "root", password: ROOT_PASSWORD }),
  });
  const cookie = answer.headers.getSetCookie().find((each) => each.startsWith("keyside="));
  if (answer.status !== 303 || cookie === undefined) throw new Error(`signing in was answered ${answer.status}`);
  return cookie.split(";")[0] ?? "";
}
