import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isObjectId, isRefName } from "../../../../src/git-repositories/reading/ref-name.ts";

/** What git itself says of a name. */
function gitTakes(name: string): boolean {
  try {
    execFileSync("git", ["check-ref-format", `refs/heads/${name}`]);
    return true;
  } catch {
    return false;
  }
}

const REFUSED = [
  ...[
    "",
    "-x",
    "--output=/tmp/x",
    "a..b",
    "main..next",
    "^main",
    "main~1",
    "main^",
    "main^{tree}",
    "main:README",
    ":/fix",
  ],
  ...["HEAD@{1}", "main@{upstream}", "@{-1}", "@", "a b", "a\tb", "a\nb", "a\0b", "a?b", "a*b", "a[b]", "a\\b"],
  ...["/a", "a/", "a//b", ".a", "a/.b", "a.", "a.lock", "a.lock/b", "../../etc/passwd"],
];

describe("isRefName", () => {
  it.each([
    "main",
    "feature/x",
    "v1.0",
    "refs/heads/main",
    "a-b",
    "a@b",
    "ä/名前",
    "a{b",
    "x.lock.y",
    "'\"$(id)`",
    "a;b|c&d",
  ])("takes %j", (name) => {
    expect(isRefName(name)).toBe(true);
    expect(gitTakes(name)).toBe(true);
  });

  it.each(REFUSED)("refuses %j", (name) => {
    expect(isRefName(name)).toBe(false);
  });

  it("takes nothing that git would not", () => {
    const word = fc.constantFrom(
      "a",
      "/",
      ".",
      "..",
      "@",
      "{",
      "@{",
      "-",
      ".lock",
      "~",
      "^",
      ":",
      "*",
      "?",
      "[",
      "\\",
      " ",
      "é",
    );
    const name = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(""));
    fc.assert(
      fc.property(name, (text) => !isRefName(text) || gitTakes(text)),
      { seed: 1, numRuns: 150 },
    );
  });
});

describe("isObjectId", () => {
  it.each(["abcd", "ABCD", "0123456789", "a".repeat(40)])("takes %j", (id) => {
    expect(isObjectId(id)).toBe(true);
  });

  it.each(["abc", "a".repeat(41), "main", "abcg", "abcd^", "abcd\n", ""])("refuses %j", (id) => {
    expect(isObjectId(id)).toBe(false);
  });
});
