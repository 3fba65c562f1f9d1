import { describe, expect, it } from "vitest";
import { isVersion2, readProtocol } from "../../../src/git/git-request.ts";

describe("readProtocol", () => {
  it.each(["version=2", "version=1", "version=2:key=value1", "a=1:b=2:c=3", `a=${"1".repeat(98)}`])(
    "takes what follows the grammar: %s",
    (text) => expect(readProtocol(text)).toBe(text),
  );

  it.each([
    undefined,
    "",
    "version",
    "version=",
    "=2",
    "version=2:",
    ":version=2",
    "version=2::a=1",
    "Version=2",
    "version=2\n",
    "version=2 ",
    "version=2\0",
    "version=2;touch x",
    "version=$(touch x)",
    "version=`x`",
    "version=2=3",
    "ver-sion=2",
    "version=2\nGIT_CONFIG_COUNT=1",
    `a=${"1".repeat(99)}`,
  ])("ignores all else: %j", (text) => expect(readProtocol(text)).toBeUndefined());
});

describe("isVersion2", () => {
  it("is so where one of the words says so", () => {
    expect(isVersion2("version=2")).toBe(true);
    expect(isVersion2("a=1:version=2")).toBe(true);
    for (const text of [undefined, "version=1", "version=20", "version=2x", "aversion=2"])
      expect(isVersion2(text)).toBe(false);
  });
});
