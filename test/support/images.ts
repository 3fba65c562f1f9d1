/** Images that are more than one manifest: for several platforms, with attestations, and what is no image at all. */
import { randomBytes } from "node:crypto";
import { type Answer, digestOf, type RegistryClient } from "./registry-client.ts";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";
const CONFIG = "application/vnd.oci.image.config.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";

/** A manifest with its blobs, ready to be pushed. */
export interface MadeManifest {
  readonly mediaType: string;
  readonly content: string;
  readonly blobs: readonly string[];
  readonly digest: string;
}

/** An image of one layer, which nothing else has; `config` is what its configuration says. */
export function makeImage(
  config: Readonly<Record<string, unknown>>,
  { layerBytes = 1000, configType = CONFIG }: { layerBytes?: number; configType?: string } = {},
): MadeManifest {
  const layer = randomBytes(layerBytes / 2).toString("hex");
  const text = JSON.stringify(config);
  return made(MANIFEST, [text, layer], {
    config: { mediaType: configType, digest: digestOf(text), size: Buffer.byteLength(text) },
    layers: [{ mediaType: LAYER, digest: digestOf(layer), size: layer.length }],
  });
}

/** An index of images for their platforms, each with an attestation as BuildKit attaches them. */
export function makeIndex(images: readonly { readonly image: MadeManifest; readonly platform: string }[]) {
  const attestations = images.map(({ image }) => ({
    attestation: makeImage({ architecture: "unknown", os: "unknown" }),
    of: image.digest,
  }));
  const descriptors = [
    ...images.map(({ image, platform }) => {
      const [os, architecture, variant] = platform.split("/");
      return { ...descriptorOf(image), platform: { os, architecture, ...(variant && { variant }) } };
    }),
    ...attestations.map(({ attestation, of }) => ({
      ...descriptorOf(attestation),
      platform: { os: "unknown", architecture: "unknown" },
      annotations: { "vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": of },
    })),
  ];
  const children = [...images.map(({ image }) => image), ...attestations.map(({ attestation }) => attestation)];
  return { ...made(INDEX, [], { manifests: descriptors }), children };
}

/** Pushes a manifest, by tag, and its children before it, by digest; throws where the registry does not take one. */
export async function pushMade(
  client: RegistryClient,
  repository: string,
  tag: string,
  manifest: MadeManifest & { readonly children?: readonly MadeManifest[] },
): Promise<void> {
  for (const child of manifest.children ?? []) taken(await client.pushManifest(repository, child.digest, child));
  taken(await client.pushManifest(repository, tag, manifest));
}

function taken({ status, step, body }: Answer): void {
  if (status !== 201) throw new Error(`${step}: ${status} ${JSON.stringify(body)}`);
}

function made(mediaType: string, blobs: readonly string[], rest: object): MadeManifest {
  const content = JSON.stringify({ schemaVersion: 2, mediaType, ...rest });
  return { mediaType, content, blobs, digest: digestOf(content) };
}

function descriptorOf({ mediaType, digest, content }: MadeManifest) {
  return { mediaType, digest, size: Buffer.byteLength(content) };
}
