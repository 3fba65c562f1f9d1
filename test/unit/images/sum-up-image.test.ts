import { describe, expect, it } from "vitest";
import type { ImageManifest } from "../../../src/images/image-manifest.ts";
import { sumUpImage } from "../../../src/images/sum-up-image.ts";

const image = (bytes: number, platform?: string, createdAt?: string): ImageManifest => {
  return { kind: "image", bytes, layers: 1, platform, createdAt };
};
const index = (...images: { digest: string; platform: string | undefined }[]): ImageManifest => {
  return { kind: "index", images, attachments: [] };
};

describe("sumUpImage", () => {
  it("says of an index which platforms it has, from the smallest to the largest, and when the last was built", () => {
    const known = new Map([
      ["a", image(300, "linux/amd64", "2026-11-01T00:00:00Z")],
      ["b", image(100, undefined, "2026-11-02T00:00:00Z")],
    ]);
    const summary = sumUpImage(
      index({ digest: "a", platform: undefined }, { digest: "b", platform: "linux/arm" }),
      known,
    );
    expect(summary).toEqual({
      platforms: ["linux/amd64", "linux/arm"],
      bytes: { from: 100, to: 300 },
      createdAt: new Date("2026-11-02T00:00:00Z"),
      artifactType: undefined,
    });
  });

  it("says nothing of what is not known", () => {
    expect(sumUpImage(index({ digest: "a", platform: "linux/amd64" }), new Map())).toEqual({
      platforms: ["linux/amd64"],
      bytes: undefined,
      createdAt: undefined,
      artifactType: undefined,
    });
    expect(sumUpImage(image(5), new Map()).platforms).toEqual([]);
  });

  it("says of what is no image how large it is, and what it is", () => {
    const summary = sumUpImage({ kind: "artifact", bytes: 5, type: "application/vnd.example" }, new Map());
    expect(summary).toMatchObject({
      bytes: { from: 5, to: 5 },
      artifactType: "application/vnd.example",
      platforms: [],
    });
  });
});
