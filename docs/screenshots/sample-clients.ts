/** What browsers, docker and registries send, for the sample. */
import { makeImage, makeIndex } from "../../test/support/images.ts";
import type { StubRegistry } from "../../test/support/stub-registry.ts";
import type { ProjectAccessToken, UserWithPassword } from "../../test/support/world.ts";
import { NOTIFICATION_SECRET, type SampleService } from "./sample-service.ts";

/** Signs in to the pages with a browser, which names itself. */
export async function signIn(url: string, { username, password }: UserWithPassword, browser: string): Promise<void> {
  const headers = { "Sec-Fetch-Site": "same-origin", "User-Agent": browser };
  const body = new URLSearchParams({ username, password });
  expectStatus(await fetch(`${url}/-/sign_in`, { method: "POST", headers, body, redirect: "manual" }), 303);
}

/** Signs in to the registry with a password, as docker does, which keeps a refresh token. */
export function signInToRegistry(url: string, { username, password }: UserWithPassword): Promise<void> {
  return askForToken(url, { username, password }, { offline_token: "true", client_id: "docker" }, "10.4.1.5");
}

/** Asks for a registry token to pull with, from an address. */
export function pullsFrom(url: string, token: ProjectAccessToken, address: string): Promise<void> {
  return askForToken(url, token.credentials, { scope: "repository:team/app/web:pull" }, address);
}

/** Asks for a registry token to push with, from an address. */
export function pushesFrom(url: string, token: ProjectAccessToken, address: string): Promise<void> {
  return askForToken(url, token.credentials, { scope: "repository:team/app/web:pull,push" }, address);
}

async function askForToken(
  url: string,
  { username, password }: { readonly username: string; readonly password: string },
  question: Readonly<Record<string, string>>,
  address: string,
): Promise<void> {
  const query = new URLSearchParams({ service: "container_registry", ...question });
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  const headers = { authorization, "X-Forwarded-For": address, "User-Agent": "docker/27.3.1 go/go1.22.7" };
  expectStatus(await fetch(`${url}/jwt/auth?${query}`, { headers }), 200);
}

/** Reports uses of an image by a token's bot, as the registry does. `moment`: ISO 8601. */
export async function reportUses(
  { url, root, registry }: SampleService,
  token: ProjectAccessToken,
  action: "pull" | "push",
  count: number,
  tag: string,
  moment: string,
): Promise<void> {
  const { username } = (await root.get(`/users/${token.userId}`)).body;
  const digest = imageIn(registry, tag, moment);
  const events = Array.from({ length: count }, (_, place) => ({
    id: `${token.id}-${action}-${moment}-${place}`,
    timestamp: moment,
    action,
    target: {
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      digest,
      repository: "team/app/web",
      tag,
    },
    request: { method: action === "push" ? "PUT" : "GET", useragent: "docker/27.3.1" },
    actor: { name: username },
  }));
  const headers = { Authorization: NOTIFICATION_SECRET };
  const body = JSON.stringify({ events });
  expectStatus(await fetch(`${url}/registry/notifications`, { method: "POST", headers, body }), 200);
}

/** The image under a tag; a new one where there is none yet. */
function imageIn(registry: StubRegistry, tag: string, created: string): string {
  const there = registry.digestOf("team/app/web", tag);
  if (there !== undefined) return there;
  const config = { architecture: "amd64", os: "linux", created };
  const index = makeIndex([
    { image: makeImage(config, { layerBytes: 24_100_000 }), platform: "linux/amd64" },
    { image: makeImage({ ...config, architecture: "arm64" }, { layerBytes: 22_800_000 }), platform: "linux/arm64" },
  ]);
  registry.put("team/app/web", tag, index);
  registry.put("team/app/web", `${index.digest.replace(":", "-")}.sig`, makeImage({ what: "a signature" }));
  return index.digest;
}

function expectStatus({ status, url }: Response, expected: number): void {
  if (status !== expected) throw new Error(`${url} answered ${status}, not ${expected}`);
}
