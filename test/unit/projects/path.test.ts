import { describe, expect, it } from "vitest";
import {
  isPathComponent,
  lastSegment,
  pathPrefixes,
  pathSegment,
  topLevelPathSegment,
} from "../../../src/projects/path.ts";
import { parseScopes } from "../../../src/registry/scope.ts";

const accepts = (schema: typeof pathSegment, value: unknown) => schema.safeParse(value).success;

describe("a path's segment", () => {
  const good = ["a", "app", "app-1", "a.b", "a_b", "a__b", "a---b", "0", "a".repeat(100)];
  const bad = [
    "",
    "App",
    "a b",
    "a/b",
    "..",
    ".",
    "-a",
    "a-",
    "a..b",
    "a___b",
    "a.",
    "ä",
    "a\0",
    "a\n",
    "a".repeat(101),
  ];

  it.each(good)("may be %j", (segment) => {
    expect(accepts(pathSegment, segment)).toBe(true);
    expect(parseScopes([`repository:team/${segment}:push`])).toMatchObject({ ok: true });
  });

  it.each([...bad, "app.git", "feed.atom", 5, null])("may not be %j", (segment) => {
    expect(accepts(pathSegment, segment)).toBe(false);
  });

  it.each(["api", "jwt", "v2", "ghost"])("may not be %s where it stands first", (segment) => {
    expect(accepts(topLevelPathSegment, segment)).toBe(false);
    expect(accepts(pathSegment, segment)).toBe(true);
  });
});

describe("isPathComponent", () => {
  it("is the registry's grammar", () => {
    expect(isPathComponent("a.b")).toBe(true);
    expect(isPathComponent("a..b")).toBe(false);
    expect(isPathComponent("a\n")).toBe(false);
  });
});

describe("pathPrefixes", () => {
  it("lists a path and all that it lies in, shortest first", () => {
    expect(pathPrefixes("a/b/c")).toEqual(["a", "a/b", "a/b/c"]);
    expect(pathPrefixes("a")).toEqual(["a"]);
  });
});

describe("lastSegment", () => {
  it("is what stands after the last slash", () => {
    expect(lastSegment("a/b/c")).toBe("c");
    expect(lastSegment("a")).toBe("a");
  });
});
