import { describe, expect, it } from "vitest";
import { PARTS, readArguments } from "../../../bench/arguments.ts";

describe("readArguments", () => {
  it("runs all parts and prints the table unless told otherwise", () => {
    expect(readArguments([])).toEqual({ json: false, parts: new Set(PARTS) });
  });

  it("takes --json, and parts by their names", () => {
    expect(readArguments(["--json", "--only", "growth,api"])).toEqual({
      json: true,
      parts: new Set(["growth", "api"]),
    });
  });

  it.each([
    ["an unknown part", ["--only", "rates,rate"], /"rate" is not one of rates, /],
    ["no part", ["--only="], /"" is not one of rates, /],
    ["an unknown option", ["--jsn"], /--jsn/],
    ["a name without its option", ["rates"], /rates/],
  ])("refuses %s, and names it", (_what, given, message) => {
    expect(() => readArguments(given)).toThrow(message);
  });
});
