import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UnauthenticatedError } from "../../../src/errors.ts";
import { readBasicCredentials } from "../../../src/http/basic-credentials.ts";

const encode = (text: string) => Buffer.from(text, "utf8").toString("base64");

describe("readBasicCredentials", () => {
  it.each([undefined, "", `Basic ${encode(":")}`])("takes %j for anonymous", (header) => {
    expect(readBasicCredentials(header)).toBeUndefined();
  });

  it.each([
    ["a user and a password", "ann:secret", { username: "ann", password: "secret" }],
    ["a password with colons: all after the first", "ann:se:cr:et", { username: "ann", password: "se:cr:et" }],
    ["no user", ":secret", { username: "", password: "secret" }],
    ["no password", "ann:", { username: "ann", password: "" }],
    ["UTF-8", "änn:pässwörd☃", { username: "änn", password: "pässwörd☃" }],
    ["a byte order mark, which belongs to the name", "\uFEFFann:x", { username: "\uFEFFann", password: "x" }],
    ["spaces, which belong to the password", "ann: x ", { username: "ann", password: " x " }],
  ])("reads %s", (_what, text, expected) => {
    expect(readBasicCredentials(`Basic ${encode(text)}`)).toEqual(expected);
  });

  it("reads the scheme in any case, after any number of spaces", () => {
    expect(readBasicCredentials(`bAsIc   ${encode("ann:x")}`)).toEqual({ username: "ann", password: "x" });
  });

  it("reads base64 without padding", () => {
    expect(encode("ann:x").endsWith("=")).toBe(true);
    expect(readBasicCredentials(`Basic ${encode("ann:x").replace(/=+$/, "")}`)).toMatchObject({ username: "ann" });
  });

  it.each([
    ["another scheme", `Bearer ${encode("ann:x")}`],
    ["no credentials", "Basic"],
    ["empty credentials", "Basic "],
    ["no scheme", encode("ann:x")],
    ["characters outside of base64", `Basic ${encode("ann:x")}!`],
    ["a stray character inside", "Basic YW5u$Ong="],
    ["a second word", `Basic ${encode("ann:x")} ${encode("bob:y")}`],
    ["too much padding", `Basic ${encode("ann:xy")}====`],
    ["bits past the end", "Basic YW5uOnh5eh=="],
    ["bytes that are no UTF-8", `Basic ${Buffer.from([0x61, 0x3a, 0xff]).toString("base64")}`],
    ["no colon", `Basic ${encode("ann")}`],
  ])("refuses %s", (_what, header) => {
    expect(() => readBasicCredentials(header)).toThrow(UnauthenticatedError);
  });

  it("never repeats what it was given", () => {
    expect(() => readBasicCredentials(`Basic ${encode("hunter2hunter2")}`)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("hunter2") }),
    );
  });

  it("gives back any user and password, and refuses or reads anything else", () => {
    const wellFormed = fc.string({ unit: "grapheme" });
    fc.assert(
      fc.property(wellFormed, wellFormed, (name, password) => {
        const username = name.replaceAll(":", "");
        fc.pre(username !== "" || password !== "");
        expect(readBasicCredentials(`Basic ${encode(`${username}:${password}`)}`)).toEqual({ username, password });
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (header) => {
        try {
          return readBasicCredentials(`Basic ${header}`) !== null;
        } catch (error) {
          return error instanceof UnauthenticatedError;
        }
      }),
    );
  });
});
