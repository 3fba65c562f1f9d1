import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readManifest, withConfig } from "../../../src/images/image-manifest.ts";
import { makeImage, makeIndex } from "../../support/images.ts";

const LINUX = { architecture: "amd64", os: "linux", created: "2026-11-20T10:00:00Z" };

describe("readManifest", () => {
  it("adds up an image's configuration and layers, and says where the configuration is", () => {
    const image = makeImage(LINUX, { layerBytes: 5000 });
    const bytes = 5000 + JSON.stringify(LINUX).length;
    expect(readManifest(image.content)).toEqual({
      manifest: { kind: "image", bytes, layers: 1, platform: undefined, createdAt: undefined },
      config: { digest: expect.stringMatching(/^sha256:/), size: JSON.stringify(LINUX).length },
    });
  });

  it("takes for an artifact what has another configuration, or says that it is one", () => {
    const chart = makeImage({}, { configType: "application/vnd.cncf.helm.config.v1+json" });
    expect(readManifest(chart.content)?.manifest).toMatchObject({
      kind: "artifact",
      type: "application/vnd.cncf.helm.config.v1+json",
    });
    const said = JSON.stringify({ ...JSON.parse(makeImage(LINUX).content), artifactType: "application/vnd.example" });
    expect(readManifest(said)?.manifest).toMatchObject({ kind: "artifact", type: "application/vnd.example" });
  });

  it("tells the images of an index from their attestations", () => {
    const image = makeImage(LINUX);
    const { content } = makeIndex([{ image, platform: "linux/arm64/v8" }]);
    expect(readManifest(content)?.manifest).toEqual({
      kind: "index",
      images: [{ digest: image.digest, platform: "linux/arm64/v8" }],
      attachments: [{ digest: expect.any(String), of: image.digest, bytes: expect.any(Number) }],
    });
  });

  it.each(["", "null", "[]", "{}", '{"manifests":[{"digest":"sha256:1"}]}', '{"config":{},"layers":[]}', "<html>"])(
    "reads nothing of %j",
    (text) => expect(readManifest(text)).toBeUndefined(),
  );

  it("never throws, and reads no text that has control characters or is long", () => {
    const { content } = makeIndex([{ image: makeImage(LINUX), platform: "linux/amd64" }]);
    const index = JSON.parse(content);
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary", maxLength: 300 }), fc.jsonValue()), (architecture) => {
        const [first] = index.manifests;
        const manifests = [{ ...first, platform: { os: "linux", architecture } }];
        const read = readManifest(JSON.stringify({ ...index, manifests }))?.manifest;
        const platform = read?.kind === "index" ? read.images[0]?.platform : "not an index";
        const isWord = typeof architecture === "string" && /^[^\p{Cc}\p{Cs}]{1,255}$/u.test(architecture);
        expect(platform).toBe(isWord && architecture.length <= 255 ? `linux/${architecture}` : undefined);
      }),
    );
  });
});

describe("withConfig", () => {
  const read = readManifest(makeImage(LINUX).content);
  const image = read !== undefined && "config" in read ? read.manifest : undefined;
  if (image === undefined) throw new Error("the image was not read");
  const saying = (config: object) => withConfig(image, JSON.stringify(config));

  it("says for which platform an image is, and when it was built", () => {
    expect(saying({ ...LINUX, variant: "v2" })).toEqual({
      ...image,
      platform: "linux/amd64/v2",
      createdAt: "2026-11-20T10:00:00.000Z",
    });
  });

  it.each(["1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "1980-01-01T00:00:00Z", "yesterday", 7])(
    "takes %j for no time of building",
    (created) => expect(saying({ ...LINUX, created }).createdAt).toBeUndefined(),
  );

  it("leaves the image as it is where the configuration cannot be read", () => {
    expect(withConfig(image, "<html>")).toEqual(image);
  });
});
