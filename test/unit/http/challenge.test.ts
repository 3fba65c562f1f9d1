import { describe, expect, it } from "vitest";
import { parseChallenges } from "../../../src/http/challenge.ts";

const parsed = (header: string) =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

describe("parseChallenges", () => {
  it("reads the challenge of a registry, commas within quotes included", () => {
    const header = 'Bearer realm="http://localhost:8080/jwt/auth",service="r",scope="repository:a/b:pull,push"';
    expect(parsed(header)).toEqual([
      ["bearer", { realm: "http://localhost:8080/jwt/auth", service: "r", scope: "repository:a/b:pull,push" }],
    ]);
  });

  it("reads several challenges in one value", () => {
    expect(parsed('Negotiate, Basic realm="a", charset=UTF-8 , Bearer realm="b"')).toEqual([
      ["negotiate", {}],
      ["basic", { realm: "a", charset: "UTF-8" }],
      ["bearer", { realm: "b" }],
    ]);
  });

  it("reads over a token68", () => {
    expect(parsed('Negotiate dG9rZW4=, Bearer realm="b"')).toEqual([
      ["negotiate", {}],
      ["bearer", { realm: "b" }],
    ]);
  });

  it("takes away the backslashes of a quoted string", () => {
    expect(parsed(String.raw`Bearer realm="say \"yes\" \\ no"`)).toEqual([["bearer", { realm: 'say "yes" \\ no' }]]);
  });

  it("ignores the case of schemes and parameter names, empty elements and spaces around the equals sign", () => {
    expect(parsed(', BEARER Realm = "a", ,SERVICE=b,')).toEqual([["bearer", { realm: "a", service: "b" }]]);
  });

  it("finds none in an empty value", () => {
    expect(parsed("")).toEqual([]);
  });

  it.each([
    'Bearer realm="a',
    'Bearer realm="a" service="b"',
    'Bearer realm="a",realm="b"',
    'Bearer realm="a",service=',
    '"a"',
    "B\u0000",
  ])("refuses %j", (header) => {
    expect(() => parseChallenges(header)).toThrow(SyntaxError);
  });
});
