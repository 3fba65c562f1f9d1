/** Pushes, pulls, mounts and deletes in a registry as Docker clients do, and returns the answers. Draws no conclusions. */
import type { Reply } from "../http/ask.ts";
import { digestOf } from "../registry-access/content-digest.ts";
import { quoted } from "./describe-reply.ts";
import type { ExaminedPair } from "./examined-pair.ts";
import { StepFailure } from "./failure.ts";
import type { RegistryTokenContents } from "./request-registry-token.ts";

/** One repository of a registry, and a registry token for it. */
export class RepositoryProbe {
  readonly #pair: ExaminedPair;
  readonly #base: string;
  readonly #headers: { readonly Authorization: string };

  constructor(pair: ExaminedPair, repository: string, token: RegistryTokenContents) {
    this.#pair = pair;
    this.#base = `${pair.registry.reachedAt}/v2/${repository}`;
    this.#headers = { Authorization: `Bearer ${token.raw}` };
  }

  /**
   * Uploads one blob; the reply is that of the step that failed, or of the last.
   *
   * @throws StepFailure when the registry sends the upload to where it cannot go
   */
  async pushBlob(content: string): Promise<Reply> {
    const { ask } = this.#pair;
    const begun = await ask(`${this.#base}/blobs/uploads/`, { method: "POST", headers: this.#headers });
    if (!begun.answered || begun.status !== 202) return begun;
    const location = this.#placeOfUpload(begun.headers.get("location") ?? "");
    location.searchParams.set("digest", digestOf(content));
    return await ask(location.href, { method: "PUT", headers: this.#headers, body: content });
  }

  putManifest(tag: string, manifest: string): Promise<Reply> {
    const headers = { ...this.#headers, "Content-Type": MANIFEST_TYPE };
    return this.#pair.ask(`${this.#base}/manifests/${tag}`, { method: "PUT", headers, body: manifest });
  }

  getManifest(reference: string): Promise<Reply> {
    return this.#pair.ask(`${this.#base}/manifests/${reference}`, {
      headers: { ...this.#headers, Accept: MANIFEST_TYPE },
    });
  }

  deleteManifest(digest: string): Promise<Reply> {
    return this.#pair.ask(`${this.#base}/manifests/${digest}`, { method: "DELETE", headers: this.#headers });
  }

  /** Takes over a blob of another repository without uploading it. */
  mount(digest: string, source: string): Promise<Reply> {
    const query = new URLSearchParams({ mount: digest, from: source });
    return this.#pair.ask(`${this.#base}/blobs/uploads/?${query}`, { method: "POST", headers: this.#headers });
  }

  /**
   * Where the layer goes. A registry may name the host that it has for clients, which the service reaches otherwise; and the
   * service sends nothing, the token least of all, to a host that is not the registry's.
   */
  #placeOfUpload(location: string): URL {
    const { registry, place } = this.#pair;
    if (!URL.canParse(location, registry.reachedAt)) {
      throw new StepFailure(`the registry sends the upload to ${JSON.stringify(quoted(location))}, which is no URL`);
    }
    const named = new URL(location, registry.reachedAt);
    if (place === "among clients") return named;
    const own = [registry.reachedAt, registry.url].map((url) => new URL(url).origin);
    if (own.includes(named.origin)) return new URL(named.pathname + named.search, registry.reachedAt);
    throw new StepFailure(
      `the registry sends the upload to ${quoted(named.origin)}, which is not its address: that is ${registry.url}; see ` +
        "http.host in its configuration, and which X-Forwarded-Proto and Host a proxy before it sends",
    );
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
