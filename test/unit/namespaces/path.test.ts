import { describe, expect, it } from "vitest";
import { ValidationError } from "../../../src/errors.ts";
import {
  isPathComponent,
  lastSegment,
  pathPrefixes,
  projectPathsOf,
  requireGroupDepth,
  requireSegment,
  type SegmentPlace,
} from "../../../src/namespaces/path.ts";
import { parseScopes } from "../../../src/registry-access/requested-scope.ts";
import { pathSegment } from "../../../src/schemas/path-segment.ts";

const accepts = (place: SegmentPlace, value: unknown) => {
  // A caller without types may hand on anything; through the API, its schema refuses what is no text.
  const schema = pathSegment(place);
  const isAccepted = schema.safeParse(value).success;
  if (typeof value === "string") {
    if (isAccepted) expect(requireSegment(value, place)).toBe(value);
    else expect(() => requireSegment(value, place)).toThrow(ValidationError);
  }
  return isAccepted;
};

describe("a path's segment", () => {
  const good = ["a", "app", "app-1", "a.b", "a_b", "a__b", "a---b", "0a", "1.2", "a".repeat(100)];
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
    expect(accepts("nested", segment)).toBe(true);
    expect(accepts("project", segment)).toBe(true);
    expect(parseScopes([`repository:team/${segment}:push`])).toMatchObject({ ok: true });
  });

  it.each([...bad, "app.git", "feed.atom", "0", "2024", "9".repeat(100), 5, null])("may not be %j", (segment) => {
    expect(accepts("nested", segment)).toBe(false);
    expect(accepts("project", segment)).toBe(false);
  });

  it.each([
    ...["api", "jwt", "v2", "registry", "oauth", "login", "logout", "admin", "groups", "users", "projects", "explore"],
    ...["dashboard", "profile", "settings", "assets", "help", "search", "public", "uploads", "import", "robots.txt"],
    ...["favicon.ico", "ghost", "keyside", "root"],
  ])("may not be %s where it stands first", (segment) => {
    expect(accepts("top", segment)).toBe(false);
    expect(accepts("nested", segment)).toBe(true);
    expect(accepts("project", segment)).toBe(true);
  });

  it.each(["-", ".well-known", "health_check"])(
    "may not be %s where it stands first, as the grammar allows or not",
    (segment) => {
      expect(accepts("top", segment)).toBe(false);
    },
  );

  it("may not be new where it stands first or names a project", () => {
    expect(["top", "project", "nested"].map((place) => accepts(place as "top", "new"))).toEqual([false, false, true]);
  });

  it.each(["blob", "tree", "raw", "edit", "wikis"])("may not be %s where it names a project", (segment) => {
    expect(accepts("project", segment)).toBe(false);
    expect(accepts("nested", segment)).toBe(true);
    expect(accepts("top", segment)).toBe(true);
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

  it("lists all of several paths, whatever their order", () => {
    expect(["a/b", "c/d/e"].flatMap(pathPrefixes)).toEqual(["a", "a/b", "c", "c/d", "c/d/e"]);
  });
});

describe("projectPathsOf", () => {
  it("goes as deep as a project in the deepest group, and no deeper", () => {
    const segments = Array.from({ length: 30 }, (_, index) => `s${index}`);
    const paths = projectPathsOf(segments.join("/"));
    expect(paths).toHaveLength(21);
    expect(paths.at(-1)).toBe(segments.slice(0, 21).join("/"));
  });
});

describe("requireGroupDepth", () => {
  it("lets groups nest 20 deep", () => {
    expect(() => requireGroupDepth(Array(20).fill("g").join("/"))).not.toThrow();
    expect(() => requireGroupDepth(Array(21).fill("g").join("/"))).toThrow("groups nest at most 20 deep");
  });
});

describe("lastSegment", () => {
  it("is what stands after the last slash", () => {
    expect(lastSegment("a/b/c")).toBe("c");
    expect(lastSegment("a")).toBe("a");
  });
});
