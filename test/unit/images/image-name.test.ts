import { describe, expect, it } from "vitest";
import { imageOfAttachment, TAG_PATTERN } from "../../../src/images/image-name.ts";

const HEX = "0123456789abcdef".repeat(4);

describe("imageOfAttachment", () => {
  it.each([`sha256-${HEX}.sig`, `sha256-${HEX}.att`, `sha256-${HEX}.sbom`, `sha256-${HEX}`])("knows %s", (tag) => {
    expect(imageOfAttachment(tag)).toBe(`sha256:${HEX}`);
  });

  it.each([
    "latest",
    `sha256-${HEX.slice(1)}.sig`,
    `sha256-${HEX}0`,
    `sha256-${HEX.toUpperCase()}.sig`,
    `v-sha256-${HEX}`,
  ])("takes %s for a tag as any other", (tag) => expect(imageOfAttachment(tag)).toBeUndefined());
});

describe("the grammar", () => {
  it.each(["latest", "1.8.2", "_", "v1-RC_2", "a".repeat(128)])("has the tag %s", (tag) => {
    expect(tag).toMatch(TAG_PATTERN);
  });
  it.each(["", ".hidden", "-v1", "a".repeat(129), "a/b", "a b", "ü"])("has no tag %j", (tag) => {
    expect(tag).not.toMatch(TAG_PATTERN);
  });
});
