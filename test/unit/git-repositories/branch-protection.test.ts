import { describe, expect, it } from "vitest";
import { rulesOfBranch } from "../../../src/git-repositories/branch-protection.ts";
import { type DefaultBranchProtection, refusePush } from "../../../src/git-repositories/decide-updates.ts";

const PROTECTIONS: readonly DefaultBranchProtection[] = [0, 1, 2];
const [OLD, NEW] = ["a".repeat(40), "b".repeat(40)];

describe("rulesOfBranch", () => {
  const cases = PROTECTIONS.flatMap((protection) =>
    [30, 40, 50].flatMap((accessLevel) => ["main", "next"].map((branch) => ({ protection, accessLevel, branch }))),
  );

  it.each(cases)(
    "says of $branch at protection $protection what a push by level $accessLevel is told",
    async (each) => {
      const { protection, accessLevel, branch } = each;
      const facts = { protection, accessLevel, defaultBranch: "main", isForward: async () => true };
      const refusal = await refusePush([{ ref: `refs/heads/${branch}`, from: OLD, to: NEW }], facts);
      expect(rulesOfBranch(branch, facts).mayPush).toBe(refusal === undefined);
    },
  );

  it.each(PROTECTIONS)("lets nobody below Developer push at protection %i", (protection) => {
    for (const branch of ["main", "next"])
      for (const accessLevel of [0, 10, 20])
        expect(rulesOfBranch(branch, { protection, accessLevel, defaultBranch: "main" }).mayPush).toBe(false);
  });

  it("calls the default branch alone protected, unless nothing protects it", () => {
    const rules = (branch: string, protection: DefaultBranchProtection) =>
      rulesOfBranch(branch, { protection, accessLevel: 50, defaultBranch: "main" });
    expect(PROTECTIONS.map((each) => rules("main", each))).toMatchObject([
      { isDefault: true, isProtected: false, developersMayPush: false },
      { isDefault: true, isProtected: true, developersMayPush: true },
      { isDefault: true, isProtected: true, developersMayPush: false },
    ]);
    expect(rules("next", 2)).toMatchObject({ isDefault: false, isProtected: false, developersMayPush: false });
  });
});
