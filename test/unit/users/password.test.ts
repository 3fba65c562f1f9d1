import { describe, expect, it } from "vitest";
import { digestPassword, passwordMatches } from "../../../src/users/password.ts";

describe("digestPassword", () => {
  it("writes scrypt in the PHC format, with the cost that OWASP asks for", async () => {
    expect(await digestPassword("correct horse")).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$[\w+/]{22}\$[\w+/]{43}$/);
  });

  it("is another one each time, since it is salted", async () => {
    expect(await digestPassword("correct horse")).not.toBe(await digestPassword("correct horse"));
  });
});

describe("passwordMatches", () => {
  it("is true for the password alone", async () => {
    const digest = await digestPassword("correct horse");
    expect(await passwordMatches("correct horse", digest)).toBe(true);
    for (const wrong of ["correct hors", "Correct horse", "correct horse ", ""]) {
      expect(await passwordMatches(wrong, digest), wrong).toBe(false);
    }
  });

  it("is true for the same characters written in another form of Unicode", async () => {
    expect(await passwordMatches("pa\u0308sswort", await digestPassword("p\u00E4sswort"))).toBe(true);
  });

  it("reads digests of another cost", async () => {
    // RFC 7914 section 12: scrypt("password", "NaCl", N=1024, r=8, p=16, dkLen=64).
    const key =
      "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640";
    const base64 = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");
    const digest = `$scrypt$ln=10,r=8,p=16$${base64(Buffer.from("NaCl"))}$${base64(Buffer.from(key, "hex"))}`;
    expect(await passwordMatches("password", digest)).toBe(true);
    expect(await passwordMatches("Password", digest)).toBe(false);
  });

  it("is false for nobody, and for a digest that cannot be read", async () => {
    expect(await passwordMatches("", undefined)).toBe(false);
    expect(await passwordMatches("x", "$argon2id$v=19$m=1$aa$bb")).toBe(false);
  });

  it("works as hard for nobody as for somebody", async () => {
    const digest = await digestPassword("correct horse");
    const time = async (of: string | undefined) => {
      const start = process.cpuUsage();
      await passwordMatches("wrong horse", of);
      return process.cpuUsage(start).user;
    };
    expect(await time(undefined)).toBeGreaterThan((await time(digest)) / 3);
  });
});
