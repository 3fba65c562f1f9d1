import { describe, expect, it } from "vitest";
import { commitResult, renderCommit, renderGitDate } from "../../../src/api/commit.schema.ts";
import { readGitDate } from "../../../src/git-repositories/reading/read-commits.ts";
import { createLinks } from "../../../src/links.ts";

const gitDate = commitResult.shape.created_at;

describe("renderGitDate", () => {
  it.each([
    ["1767268800 +0000", "2026-01-01T12:00:00.000+00:00"],
    ["1767268800 +0130", "2026-01-01T13:30:00.000+01:30"],
    ["1767268800 -0800", "2026-01-01T04:00:00.000-08:00"],
    ["0 +0000", "1970-01-01T00:00:00.000+00:00"],
    // Absurd, but a client of git's may send it.
    ["0 -1200", "1970-01-01T00:00:00.000-12:00"],
    ["1767268800 +9999", "2026-01-01T12:00:00.000+00:00"],
    ["1767268800 +51800", "2026-01-01T12:00:00.000+00:00"],
    ["99999999999999999 +0000", "9999-12-31T23:59:59.000+00:00"],
    ["253402300799 +1200", "9999-12-31T23:59:59.000+12:00"],
    ["", "1970-01-01T00:00:00.000+00:00"],
    ["nonsense", "1970-01-01T00:00:00.000+00:00"],
  ])("writes %j as %j, which has the form that the answer promises", (raw, written) => {
    expect(renderGitDate(readGitDate(raw))).toBe(written);
    expect(gitDate.safeParse(written).success).toBe(true);
  });
});

describe("renderCommit", () => {
  const links = createLinks({ url: "https://example.com", registry: { url: "https://r.example.com" } } as never, true);
  const by = { name: "Ann", email: "a@example.com", at: readGitDate("0 +0000") };
  const title = (message: string) =>
    renderCommit(
      { id: "a".repeat(40), parentIds: [], message, author: by, committer: by },
      { path: "team/app" } as never,
      links,
    ).title;

  it.each([
    ["Fix it\n", "Fix it"],
    ["Fix\r\nit", "Fix"],
    ["\n\n  Late\nmore", "Late"],
    ["", ""],
  ])("takes the first line of %j as the title", (message, wanted) => {
    expect(title(message)).toBe(wanted);
  });
});
