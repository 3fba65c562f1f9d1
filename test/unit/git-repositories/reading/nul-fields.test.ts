import { describe, expect, it } from "vitest";
import { gatherFields, readRecords } from "../../../../src/git-repositories/reading/nul-fields.ts";

/** The bytes, in pieces of a size. */
async function* inPieces(bytes: string | Buffer, size: number): AsyncGenerator<Buffer> {
  const all = Buffer.from(bytes);
  for (let start = 0; start < all.length; start += size) yield all.subarray(start, start + size);
}

describe("gatherFields", () => {
  it.each([1, 2, 3, 5, 100])(
    "finds the same fields in pieces of %i bytes: empty ones, and ones with line ends",
    async (size) => {
      const text = "one\0\0a\nb\tc\0\u{1F9AD}é\0";
      expect(await gatherFields(inPieces(text, size), 100)).toEqual(["one", "", "a\nb\tc", "\u{1F9AD}é"]);
    },
  );

  it("drops what has no end", async () => {
    expect(await gatherFields(inPieces("whole\0cut off", 4), 100)).toEqual(["whole"]);
  });

  it.each([1, 7, 100])(
    "keeps the beginning of a field that is too long, and the next ones whole: pieces of %i",
    async (size) => {
      expect(await gatherFields(inPieces(`${"x".repeat(50)}\0next\0`, size), 10)).toEqual(["x".repeat(10), "next"]);
      expect(await gatherFields(inPieces(`${"x".repeat(10)}\0`, size), 10)).toEqual(["x".repeat(10)]);
    },
  );

  it("leaves a character out that it would cut in two", async () => {
    expect(await gatherFields(inPieces("abcé\0", 3), 4)).toEqual(["abc"]);
  });

  it("replaces bytes that are no UTF-8", async () => {
    const bytes = Buffer.from([0x61, 0xff, 0x62, 0xc3, 0]);
    expect(await gatherFields(inPieces(bytes, 2), 100)).toEqual(["a\uFFFDb\uFFFD"]);
  });
});

describe("readRecords", () => {
  it("groups the fields, and gives no record that is not whole", async () => {
    const records: (readonly string[])[] = [];
    for await (const record of readRecords(inPieces("1\0one\x002\0two\x003\0", 3), 2, 100)) records.push(record);
    expect(records).toEqual([
      ["1", "one"],
      ["2", "two"],
    ]);
  });
});
