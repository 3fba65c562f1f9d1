/** Pushes, pulls, mounts and deletes in a registry as Docker clients do, and returns the answers. Draws no conclusions. */
import { createHash } from "node:crypto";
import { ask, type Reply } from "../http/ask.ts";
import type { RegistryTokenContents } from "./request-registry-token.ts";

/** One repository of a registry, and a registry token for it. */
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
