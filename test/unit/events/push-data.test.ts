import { describe, expect, it } from "vitest";
import { gitActionOf, keptPush } from "../../../src/events/push-data.ts";
import { PUSH } from "../../support/record-push.ts";

describe("a push by Git", () => {
  it.each([
    ["created", "pushed_new"],
    ["pushed", "pushed_to"],
    ["removed", "deleted"],
  ] as const)("to a ref that is %s is an event %s", (action, recorded) => {
    expect(gitActionOf({ ...PUSH, action })).toBe(recorded);
  });

  it.each([
    [null, null],
    ["", null],
    ["\0", null],
    ["Fix the build", "Fix the build"],
    ["a".repeat(70), "a".repeat(70)],
    ["a".repeat(71), `${"a".repeat(69)}…`],
    ["a".repeat(10_000_000), `${"a".repeat(69)}…`],
    // Characters of two units, counted as one and never cut in half.
    ["😀".repeat(70), "😀".repeat(70)],
    ["😀".repeat(71), `${"😀".repeat(69)}…`],
    [`a${"😀".repeat(100)}`, `a${"😀".repeat(68)}…`],
    // What PostgreSQL takes for no text.
    ["nu\0ll", "null"],
    ["half \ud83d", "half \ufffd"],
  ])("keeps 70 characters of a title: %#", (commitTitle, kept) => {
    expect(keptPush({ ...PUSH, commitTitle })).toEqual({ ...PUSH, commitTitle: kept });
  });
});
