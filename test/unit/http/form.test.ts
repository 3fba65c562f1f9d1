import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseParameters } from "../../../src/http/form.ts";

describe("parseParameters", () => {
  it("reads back whatever a client wrote, every value of a name in its order", () => {
    const text = fc.string({ unit: "grapheme" });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 20 }), (pairs) => {
        const parameters = parseParameters(new URLSearchParams(pairs).toString(), "form");
        for (const [name] of pairs) {
          expect(parameters.all(name)).toEqual(pairs.filter(([other]) => other === name).map(([, value]) => value));
        }
      }),
    );
  });

  it.each([
    ["a=b=c", "a", ["b=c"]],
    ["a", "a", [""]],
    ["&&a=b&", "a", ["b"]],
    ["a=1&b=2&a=3", "a", ["1", "3"]],
    ["a=x+y%20z%2B", "a", ["x y z+"]],
    ["", "a", []],
    ["a[]=1&a[b]=2", "a", []],
    ["__proto__=1", "__proto__", ["1"]],
    ["a=p\xc3\xa4ss", "a", ["päss"]],
  ])("reads of %j the parameter %j as %j", (text, name, values) => {
    expect(parseParameters(text, "form").all(name)).toEqual(values);
  });

  it.each(["a=%", "a=%4", "a=%zz", "%ff=1", "a=\xff", "a=%c3%28"])("refuses %j and names what it is of", (text) => {
    expect(() => parseParameters(text, "query")).toThrow(/^the query is malformed/);
  });

  it("reads 1,000 parameters and refuses 1,001, before it decodes any", () => {
    expect(parseParameters("a=1&".repeat(999), "query").all("a")).toHaveLength(999);
    expect(() => parseParameters("%zz&".repeat(1000), "query")).toThrow(/^query has too many parameters .*1000/);
  });
});

describe("Parameters", () => {
  const parameters = parseParameters("one=1&same=x&same=x&two=1&two=2&empty=", "form");

  it("takes the same value twice for one, and refuses different ones", () => {
    expect([parameters.one("one"), parameters.one("same"), parameters.one("none")]).toEqual(["1", "x", undefined]);
    expect(() => parameters.one("two")).toThrow("two is given more than once");
  });

  it("demands a value that is there and not empty", () => {
    expect(parameters.required("one")).toBe("1");
    expect(() => parameters.required("none")).toThrow("none is missing");
    expect(() => parameters.required("empty")).toThrow("empty is missing");
  });
});
