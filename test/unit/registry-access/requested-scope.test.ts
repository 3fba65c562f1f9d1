import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ParsedScopes, parseScopes, renderScope } from "../../../src/registry-access/requested-scope.ts";

/** What was read, as plain values: `[type, name, actions]` of each scope. */
function read(parsed: ParsedScopes): [string, string, string[]][] {
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.scopes.map(({ type, name, actions }) => [type, name, [...actions]]);
}

describe("parseScopes", () => {
  it.each<[string, string[], [string, string, string[]][]]>([
    ["one action", ["repository:a/b:pull"], [["repository", "a/b", ["pull"]]]],
    ["several actions, in one order", ["repository:a/b:push,pull"], [["repository", "a/b", ["pull", "push"]]]],
    ["*", ["repository:a/b:*"], [["repository", "a/b", ["*"]]]],
    ["a name with host and port", ["repository:h.x:5000/a/b:pull"], [["repository", "h.x:5000/a/b", ["pull"]]]],
    ["a host in upper case", ["repository:HOST.X/a/b:pull"], [["repository", "HOST.X/a/b", ["pull"]]]],
    ["a class in brackets, which is dropped", ["repository(plugin):a/b:pull"], [["repository", "a/b", ["pull"]]]],
    [
      "every separator of a path component",
      ["repository:a.b/c_d/e__f/g---h:pull"],
      [["repository", "a.b/c_d/e__f/g---h", ["pull"]]],
    ],
    ["the catalog", ["registry:catalog:*"], [["registry", "catalog", ["*"]]]],
    [
      "two scopes in one value",
      ["repository:a/b:pull repository:c/d:push"],
      [
        ["repository", "a/b", ["pull"]],
        ["repository", "c/d", ["push"]],
      ],
    ],
    [
      "two values",
      ["repository:a/b:pull", "repository:c/d:push"],
      [
        ["repository", "a/b", ["pull"]],
        ["repository", "c/d", ["push"]],
      ],
    ],
    [
      "empty values and spaces, which are nothing",
      ["", "  ", " repository:a/b:pull  "],
      [["repository", "a/b", ["pull"]]],
    ],
    [
      "the same name twice, merged",
      ["repository:a/b:push", "repository:a/b:pull"],
      [["repository", "a/b", ["pull", "push"]]],
    ],
    ["the catalog twice, merged", ["registry:catalog:search", "registry:catalog:*"], [["registry", "catalog", ["*"]]]],
    ["an unknown action, dropped", ["repository:a/b:pull,fly"], [["repository", "a/b", ["pull"]]]],
    ["no action", ["repository:a/b:"], [["repository", "a/b", []]]],
    ["an unknown type, dropped", ["banana:a/b:pull"], []],
    ["an unknown thing of the registry, dropped", ["registry:things:*"], []],
    [
      "no name beside the catalog, as zot asks",
      ["repository::pull", "registry:catalog:*"],
      [["registry", "catalog", ["*"]]],
    ],
    ["no name and no action", ["repository::"], []],
    ["nothing", [], []],
  ])("reads %s", (_what, values, expected) => {
    expect(read(parseScopes(values))).toEqual(expected);
  });

  it.each([
    ["an unknown type", "banana:a/b:pull", ["type banana"]],
    ["an unknown thing of the registry", "registry:things:*", ["name things"]],
    ["a repository without a name", "repository::pull", ["name "]],
    ["unknown actions", "repository:a/b:pull,fly,swim", ["actions fly,swim"]],
    ["an action that the catalog has not", "registry:catalog:pull,*", ["actions pull"]],
    ["no action", "repository:a/b:", ["actions "]],
    ["nothing", "repository:a/b:pull,push,delete,*", []],
  ])("tells what it drops: %s", (_what, scope, expected) => {
    const dropped: string[] = [];
    parseScopes([scope], (text, part, value) => {
      expect(text).toBe(scope);
      dropped.push(`${part} ${value}`);
    });
    expect(dropped).toEqual(expected);
  });

  it.each([
    ["no colon", "repository"],
    ["one colon", "repository:a/b"],
    ["no type", ":a/b:pull"],
    ["a type in upper case", "Repository:a/b:pull"],
    ["an open bracket", "repository(plugin:a/b:pull"],
    ["an empty class", "repository():a/b:pull"],
    ["no name, but an action in upper case", "repository::PULL"],
    ["a name that is a space's worth of slashes", "repository:/:pull"],
    ["a name in upper case", "repository:Team/app:pull"],
    ["a name in upper case below the first segment", "repository:team/App:pull"],
    ["a name with ..", "repository:team/../other:pull"],
    ["a name with a leading slash", "repository:/team/app:pull"],
    ["a name with a trailing slash", "repository:team/app/:pull"],
    ["a name with two slashes", "repository:team//app:pull"],
    ["a segment that begins with a separator", "repository:team/-app:pull"],
    ["three underscores", "repository:team/a___b:pull"],
    ["a host that is the whole name", "repository:example.com:5000:pull"],
    ["a name of 256 characters", `repository:${"a".repeat(256)}:pull`],
    ["an action in upper case", "repository:a/b:PULL"],
    ["an action with a digit", "repository:a/b:pull2"],
    ["NUL", "repository:a/b\0:pull"],
    ["a line break", "repository:a/b\n:pull"],
    ["percent signs", "repository:a%2fb:pull"],
  ])("refuses %s, and shows it", (_what, scope) => {
    const parsed = parseScopes([scope]);
    expect(parsed).toMatchObject({ ok: false });
    expect(parsed).toHaveProperty("problem", expect.stringContaining(JSON.stringify(scope.slice(0, 100))));
  });

  it("reads a name of 255 characters", () => {
    expect(parseScopes([`repository:${"a".repeat(255)}:pull`])).toMatchObject({ ok: true });
  });

  it("refuses the whole request for one bad scope among good ones", () => {
    expect(parseScopes(["repository:a/b:pull nonsense"])).toMatchObject({ ok: false });
  });

  it("reads 100 scopes and refuses 101, whatever values they come in", () => {
    const scopes = (count: number) => Array.from({ length: count }, (_, index) => `repository:a/b${index}:pull`);
    expect(read(parseScopes(scopes(100)))).toHaveLength(100);
    expect(parseScopes([scopes(60).join(" "), ...scopes(41)])).toEqual({
      ok: false,
      problem: expect.stringContaining("101 scopes are too many: at most 100"),
    });
  });

  it("refuses names that could lie in more than 500 different groups and projects", () => {
    const below = (count: number) => [`repository:${"a/".repeat(count)}b:pull`];
    // Of each name: its first segment, and what is below that, to the depth of the deepest project.
    const deep = (count: number) =>
      Array.from({ length: count }, (_, index) => `repository:n${index}${"/x".repeat(100)}:pull`);
    expect(parseScopes(deep(23))).toMatchObject({ ok: true });
    expect(parseScopes(deep(24))).toEqual({ ok: false, problem: expect.stringContaining("more than 500 different") });
    // What lies below a project is the image's own, however deep, and names of one project share its groups.
    expect(parseScopes(below(120))).toMatchObject({ ok: true });
    const shared = Array.from({ length: 100 }, (_, index) => `repository:${"g/".repeat(20)}${index}/x/y/z:pull`);
    expect(parseScopes(shared)).toMatchObject({ ok: true });
  });

  it("says what is wrong in words that follow the parameter's name", () => {
    for (const values of [["nonsense"], Array.from({ length: 101 }, () => "a:b:c")]) {
      expect(parseScopes(values)).toHaveProperty("problem", expect.stringMatching(/^is invalid: /));
    }
  });

  it("cuts what it shows of a long scope", () => {
    const parsed = parseScopes([`repository:${"A".repeat(10_000)}:pull`]);
    expect(parsed.ok ? "" : parsed.problem).toHaveProperty(
      "length",
      expect.toSatisfy((length: number) => length < 500),
    );
  });
});

describe("the grammar, on anything", () => {
  const component = fc.stringMatching(/^[a-z0-9]{1,6}(?:[._-][a-z0-9]{1,6})?$/);
  const name = fc.array(component, { minLength: 1, maxLength: 4 }).map((segments) => segments.join("/"));
  const action = fc.constantFrom("pull", "push", "delete", "*", "fly", "");
  const actions = fc.array(action, { minLength: 1, maxLength: 5 }).map((some) => some.join(","));
  const repository = fc.tuple(name, actions).map(([of, some]) => `repository:${of}:${some}`);
  const catalog = actions.map((some) => `registry:catalog:${some}`);
  const scope = fc.oneof(repository, catalog, fc.constantFrom("banana:a:b", "repository(plugin):a/b:pull"));

  it("never throws, and reads or explains everything", () => {
    const nearly = fc.oneof(
      fc.string({ unit: "binary" }),
      scope,
      fc.tuple(scope, fc.string()).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(fc.array(nearly, { maxLength: 20 }), (values) => {
        const parsed = parseScopes(values);
        return parsed.ok ? Array.isArray(parsed.scopes) : parsed.problem.length > 0;
      }),
      { numRuns: 1000 },
    );
  });

  it("reads what it wrote as what it was", () => {
    fc.assert(
      fc.property(fc.array(scope, { maxLength: 20 }), (values) => {
        const once = parseScopes(values);
        if (!once.ok) throw new Error(once.problem);
        expect(parseScopes(once.scopes.map(renderScope))).toEqual(once);
      }),
    );
  });

  it("merges alike in any order", () => {
    const few = fc.oneof(
      actions.map((some) => `repository:a/b:${some}`),
      actions.map((some) => `repository:c/d:${some}`),
      catalog,
    );
    const shuffled = fc
      .array(few, { maxLength: 12 })
      .chain((values) => fc.tuple(fc.constant(values), fc.shuffledSubarray(values, { minLength: values.length })));
    const sorted = (values: string[]) => read(parseScopes(values)).sort(([, one], [, other]) => (one < other ? -1 : 1));
    fc.assert(
      fc.property(shuffled, ([values, other]) => {
        expect(sorted(other)).toEqual(sorted(values));
      }),
    );
  });
});
