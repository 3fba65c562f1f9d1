/** Talks to a registry and to its realm as Docker clients do, and reports what came back. Draws no conclusions. */
import { createHash } from "node:crypto";
import jwt from "jsonwebtoken";
import { parseChallenges } from "../../http/challenge.ts";

/** How long any one answer may take. */
const ANSWER_LIMIT_MS = 10_000;

/** An answer, or why there is none. */
export type Reply =
  | { readonly answered: true; readonly status: number; readonly headers: Headers; readonly body: string }
  | { readonly answered: false; readonly why: string };

/** Asks; never throws for what the other side does. */
export async function ask(url: string, init: RequestInit = {}): Promise<Reply> {
  try {
    const response = await fetch(url, { ...init, redirect: "manual", signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    return { answered: true, status: response.status, headers: response.headers, body: await response.text() };
  } catch (error) {
    const { cause, message } = error as Error;
    return { answered: false, why: (cause instanceof Error && cause.message) || message };
  }
}

/** The Bearer challenge in a 401, if there is one that can be read. */
export function bearerChallenge(headers: Headers): ReadonlyMap<string, string> | undefined {
  try {
    const challenges = parseChallenges(headers.get("www-authenticate") ?? "");
    return challenges.find(({ scheme }) => scheme === "bearer")?.parameters;
  } catch {
    return undefined;
  }
}

/** What a registry token says, unverified: the registry is who verifies. */
export interface RegistryTokenContents {
  readonly raw: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly x5c: readonly string[];
}

/** A registry token from the realm, or the reply that is none. */
export async function requestToken(
  realm: string,
  { service, scopes, secret }: { service: string; scopes: readonly string[]; secret: string },
): Promise<RegistryTokenContents | { readonly refused: Reply }> {
  const url = new URL(realm);
  url.searchParams.set("service", service);
  for (const scope of scopes) url.searchParams.append("scope", scope);
  const credentials = Buffer.from(`doctor:${secret}`).toString("base64");
  const reply = await ask(url.href, { headers: { Authorization: `Basic ${credentials}` } });
  if (!reply.answered || reply.status !== 200) return { refused: reply };
  const token = readToken(reply.body);
  return token ?? { refused: reply };
}

function readToken(body: string): RegistryTokenContents | undefined {
  try {
    const { token } = JSON.parse(body) as { token: string };
    const decoded = jwt.decode(token, { complete: true });
    if (decoded === null || typeof decoded.payload === "string") return undefined;
    return { raw: token, claims: decoded.payload, x5c: [decoded.header.x5c ?? []].flat() };
  } catch {
    return undefined;
  }
}

/** A registry's repository, with a registry token for it. */
export class RepositoryProbe {
  readonly #base: string;
  readonly #registryUrl: string;
  readonly #headers: { readonly Authorization: string };

  constructor(registryUrl: string, repository: string, token: RegistryTokenContents) {
    this.#registryUrl = registryUrl;
    this.#base = `${registryUrl}/v2/${repository}`;
    this.#headers = { Authorization: `Bearer ${token.raw}` };
  }

  /** Uploads one blob; the reply is that of the step that failed, or of the last. */
  async pushBlob(content: string): Promise<Reply> {
    const begun = await ask(`${this.#base}/blobs/uploads/`, { method: "POST", headers: this.#headers });
    if (!begun.answered || begun.status !== 202) return begun;
    const location = new URL(begun.headers.get("location") ?? "", this.#registryUrl);
    location.searchParams.set("digest", digestOf(content));
    return await ask(location.href, { method: "PUT", headers: this.#headers, body: content });
  }

  putManifest(tag: string, manifest: string): Promise<Reply> {
    const headers = { ...this.#headers, "Content-Type": MANIFEST_TYPE };
    return ask(`${this.#base}/manifests/${tag}`, { method: "PUT", headers, body: manifest });
  }

  getManifest(reference: string): Promise<Reply> {
    return ask(`${this.#base}/manifests/${reference}`, { headers: { ...this.#headers, Accept: MANIFEST_TYPE } });
  }

  deleteManifest(digest: string): Promise<Reply> {
    return ask(`${this.#base}/manifests/${digest}`, { method: "DELETE", headers: this.#headers });
  }

  /** Takes over a blob of another repository without uploading it. */
  mount(digest: string, source: string): Promise<Reply> {
    const query = new URLSearchParams({ mount: digest, from: source });
    return ask(`${this.#base}/blobs/uploads/?${query}`, { method: "POST", headers: this.#headers });
  }
}

const MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json";

/** A manifest of an image with one layer. */
export function manifestOf(config: string, layer: string): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: {
      mediaType: "application/vnd.docker.container.image.v1+json",
      size: Buffer.byteLength(config),
      digest: digestOf(config),
    },
    layers: [
      {
        mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip",
        size: Buffer.byteLength(layer),
        digest: digestOf(layer),
      },
    ],
  });
}

/** @see OCI image specification, "Digests" */
export function digestOf(content: string): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
