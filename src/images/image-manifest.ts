/** What a manifest says of an image: read from what the registry holds, which anybody may have written. Pure. */
import { z } from "zod";
import { DIGEST_PATTERN } from "./image-name.ts";
import { parseJson } from "./parse-json.ts";

const IMAGE_TYPES = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];
const INDEX_TYPES = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];

/** What is accepted of a registry, as a header says it. */
export const MANIFEST_TYPES = [...IMAGE_TYPES, ...INDEX_TYPES].join(", ");

/** The types of the configuration of an image that runs: others are of charts, signatures and the like. */
const CONFIG_TYPES = new Set([
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
]);

/** How many manifests of an index are looked at. */
const MAXIMUM_CHILDREN = 100;

const digestText = z.string().regex(DIGEST_PATTERN);
/** Shown to people: short, and on one line. What is not so is as good as not there. */
const word = z
  .string()
  .max(255)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u)
  .optional()
  .catch(undefined);
const bytes = z.int().nonnegative();

const platformSchema = z.object({ os: word, architecture: word, variant: word });

const descriptor = z.object({
  mediaType: word,
  digest: digestText,
  size: bytes,
  artifactType: word,
  platform: platformSchema.optional().catch(undefined),
  annotations: z.record(z.string(), z.unknown()).optional().catch(undefined),
});
type Descriptor = z.output<typeof descriptor>;

const manifestSchema = z.object({
  artifactType: word,
  config: descriptor,
  layers: z.array(z.object({ size: bytes })),
});
const indexSchema = z.object({ manifests: z.array(descriptor) });
const configSchema = platformSchema.extend({ created: word });

/** An image for one platform. */
export interface SingleImage {
  readonly kind: "image";
  /** As it is stored and sent: its configuration and its layers, compressed. */
  readonly bytes: number;
  readonly layers: number;
  /** `linux/arm64/v8`. */
  readonly platform: string | undefined;
  /** When it was built, as its builder says: an ISO 8601 text. */
  readonly createdAt: string | undefined;
}

/** What is no image: a chart, a signature. `type`: its media type. */
export interface Artifact {
  readonly kind: "artifact";
  readonly bytes: number;
  readonly type: string | undefined;
}

/** Images for several platforms under one name. */
export interface ImageIndex {
  readonly kind: "index";
  readonly images: readonly { readonly digest: string; readonly platform: string | undefined }[];
  /** Attestations, each of one of the images. */
  readonly attachments: readonly {
    readonly digest: string;
    readonly of: string | undefined;
    readonly bytes: number;
  }[];
}

/** What a manifest says. */
export type ImageManifest = SingleImage | Artifact | ImageIndex;

/** A manifest that was read; of an image, the configuration has still to be read. */
export type ReadManifest =
  | { readonly manifest: Artifact | ImageIndex }
  | { readonly manifest: SingleImage; readonly config: { readonly digest: string; readonly size: number } };

/** Reads a manifest; undefined where it is none of those that are known. */
export function readManifest(text: string): ReadManifest | undefined {
  const content = parseJson(text);
  const index = indexSchema.safeParse(content);
  if (index.success) return { manifest: readIndex(index.data.manifests) };
  const single = manifestSchema.safeParse(content);
  if (!single.success) return undefined;
  const { config, layers, artifactType } = single.data;
  const size = layers.reduce((sum, layer) => sum + layer.size, config.size);
  if (artifactType !== undefined || !CONFIG_TYPES.has(config.mediaType ?? ""))
    return { manifest: { kind: "artifact", bytes: size, type: artifactType ?? config.mediaType } };
  const manifest = { bytes: size, layers: layers.length, platform: undefined, createdAt: undefined };
  return { manifest: { kind: "image", ...manifest }, config: { digest: config.digest, size: config.size } };
}

/** The image with what its configuration says; as it is where that cannot be read. */
export function withConfig(image: SingleImage, text: string): SingleImage {
  const config = configSchema.safeParse(parseJson(text));
  if (!config.success) return image;
  return { ...image, platform: platformOf(config.data), createdAt: momentOf(config.data.created) };
}

/** BuildKit lists attestations beside the images. @see buildkit `docs/attestations/attestation-storage.md` */
function readIndex(all: readonly Descriptor[]): ImageIndex {
  const children = all.slice(0, MAXIMUM_CHILDREN);
  const isAttachment = ({ annotations }: Descriptor) => annotations?.["vnd.docker.reference.type"] !== undefined;
  return {
    kind: "index",
    images: children
      .filter((each) => !isAttachment(each))
      .map(({ digest, platform }) => ({ digest, platform: platform && platformOf(platform) })),
    attachments: children.filter(isAttachment).map(({ digest, size, annotations }) => {
      const of = digestText.safeParse(annotations?.["vnd.docker.reference.digest"]);
      return { digest, bytes: size, of: of.success ? of.data : undefined };
    }),
  };
}

function platformOf({ os, architecture, variant }: z.output<typeof platformSchema>): string | undefined {
  if (os === undefined || architecture === undefined || os === "unknown") return undefined;
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join("/");
}

/** Builds that are to be the same each time say that they are of 1970, or of year 1. */
const FIRST_BUILDS = Date.parse("1981-01-01T00:00:00Z");

function momentOf(text: string | undefined): string | undefined {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) || time < FIRST_BUILDS ? undefined : new Date(time).toISOString();
}
