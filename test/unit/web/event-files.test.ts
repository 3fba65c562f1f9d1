import { describe, expect, it } from "vitest";
import { csvCell, type EventRecord, eventsAsCsv, eventsAsJson } from "../../../src/web/activity/event-files.ts";

const RECORD: EventRecord = {
  id: 7,
  created_at: "2026-11-02T12:00:00.000Z",
  author_username: "max",
  author_name: "Max",
  author_type: "human",
  action_name: "pushed",
  target_type: "Image",
  target_id: null,
  target_title: "team/app:1",
  project_id: 3,
  project_path: "team/app",
  access_token_id: null,
  access_token_name: null,
  address: null,
  ref_type: null,
  ref: null,
  ref_count: null,
  commit_count: null,
  commit_from: null,
  commit_to: null,
  commit_title: null,
};

async function* batches(...all: readonly EventRecord[][]): AsyncGenerator<readonly EventRecord[], void> {
  yield* all;
}

async function textOf(parts: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const part of parts) text += part;
  return text;
}

describe("a cell of a CSV file", () => {
  it.each([
    ["=1+1", "'=1+1"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1", "'\t=1"],
    ["\r=1", '"\'\r=1"'],
    ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
  ])("is no formula: %j", (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });

  it.each([
    ["plain", "plain"],
    ["a=b", "a=b"],
    ["a,b", '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ["two\nlines", '"two\nlines"'],
    [null, ""],
    [-4, "-4"],
  ])("holds any other value as it is: %j", (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });
});

describe("a file of events", () => {
  it("is CSV with the names of its columns first, and CRLF at the ends of lines", async () => {
    const lines = (await textOf(eventsAsCsv(batches([RECORD], [{ ...RECORD, id: 8 }])))).split("\r\n");
    expect(lines[0]).toMatch(/^id,created_at,author_username,/);
    expect(lines[1]).toBe("7,2026-11-02T12:00:00.000Z,max,Max,human,pushed,Image,,team/app:1,3,team/app,,,,,,,,,,");
    expect(lines.slice(2)).toEqual([expect.stringMatching(/^8,/), ""]);
    expect(Object.keys(RECORD)).toEqual(lines[0]?.split(","));
  });

  it.each([[[]], [[[RECORD]]], [[[RECORD, { ...RECORD, id: 8 }], [{ ...RECORD, id: 9 }]]]])(
    "is one JSON array, however it was read",
    async (all: EventRecord[][]) => {
      expect(JSON.parse(await textOf(eventsAsJson(batches(...all))))).toEqual(all.flat());
    },
  );
});
