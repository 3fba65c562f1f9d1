/**
 * A client of the registry that behaves as Docker does: asks, is challenged, fetches a registry token, asks again. It
 * never throws for an answer that refuses: every operation returns what the registry, or the token endpoint, said.
 */
import { createHash, randomBytes } from "node:crypto";
import jsonwebtoken from "jsonwebtoken";
import { parseChallenges } from "../../src/http/challenge.ts";

const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const CONFIG = "application/vnd.docker.container.image.v1+json";
const LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip";
const TIME_LIMIT = 30_000;

/** An answer; of several requests the first that was refused, else the last. `step` names the request. */
export interface Answer {
  readonly step: string;
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON, else text. */
  readonly body: unknown;
}

export interface PushAnswer extends Answer {
  /** Of the manifest. */
  readonly digest: string;
  readonly layers: readonly string[];
}

export interface PullAnswer extends Answer {
  /** The layers' contents, each checked against its digest; none when refused. */
  readonly layers: readonly Buffer[];
}

/** What the token endpoint last said; `claims` and `header` are those of its JWT, unverified. */
export interface TokenAnswer {
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
  readonly claims: jsonwebtoken.JwtPayload;
  readonly header: jsonwebtoken.JwtHeader | undefined;
  readonly access: readonly { type: string; name: string; actions: string[] }[];
}

interface Descriptor {
  readonly mediaType: string;
  readonly size: number;
  readonly digest: string;
}

interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

interface RegistryRequest {
  readonly method: string;
  readonly headers?: Record<string, string>;
  readonly body?: Uint8Array | string;
}

/** The digest of some content, as the registry names it. */
export function digestOf(content: Uint8Array | string): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

export class RegistryClient {
  /** The token endpoint's last answer; `undefined` until the registry has challenged. */
  lastToken: TokenAnswer | undefined;
  readonly #registryUrl: string;
  readonly #credentials: { username: string; password: string } | undefined;

  /** Without credentials it is anonymous. */
  constructor(options: { registryUrl: string; credentials?: { username: string; password: string } }) {
    this.#registryUrl = options.registryUrl;
    this.#credentials = options.credentials;
  }

  /** As `docker login`: asks for the base of the API, with a token of no scope. */
  login(): Promise<Answer> {
    return this.#exchange().send("GET /v2/", "/v2/", { method: "GET" });
  }

  /** Uploads the layers (made up when not given), a configuration and the manifest. 201 when it went well. */
  async push(
    repository: string,
    tag: string,
    layers: readonly Uint8Array[] = [randomBytes(1024)],
  ): Promise<PushAnswer> {
    const exchange = this.#exchange();
    const config = JSON.stringify({ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [] } });
    const content = JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: descriptorOf(config, CONFIG),
      layers: layers.map((layer) => descriptorOf(layer, LAYER)),
    });
    const result = { digest: digestOf(content), layers: layers.map(digestOf) };
    for (const blob of [...layers, config]) {
      const uploaded = await upload(exchange, repository, blob);
      if (uploaded.status !== 201) return { ...uploaded, ...result };
    }
    return { ...(await putManifest(exchange, repository, tag, content)), ...result };
  }

  /** Uploads the blobs and puts a manifest as it is: an index, or what is no image. 201 when it went well. */
  async pushManifest(
    repository: string,
    reference: string,
    { mediaType, content, blobs = [] }: { mediaType: string; content: string; blobs?: readonly string[] },
  ): Promise<Answer> {
    const exchange = this.#exchange();
    for (const blob of blobs) {
      const uploaded = await upload(exchange, repository, blob);
      if (uploaded.status !== 201) return uploaded;
    }
    return await putManifest(exchange, repository, reference, content, mediaType);
  }

  /** Downloads the manifest, by tag or digest, and everything it names. 200 when it went well. */
  async pull(repository: string, reference: string): Promise<PullAnswer> {
    const exchange = this.#exchange();
    const answer = await exchange.send("GET manifest", `/v2/${repository}/manifests/${reference}`, {
      method: "GET",
      headers: { accept: MANIFEST },
    });
    if (answer.status !== 200) return { ...answer, layers: [] };
    const manifest = answer.body as Manifest;
    const layers: Buffer[] = [];
    for (const { digest } of [manifest.config, ...manifest.layers]) {
      const blob = await exchange.download(repository, digest);
      if (blob.status !== 200) return { ...blob, layers: [] };
      layers.push(blob.content);
    }
    return { ...answer, layers: layers.slice(1) };
  }

  /** Mounts a blob of another repository. 201 when it is there now, 202 when the registry wants it uploaded instead. */
  mount(target: string, source: string, digest: string): Promise<Answer> {
    const query = new URLSearchParams({ mount: digest, from: source });
    return this.#exchange().send("POST mount", `/v2/${target}/blobs/uploads/?${query}`, { method: "POST" });
  }

  /** The repository's tags, as `{name, tags}`. */
  tags(repository: string): Promise<Answer> {
    return this.#exchange().send("GET tags", `/v2/${repository}/tags/list`, { method: "GET" });
  }

  /** Deletes a manifest by its digest. 202 when it went well. */
  deleteManifest(repository: string, digest: string): Promise<Answer> {
    const path = `/v2/${repository}/manifests/${digest}`;
    return this.#exchange().send("DELETE manifest", path, { method: "DELETE" });
  }

  /** Docker keeps a token for as long as one operation lasts, and fetches the next one anew: so does this. */
  #exchange(): Exchange {
    return new Exchange(this.#registryUrl, async (challenge) => {
      this.lastToken = await fetchToken(challenge, this.#credentials);
      return this.lastToken;
    });
  }
}

/** The requests of one operation, which share a token. */
class Exchange {
  #authorization: string | undefined;
  readonly #registryUrl: string;
  readonly #obtainToken: (challenge: ReadonlyMap<string, string>) => Promise<TokenAnswer>;

  constructor(registryUrl: string, obtainToken: (challenge: ReadonlyMap<string, string>) => Promise<TokenAnswer>) {
    this.#registryUrl = registryUrl;
    this.#obtainToken = obtainToken;
  }

  async send(step: string, path: string | URL, request: RegistryRequest): Promise<Answer> {
    const { response, refusal } = await this.#request(path, request);
    if (refusal !== undefined) return refusal;
    return { step, status: response.status, headers: response.headers, body: await readBody(response) };
  }

  /** @throws Error when the content is not what its digest says */
  async download(repository: string, digest: string): Promise<Answer & { content: Buffer }> {
    const path = `/v2/${repository}/blobs/${digest}`;
    const { response, refusal } = await this.#request(path, { method: "GET" });
    if (refusal !== undefined) return { ...refusal, content: Buffer.alloc(0) };
    const content = Buffer.from(await response.arrayBuffer());
    if (response.ok && digestOf(content) !== digest) throw new Error(`the registry gave other content for ${digest}`);
    const { status, headers } = response;
    return { step: "GET blob", status, headers, body: status === 200 ? undefined : parseBody(content), content };
  }

  /** Answers the first Bearer challenge with a token, once. `refusal` is the token endpoint's, when it gives none. */
  async #request(
    path: string | URL,
    request: RegistryRequest,
  ): Promise<{ response: Response; refusal: Answer | undefined }> {
    const first = await this.#fetch(path, request);
    const challenges = parseChallenges(first.headers.get("www-authenticate") ?? "");
    const bearer = challenges.find(({ scheme }) => scheme === "bearer");
    if (first.status !== 401 || bearer === undefined || this.#authorization !== undefined) {
      return { response: first, refusal: undefined };
    }
    await first.body?.cancel();
    const token = await this.#obtainToken(bearer.parameters);
    if (token.status !== 200) return { response: first, refusal: { step: "token", ...token } };
    this.#authorization = `Bearer ${(token.body as { token: string }).token}`;
    return { response: await this.#fetch(path, request), refusal: undefined };
  }

  #fetch(path: string | URL, { method, headers, body }: RegistryRequest): Promise<Response> {
    return fetch(new URL(path, this.#registryUrl), {
      method,
      headers: { ...headers, ...(this.#authorization && { authorization: this.#authorization }) },
      ...(body !== undefined && { body: Buffer.from(body) }),
      signal: AbortSignal.timeout(TIME_LIMIT),
    });
  }
}

/** GET with Basic, as `docker` does. @see docs/spec/registry-auth.md "What clients do" */
async function fetchToken(
  challenge: ReadonlyMap<string, string>,
  credentials: { username: string; password: string } | undefined,
): Promise<TokenAnswer> {
  const url = new URL(challenge.get("realm") ?? "");
  url.searchParams.set("service", challenge.get("service") ?? "");
  url.searchParams.set("client_id", "docker");
  const scope = challenge.get("scope");
  if (scope !== undefined) url.searchParams.set("scope", scope);
  const headers = new Headers();
  if (credentials !== undefined) {
    const { username, password } = credentials;
    url.searchParams.set("account", username);
    if (scope === undefined) url.searchParams.set("offline_token", "true");
    headers.set("authorization", `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`);
  }
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIME_LIMIT) });
  const body = await readBody(response);
  const token = typeof body === "object" && body !== null && "token" in body ? String(body.token) : "";
  const decoded = jsonwebtoken.decode(token, { complete: true });
  const claims = typeof decoded?.payload === "object" ? decoded.payload : {};
  const access = (claims["access"] ?? []) as TokenAnswer["access"];
  return { url, status: response.status, headers: response.headers, body, claims, header: decoded?.header, access };
}

/** A blob in one go: POST opens the upload, PUT to where it says closes it. */
async function upload(exchange: Exchange, repository: string, content: Uint8Array | string): Promise<Answer> {
  const opened = await exchange.send("POST upload", `/v2/${repository}/blobs/uploads/`, { method: "POST" });
  if (opened.status !== 202) return opened;
  const location = new URL(opened.headers.get("location") ?? "");
  location.searchParams.set("digest", digestOf(content));
  const headers = { "content-type": "application/octet-stream" };
  return exchange.send("PUT blob", location, { method: "PUT", headers, body: content });
}

function putManifest(
  exchange: Exchange,
  repository: string,
  reference: string,
  content: string,
  mediaType = MANIFEST,
): Promise<Answer> {
  const path = `/v2/${repository}/manifests/${reference}`;
  return exchange.send("PUT manifest", path, { method: "PUT", headers: { "content-type": mediaType }, body: content });
}

function descriptorOf(content: Uint8Array | string, mediaType: string): Descriptor {
  return { mediaType, size: Buffer.byteLength(content), digest: digestOf(content) };
}

async function readBody(response: Response): Promise<unknown> {
  return parseBody(Buffer.from(await response.arrayBuffer()));
}

function parseBody(content: Buffer): unknown {
  const text = content.toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
