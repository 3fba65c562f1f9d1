/** What an image is in a line: for which platforms, how large, and how old. Pure. */
import type { ImageManifest, SingleImage } from "./image-manifest.ts";

/** An image in a line. What is not known is left out. */
export interface ImageSummary {
  readonly platforms: readonly string[];
  /** The smallest and the largest of its platforms, in bytes. */
  readonly bytes: { readonly from: number; readonly to: number } | undefined;
  readonly createdAt: Date | undefined;
  /** The media type of what is no image. */
  readonly artifactType: string | undefined;
}

/** Sums up a manifest. `known`: what others say, by digest. */
export function sumUpImage(manifest: ImageManifest, known: ReadonlyMap<string, ImageManifest>): ImageSummary {
  switch (manifest.kind) {
    case "artifact": {
      const { bytes, type } = manifest;
      return { platforms: [], bytes: { from: bytes, to: bytes }, createdAt: undefined, artifactType: type };
    }
    case "image":
      return sumUp([manifest], manifest.platform === undefined ? [] : [manifest.platform]);
    case "index": {
      const images = manifest.images.flatMap(({ digest }) => {
        const image = known.get(digest);
        return image?.kind === "image" ? [image] : [];
      });
      const platforms = manifest.images.flatMap(({ digest, platform }) => {
        const image = known.get(digest);
        return platform ?? (image?.kind === "image" ? (image.platform ?? []) : []);
      });
      return sumUp(images, [...new Set(platforms)]);
    }
  }
}

function sumUp(images: readonly SingleImage[], platforms: readonly string[]): ImageSummary {
  const sizes = images.map(({ bytes }) => bytes);
  const created = images.flatMap(({ createdAt }) => (createdAt === undefined ? [] : [Date.parse(createdAt)]));
  return {
    platforms,
    bytes: sizes.length === 0 ? undefined : { from: Math.min(...sizes), to: Math.max(...sizes) },
    createdAt: created.length === 0 ? undefined : new Date(Math.max(...created)),
    artifactType: undefined,
  };
}
