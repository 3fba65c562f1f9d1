import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digestSecret, digestsEqual, isSecret, lastFour, makeSecret } from "../../../src/access-tokens/secret.ts";
import { type IdSource, systemIds } from "../../../src/ids.ts";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-";

describe("makeSecret", () => {
  it("is the prefix, random letters and digits, and a check", () => {
    expect(makeSecret("kspat-", systemIds)).toMatch(/^kspat-[A-Za-z0-9]{36}$/);
  });

  it("has at least 160 random bits", () => {
    let asked = 0;
    const ids: IdSource = {
      ...systemIds,
      base62: (length) => {
        asked += length * Math.log2(62);
        return systemIds.base62(length);
      },
    };
    makeSecret("kspat-", ids);
    expect(asked).toBeGreaterThanOrEqual(160);
  });

  it("is another one each time", () => {
    expect(new Set(Array.from({ length: 100 }, () => makeSecret("", systemIds)))).toHaveProperty("size", 100);
  });
});

describe("isSecret", () => {
  const prefix = fc.stringMatching(/^[A-Za-z0-9_-]{0,20}$/);
  const secret = prefix.map((text) => makeSecret(text, systemIds));

  it("accepts every secret, whatever its prefix", () => {
    fc.assert(fc.property(secret, isSecret));
  });

  it("refuses any single mistyped character", () => {
    const typo = fc.tuple(secret, fc.nat(), fc.constantFrom(...ALPHABET));
    fc.assert(
      fc.property(typo, ([text, at, other]) => {
        const place = at % text.length;
        fc.pre(text[place] !== other);
        return !isSecret(text.slice(0, place) + other + text.slice(place + 1));
      }),
      { numRuns: 2000 },
    );
  });

  it("refuses every single mistyped character of one secret", () => {
    const text = makeSecret("kspat-", systemIds);
    const typos = [...text].flatMap((right, place) =>
      [...ALPHABET]
        .filter((wrong) => wrong !== right)
        .map((wrong) => text.slice(0, place) + wrong + text.slice(place + 1)),
    );
    expect(typos.filter(isSecret)).toEqual([]);
  });

  it("refuses two neighbours that changed places", () => {
    const text = makeSecret("kspat-", systemIds);
    const swapped = Array.from({ length: text.length - 1 }, (_, at) => {
      return text.slice(0, at) + text.charAt(at + 1) + text.charAt(at) + text.slice(at + 2);
    }).filter((candidate) => candidate !== text);
    expect(swapped.filter(isSecret)).toEqual([]);
  });

  it("refuses a secret that was cut, or has something around it", () => {
    const text = makeSecret("kspat-", systemIds);
    for (const wrong of [text.slice(0, -1), text.slice(1), `${text} `, `${text}\n`, ` ${text}`, `${text}x`, ""]) {
      expect(isSecret(wrong), JSON.stringify(wrong)).toBe(false);
    }
  });

  it("refuses anything else without throwing", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 80 }), (text) => !isSecret(text)));
  });
});

describe("digestSecret", () => {
  it("is SHA-256 in hexadecimal", () => {
    const expected = createHash("sha256").update("kspat-x").digest("hex");
    expect(digestSecret("kspat-x")).toBe(expected);
    expect(expected).toMatch(/^[0-9a-f]{64}$/);
  });

  it("compares equal to itself alone", () => {
    expect(digestsEqual(digestSecret("a"), digestSecret("a"))).toBe(true);
    expect(digestsEqual(digestSecret("a"), digestSecret("b"))).toBe(false);
    expect(digestsEqual(digestSecret("a"), "")).toBe(false);
  });
});

describe("lastFour", () => {
  it("is the secret's end", () => {
    expect(lastFour("kspat-abcdWXYZ")).toBe("WXYZ");
  });
});
