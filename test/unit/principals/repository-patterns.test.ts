import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { patternProblem, RepositoryPatterns } from "../../../src/principals/repository-patterns.ts";
import { MAXIMUM_PATTERN_CHARACTERS, RepositoryRules } from "../../../src/principals/repository-rules.ts";
import { FUZZ_FACTOR, FUZZ_SEED } from "../../support/fuzz.ts";

const matches = (pattern: string, name: string) => new RepositoryPatterns([pattern]).matches(name);

/** The rule as docs/spec/access-tokens.md "Repository rules" says it, segment by segment, by trying everything. */
function naive(pattern: string, name: string): boolean {
  const [wanted, given] = [split(pattern), split(name)];
  const segments = (p: number, n: number): boolean => {
    if (p === wanted.length) return n === given.length;
    if (wanted[p] !== "**")
      return n < given.length && within(wanted[p] ?? "", given[n] ?? "") && segments(p + 1, n + 1);
    const isTail = p > 0 && p === wanted.length - 1;
    for (let taken = isTail ? 1 : 0; n + taken <= given.length; taken++) if (segments(p + 1, n + taken)) return true;
    return false;
  };
  return segments(0, 0);
}

function split(text: string): string[] {
  return text === "" ? [] : text.split("/");
}

function within(pattern: string, segment: string): boolean {
  if (pattern === "") return segment === "";
  if (pattern[0] !== "*") return pattern[0] === segment[0] && within(pattern.slice(1), segment.slice(1));
  return within(pattern.slice(1), segment) || (segment !== "" && within(pattern, segment.slice(1)));
}

describe("a pattern", () => {
  it.each([
    ["web", ["web"], ["", "we", "webb", "web/x", "x/web"]],
    ["", [""], ["web"]],
    ["*", ["web", "a-b"], ["", "web/x"]],
    ["web-*", ["web-", "web-1"], ["web", "web-1/x"]],
    ["*-api", ["x-api", "-api"], ["api", "x-api-y"]],
    ["services/*", ["services/a"], ["services", "services/a/b"]],
    ["services/**", ["services/a", "services/a/b"], ["services", "services2/a", "x/services/a"]],
    ["**", ["", "web", "a/b/c"], []],
    ["**/web", ["web", "a/web", "a/b/web"], ["", "xweb", "a/xweb", "web/a"]],
    ["a/**/b", ["a/b", "a/x/b", "a/x/y/b"], ["ab", "a/xb", "a/b/c", "a"]],
    ["**/cache/**", ["cache/x", "a/cache/x/y"], ["cache", "a/cache", "a/cachex/y"]],
    ["**/*", ["a", "a/b"], [""]],
  ])("%j matches %j and not %j", (pattern, yes, no) => {
    expect(yes.filter((name) => !matches(pattern, name))).toEqual([]);
    expect(no.filter((name) => matches(pattern, name))).toEqual([]);
  });

  it("matches what the naive reading matches, alone and among others", () => {
    const segment = (letters: string) =>
      fc
        .string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 5 })
        .map((text) => text.replace(/\*+/g, "*"));
    const path = (one: fc.Arbitrary<string>) => fc.array(one, { maxLength: 5 }).map((segments) => segments.join("/"));
    const anyPattern = path(fc.oneof(fc.constant("**"), segment("ab-*"))).map((text) =>
      text.replace(/(\*\*\/)+\*\*/g, "**"),
    );
    let matched = 0;
    fc.assert(
      fc.property(fc.array(anyPattern, { minLength: 1, maxLength: 20 }), path(segment("ab-")), (patterns, name) => {
        expect(patterns.map(patternProblem).filter((problem) => problem !== undefined)).toEqual([]);
        const expected = patterns.map((pattern) => naive(pattern, name));
        expect(patterns.map((pattern) => matches(pattern, name))).toEqual(expected);
        expect(new RepositoryPatterns(patterns).matches(name)).toBe(expected.includes(true));
        matched += expected.filter(Boolean).length;
      }),
      { numRuns: 3_000 * FUZZ_FACTOR, seed: FUZZ_SEED },
    );
    expect(matched).toBeGreaterThan(3_000);
  });

  it("is refused with what is wrong with it", () => {
    expect(["", "a", "a-b_c.d/**", "**/x*", "a".repeat(255)].map(patternProblem)).toEqual(Array(5).fill(undefined));
    expect(patternProblem("a".repeat(256))).toContain("255 characters");
    for (const pattern of ["/", "/a", "a/", "a//b"]) expect(patternProblem(pattern)).toContain("empty segment");
    for (const pattern of ["A", "a b", "a?", "[a]", "ä", "a:b", "a\u0000"])
      expect(patternProblem(pattern)).toContain("lower-case letters");
    for (const pattern of ["***", "a**", "**a/b", "**/**", "a/**/**/b"])
      expect(patternProblem(pattern)).toContain("**");
  });
});

describe("the work of matching", () => {
  /** Counts the places that are looked at, whatever the machine does in that time. */
  it("is the name's length times the patterns' at the most, where trying everything would never end", () => {
    const nasty = `${"**/a*a*a*".padEnd(200, "a*")}b`;
    const patterns = Array.from({ length: 20 }, () => nasty);
    const rules = new RepositoryRules([{ repositories: patterns, actions: ["pull"] }]);
    expect(patterns.join("").length).toBeLessThan(MAXIMUM_PATTERN_CHARACTERS);
    expect(rules.allowing("pull", "a/".repeat(100) + "a".repeat(50))).toBeUndefined();
    expect(rules.allowing("pull", `${"a/".repeat(100)}${"a".repeat(54)}b`)).toBeUndefined();
    expect(rules.allowing("pull", `${"a".repeat(200)}b`)).toBeDefined();
  });
});
