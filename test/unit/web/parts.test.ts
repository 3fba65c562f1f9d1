import { describe, expect, it } from "vitest";
import { bars, type DailyCounts, spark } from "../../../src/web/parts/bars.ts";
import { chips } from "../../../src/web/parts/chips.ts";
import { ends } from "../../../src/web/parts/ends.ts";
import { textField } from "../../../src/web/parts/field.ts";
import { gitPush } from "../../../src/web/parts/git-push.ts";
import { readyLines } from "../../../src/web/parts/ready-lines.ts";
import { scopeList } from "../../../src/web/parts/scope-list.ts";
import { scopeChips } from "../../../src/web/parts/scopes.ts";
import { choosable, table } from "../../../src/web/parts/table.ts";
import { textareaField } from "../../../src/web/parts/textarea-field.ts";
import { FormState } from "../../../src/web/protocol/form-state.ts";
import { OF_FIVE, PUSH } from "../../support/record-push.ts";

const NOW = new Date("2026-11-30T12:00:00Z");

/** What people read of a part. */
const wordsOf = (part: unknown) =>
  String(part)
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();

const all = (part: unknown, pattern: RegExp) => Array.from(String(part).matchAll(pattern), ([, found]) => found);

describe("bars", () => {
  const daily = (counts: readonly number[]): DailyCounts => ({ from: "2026-11-29", counts, one: "pull" });

  it("draw each day that is not empty, the busiest to the top and the least so that it is seen", () => {
    expect(all(spark(daily([1000, 0, 1, 500])), /d="([^"]*)"/g)).toEqual(["M1 16V0M7 16V14M10 16V8"]);
  });

  it("draw nothing where nothing happened, and say so where they are large", () => {
    expect(spark(daily([0, 0]))).toBeNull();
    expect(all(bars("Pulls", daily([0, 0])), / (?:d|aria-label)="([^"]*)"/g)).toEqual(["Pulls: 0 pulls in 2 days", ""]);
  });

  it("say how many there are, and have a table of every number", () => {
    const large = bars("Pulls", daily([1, 0, 1203]));
    expect(all(large, /aria-label="([^"]*)"/g)).toEqual(["Pulls: 1,204 pulls in 3 days, 1,203 on the busiest"]);
    expect(all(large, /<tr><th scope="row">(.*?)<\/tr>/g).map(wordsOf)).toEqual([
      "29 Nov 2026 1",
      "30 Nov 2026 0",
      "1 Dec 2026 1,203",
    ]);
  });
});

describe("an end", () => {
  it.each([
    [null, "no end date", ""],
    ["2026-11-29", "29 Nov 2026 expired", "bad"],
    ["2026-11-30", "30 Nov 2026 expired", "bad"],
    ["2026-12-01", "1 Dec 2026 within a day", "warn"],
    ["2026-12-14", "14 Dec 2026 in 14 days", "warn"],
    ["2026-12-15", "15 Dec 2026 in 15 days", ""],
    ["2027-11-30", "30 Nov 2027 in 365 days", ""],
  ])("on %s reads %j", (date, words, kind) => {
    const part = ends(date, NOW);
    expect(wordsOf(part)).toBe(words);
    expect(all(part, /class="badge (\w+)"/g)).toEqual(kind === "" ? [] : [kind]);
  });
});

describe("a push by Git", () => {
  const gone = { action: "removed", commitCount: 0, commitTo: null, commitTitle: null } as const;

  it.each([
    [{}, "pushed to branch main · 3 commits: Fix the build"],
    [{ commitCount: 1 }, "pushed to branch main · 1 commit: Fix the build"],
    [{ commitCount: 1204, commitTitle: null }, "pushed to branch main · 1,204 commits"],
    [{ commitCount: 0 }, "pushed to branch main · Fix the build"],
    [{ commitCount: 0, commitTitle: null }, "pushed to branch main"],
    [{ action: "created" }, "pushed new branch main · 3 commits: Fix the build"],
    [{ action: "created", refType: "tag", ref: "v1", commitCount: 0 }, "pushed new tag v1 · Fix the build"],
    [gone, "deleted branch main"],
    [OF_FIVE, "pushed to 5 branches"],
    [{ ...OF_FIVE, action: "created" }, "pushed 5 new branches"],
    [{ ...OF_FIVE, action: "created", refType: "tag", refCount: 1 }, "pushed 1 new tag"],
    [{ ...OF_FIVE, action: "removed", refType: "tag", refCount: 1204 }, "deleted 1,204 tags"],
  ] as const)("reads as at GitLab: %j", (otherwise, words) => {
    expect(wordsOf(gitPush({ ...PUSH, ...otherwise }))).toBe(words);
  });

  it("says where it went where that is not clear", () => {
    const words = wordsOf(gitPush(PUSH, "team/app"));
    expect(words).toBe("pushed to branch main in team/app · 3 commits: Fix the build");
  });

  it("has names and titles of others as text, each with a direction of its own", () => {
    const hostile = "<script>\u202e";
    const part = String(gitPush({ ...PUSH, ref: hostile, commitTitle: hostile }));
    expect(all(part, /<bdi>(.*?)<\/bdi>/g)).toEqual(["&lt;script&gt;\u202e", "&lt;script&gt;\u202e"]);
    expect(part.replaceAll(/<bdi>.*?<\/bdi>/g, "")).not.toContain("\u202e");
  });
});

describe("a field", () => {
  const wrong = new FormState({ days: ["mon"] }, [{ field: "days", message: "is missing" }]);

  it("is described by its problem first, then by its hint", () => {
    const part = textField(wrong, { name: "days", label: "Days", hint: "Of the week." });
    expect(all(part, /aria-describedby="([^"]*)"/g)).toEqual(["days-problem days-hint"]);
    expect(all(part, / id="([^"]*)"/g)).toEqual(["days", "days-problem", "days-hint"]);
  });

  it("of several controls has its own name as the id of the first, where the list of problems leads", () => {
    const choices = ["mon", "tue"].map((value) => ({ value, words: value }));
    const part = chips(wrong, { name: "days", label: "Days", kind: "checkbox", choices });
    expect(all(part, /<input [^>]*id="([^"]*)"/g)).toEqual(["days", "days-tue"]);
    expect(all(part, /value="(\w+)" checked/g)).toEqual(["mon"]);
  });

  it("of some lines keeps an empty first line", () => {
    const part = textareaField(new FormState({ text: "\nsecond" }), { name: "text", label: "Text", rows: 3 });
    expect(String(part)).toContain(">\n\nsecond</textarea>");
  });
});

describe("the list of scopes", () => {
  const list = (pushAlone?: string) =>
    scopeList(new FormState({ scopes: "write_registry" }), {
      name: "scopes",
      label: "Scopes",
      groups: [
        { title: "Images", scopes: [{ scope: "write_registry", about: "Push.", needs: 30 }] },
        { title: "API", scopes: [{ scope: "api", about: "All of it." }] },
      ],
      ...(pushAlone === undefined ? {} : { pushAlone }),
    });

  it("names each group and describes each box", () => {
    const part = list();
    expect(all(part, /role="group" aria-labelledby="([^"]*)"/g)).toEqual(["scopes-group-0", "scopes-group-1"]);
    expect(all(part, /<input [^>]*aria-describedby="([^"]*)"/g)).toEqual(["scopes-about", "scopes-api-about"]);
    expect(all(part, /value="(\w+)" checked/g)).toEqual(["write_registry"]);
  });

  it("knows which roles cannot use a scope, and warns of pushing alone only where that matters", () => {
    expect(all(list(), /data-needs="(\d+)"/g)).toEqual(["30"]);
    expect(String(list())).not.toContain("push-alone");
    expect(wordsOf(list("Pulling is needed too."))).toContain("Pulling is needed too.");
  });
});

it("a scope that nobody uses is marked by words too", () => {
  expect(wordsOf(scopeChips(["read_registry", "api"], ["api"]))).toBe("read_registry api api: unused for 90 days");
});

it("the first of the ready lines shows without a choice, and each can be copied by its own button", () => {
  const part = readyLines("ways", "Ways", [
    { name: "Docker", lines: "docker login" },
    { name: "Podman", lines: "podman login" },
  ]);
  expect(all(part, /name="ways" value="(\d)" checked/g)).toEqual(["0"]);
  expect(all(part, /data-copy="([^"]*)"/g)).toEqual(all(part, /<pre id="([^"]*)"/g));
});

describe("a table", () => {
  const columns = [{ name: "Name" }, { name: "Ends" }];

  it("marks a row that was just made, and no other", () => {
    const part = table("Tokens", columns, [{ isNew: true, cells: ["a", "b"] }, ["c", "d"]]);
    expect(all(part, /<tr role="row"( class="new")?><th role="rowheader"/g)).toEqual([' class="new"', undefined]);
  });

  it("has a box in the head of a row that can be chosen, for a form elsewhere", () => {
    const part = choosable(
      { form: "chosen", name: "ids", value: 7, object: "ci-push" },
      textField(new FormState(), {
        name: "x",
        label: "X",
      }),
    );
    expect(String(part)).toContain('form="chosen" name="ids" value="7" aria-label="Choose ci-push"');
  });
});
