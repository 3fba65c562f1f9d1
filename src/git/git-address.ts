/** The addresses of Git's protocol below a project's path: what is asked for, and of which project. Reads no header, decides nothing. */
import type { GitService } from "../git-repositories/git-process.ts";
import { isPathComponent, MAXIMUM_PROJECT_DEPTH } from "../namespaces/path.ts";

/**
 * What is asked for; `path` is a project's full path, undefined for one that none can have.
 *
 * `advertise`: the refs, before a fetch or a push. `serve`: the fetch or the push. `lfs`: Git LFS. `project`: the address that
 * people clone from, opened in a browser. `other`: nothing that there is; `outdated` if only an old protocol asks for it.
 */
export type GitAddress =
  | { readonly kind: "advertise" | "serve"; readonly path: string | undefined; readonly service: GitService }
  | { readonly kind: "project"; readonly path: string }
  | { readonly kind: "lfs" }
  | { readonly kind: "other"; readonly outdated: boolean };

const SERVICES: ReadonlyMap<string, GitService> = new Map([
  ["git-upload-pack", "upload-pack"],
  ["git-receive-pack", "receive-pack"],
]);

/** Addresses of the API and of pages, some of which hold names of others' choosing: an image may be called `tool.git`. */
const ELSEWHERE = /^\/api\/|\/-(?:\/|$)/;

/** `/team/app.git`, and what stands below it. */
const WITH_ENDING = /^\/(.+?)\.git(?:\/(.*))?$/;
/** What git asks for below an address without that ending. */
const WITHOUT_ENDING = /^\/(.+)\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/**
 * Reads an address; undefined where it is not Git's.
 *
 * @param query everything after the question mark
 * @see docs/spec/git.md "HTTP"
 */
export function readGitAddress(method: string, pathname: string, query: string): GitAddress | undefined {
  if (ELSEWHERE.test(pathname)) return undefined;
  const [, named = "", below] = WITH_ENDING.exec(pathname) ?? [];
  if (named !== "") return readBelow(method, projectPath(named), below, query);
  const [, plain = "", asked] = WITHOUT_ENDING.exec(pathname) ?? [];
  const path = projectPath(plain);
  // Without the ending it is Git's only where it can be nothing else.
  const address = path === undefined ? undefined : readBelow(method, path, asked, query);
  return address?.kind === "advertise" || address?.kind === "serve" || isOutdated(address) ? address : undefined;
}

function isOutdated(address: GitAddress | undefined): boolean {
  return address?.kind === "other" && address.outdated;
}

function readBelow(method: string, path: string | undefined, below = "", query: string): GitAddress {
  if (below === "" && method === "GET" && path !== undefined) return { kind: "project", path };
  if (below === "info/lfs" || below.startsWith("info/lfs/")) return { kind: "lfs" };
  if (below === "info/refs" && method === "GET") {
    const [service, ...more] = new URLSearchParams(query).getAll("service");
    const known = more.length === 0 ? SERVICES.get(service ?? "") : undefined;
    return known === undefined ? { kind: "other", outdated: true } : { kind: "advertise", path, service: known };
  }
  const service = method === "POST" ? SERVICES.get(below) : undefined;
  return service === undefined ? { kind: "other", outdated: false } : { kind: "serve", path, service };
}

/** A text as a project's full path: of nothing but the letters of one, so that nothing in it is encoded. */
export function projectPath(text: string): string | undefined {
  const segments = text.split("/");
  const isPath = segments.length > 1 && segments.length <= MAXIMUM_PROJECT_DEPTH && segments.every(isPathComponent);
  return isPath ? text : undefined;
}
