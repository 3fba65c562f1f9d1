import { describe, expect, it } from "vitest";
import {
  type DefaultBranchProtection,
  firstDefaultBranch,
  NO_OBJECT,
  type RefUpdate,
  refusePush,
  withoutHidden,
} from "../../../src/git-repositories/decide-updates.ts";

const OLD = "1".repeat(40);
const NEW = "2".repeat(40);

/** What can become of a ref. */
const CHANGES = {
  create: { from: NO_OBJECT, to: NEW },
  update: { from: OLD, to: NEW },
  force: { from: OLD, to: NEW },
  delete: { from: OLD, to: NO_OBJECT },
} as const;
type Change = keyof typeof CHANGES;

const PROTECTIONS = [0, 1, 2] as const;
/** Who may push at all: the policy of access lets nobody below Developer come this far. */
const LEVELS = [30, 40, 50];

/** What is decided of one update; `defaultBranch` is undefined in a repository to which nothing was pushed. */
function decide(
  change: Change,
  ref: string,
  { accessLevel = 50, protection = 2 as DefaultBranchProtection, defaultBranch = "main" as string | undefined } = {},
): Promise<string | undefined> {
  const isForward = () => Promise.resolve(change !== "force");
  return refusePush([{ ref, ...CHANGES[change] }], { accessLevel, protection, defaultBranch, isForward });
}

/** The row of docs/spec/git.md "Who may do what" about the default branch, written again as it reads. */
function mayChangeDefault(change: Change, level: number, protection: DefaultBranchProtection): boolean {
  if (change === "delete") return false;
  const rules = { 0: true, 1: change !== "force", 2: change !== "force" && level >= 40 };
  return rules[protection];
}

const ROWS = (Object.keys(CHANGES) as Change[]).flatMap((change) =>
  PROTECTIONS.map((protection) => [change, protection] as const),
);

describe("refusePush", () => {
  it.each(ROWS)(
    "decides on %s of the default branch with the protection %d, for each level",
    async (change, protection) => {
      for (const accessLevel of LEVELS) {
        const refusal = await decide(change, "refs/heads/main", { accessLevel, protection });
        expect(refusal === undefined, refusal).toBe(mayChangeDefault(change, accessLevel, protection));
      }
    },
  );

  it.each(ROWS)(
    "lets through %s of other branches, of tags and of notes with the protection %d",
    async (change, protection) => {
      for (const accessLevel of LEVELS)
        for (const ref of [
          "refs/heads/feature",
          "refs/heads/main/x",
          "refs/tags/main",
          "refs/tags/v1",
          "refs/notes/commits",
        ])
          expect(await decide(change, ref, { accessLevel, protection }), ref).toBeUndefined();
    },
  );

  it("says what is refused of the default branch, and why", async () => {
    expect(await decide("force", "refs/heads/main")).toBe(
      "You are not allowed to force push code to a protected branch on this project.",
    );
    expect(await decide("delete", "refs/heads/main", { protection: 0 })).toBe(
      "The default branch of a project cannot be deleted.",
    );
    expect(await decide("update", "refs/heads/main", { accessLevel: 30 })).toBe(
      "You are not allowed to push code to protected branches on this project: the default branch takes the level " +
        "Maintainer, and yours is Developer.",
    );
  });

  it("protects the default branch by its name alone", async () => {
    expect(await decide("force", "refs/heads/main", { defaultBranch: "trunk" })).toBeUndefined();
    expect(await decide("force", "refs/heads/trunk", { defaultBranch: "trunk" })).toBeDefined();
  });

  it.each([2, 1] as const)(
    "asks git about no creation, and about no deletion, with the protection %d",
    async (protection) => {
      const asked: RefUpdate[] = [];
      const isForward = (update: RefUpdate) => Promise.resolve(asked.push(update) > 0);
      const updates = (["create", "delete"] as const).map((change) => ({ ref: "refs/heads/x", ...CHANGES[change] }));
      for (const update of updates)
        await refusePush([update], { accessLevel: 50, protection, defaultBranch: "x", isForward });
      expect(asked).toEqual([]);
    },
  );

  it("refuses where git cannot compare", async () => {
    const isForward = () => Promise.reject(new Error("unknown commit"));
    const facts = { accessLevel: 50, protection: 1, defaultBranch: "main", isForward } as const;
    await expect(refusePush([{ ref: "refs/heads/main", ...CHANGES.update }], facts)).rejects.toThrow("unknown commit");
  });

  it("refuses the whole push for one of its updates", async () => {
    const updates = [
      { ref: "refs/heads/feature", ...CHANGES.create },
      { ref: "refs/heads/main", ...CHANGES.update },
      { ref: "refs/tags/v1", ...CHANGES.create },
    ];
    const facts = {
      accessLevel: 30,
      protection: 2,
      defaultBranch: "main",
      isForward: () => Promise.resolve(true),
    } as const;
    expect(await refusePush(updates, facts)).toMatch(/protected branches/);
  });
});

describe("refusePush in a repository without a default branch", () => {
  const facts = (accessLevel: number, protection: DefaultBranchProtection) => ({
    accessLevel,
    protection,
    defaultBranch: undefined,
    isForward: () => Promise.resolve(true),
  });
  const created = (...names: string[]) => names.map((ref) => ({ ref, ...CHANGES.create }));

  it.each(PROTECTIONS)("protects with %d the branch that becomes it", async (protection) => {
    for (const accessLevel of LEVELS) {
      const refusal = await refusePush(created("refs/heads/feature"), facts(accessLevel, protection));
      expect(refusal === undefined).toBe(protection < 2 || accessLevel >= 40);
    }
  });

  it("lets a Developer push what does not become it: a tag", async () => {
    expect(await refusePush(created("refs/tags/v1"), facts(30, 2))).toBeUndefined();
  });

  it("refuses a Developer main beside others, whatever their order", async () => {
    expect(await refusePush(created("refs/heads/a", "refs/heads/main"), facts(30, 2))).toMatch(/protected/);
  });
});

describe("the names that refusePush refuses", () => {
  const HEX = "0123456789abcdef";
  const refusals: Record<string, { name: string; rule: RegExp }> = {
    HEAD: { name: "HEAD", rule: /HEAD/ },
    "-x": { name: "-x", rule: /hyphen/ },
    "an option of git's": { name: "--upload-pack=touch", rule: /hyphen/ },
    "40 hexadecimal digits": { name: HEX.repeat(3).slice(0, 40), rule: /40 or 64 hexadecimal digits/ },
    "such in capitals": { name: HEX.repeat(3).slice(0, 40).toUpperCase(), rule: /40 or 64 hexadecimal digits/ },
    "64 hexadecimal digits": { name: HEX.repeat(4), rule: /40 or 64 hexadecimal digits/ },
    "256 bytes": { name: "x".repeat(256 - "refs/heads/".length), rule: /at most 255 bytes/ },
    "256 bytes of fewer characters": { name: `x${"ü".repeat(122)}`, rule: /at most 255 bytes/ },
  };

  it.each(Object.entries(refusals))("%s, for an Owner without any protection too", async (_what, { name, rule }) => {
    const ref = `refs/heads/${name}`;
    for (const change of ["create", "update", "force"] as const)
      expect(await decide(change, ref, { protection: 0 })).toMatch(rule);
  });

  it("of a branch that is there, it lets the deletion through", async () => {
    for (const { name } of Object.values(refusals))
      expect(await decide("delete", `refs/heads/${name}`)).toBeUndefined();
  });

  it("are no others", async () => {
    const fine = [
      "head",
      "HEAD/x",
      "x-",
      "feature/-x",
      HEX.repeat(3).slice(0, 39),
      HEX.repeat(3).slice(0, 41),
      HEX.repeat(4).slice(0, 63),
      `g${HEX.repeat(3).slice(1, 40)}`,
      "x".repeat(255 - "refs/heads/".length),
      "ü".repeat(122),
    ];
    for (const name of fine) expect(await decide("create", `refs/heads/${name}`), name).toBeUndefined();
  });

  it("are those of branches, but for the length", async () => {
    for (const name of ["HEAD", "-x", HEX.repeat(4)])
      expect(await decide("create", `refs/tags/${name}`)).toBeUndefined();
    expect(await decide("create", `refs/tags/${"x".repeat(246)}`)).toMatch(/at most 255 bytes/);
  });
});

describe("withoutHidden", () => {
  it("leaves out what git refuses by itself, and keeps the order of the rest", () => {
    const open = ["refs/heads/a", "refs/tags/v1", "refs/notes/commits", "refs/heads/refs/pull/1"];
    const hidden = ["refs/pull/1/head", "refs/remotes/origin/main", "refs/headsx", "refs/stash", "refs/keep-around/1"];
    const mixed = open.flatMap((ref, index) => [ref, hidden[index] ?? "refs/x"]);
    const updates = mixed.map((ref) => ({ ref, ...CHANGES.create }));
    expect(withoutHidden(updates).map(({ ref }) => ref)).toEqual(open);
  });
});

describe("firstDefaultBranch", () => {
  const of = (...refs: string[]) => firstDefaultBranch(refs.map((ref) => ({ ref, ...CHANGES.create })));

  it("is main, else master, else the first that is pushed", () => {
    expect(of("refs/heads/a", "refs/heads/master", "refs/heads/main")).toBe("main");
    expect(of("refs/heads/a", "refs/heads/master")).toBe("master");
    expect(of("refs/tags/main", "refs/heads/b", "refs/heads/a")).toBe("b");
    expect(of("refs/tags/main", "refs/notes/main")).toBeUndefined();
  });

  it("is none that is deleted", () => {
    expect(firstDefaultBranch([{ ref: "refs/heads/main", ...CHANGES.delete }])).toBeUndefined();
  });
});
