import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { boundPages, isForm, type Outcome, open, PAGES, type PageRow } from "../../support/web-pages.ts";
import { ROLES, startWebStage, type WebStage } from "../../support/web-stage.ts";

let stage: WebStage;
beforeAll(async () => {
  stage = await startWebStage();
});
afterAll(() => stage.service.stop());

describe("the table of all pages", () => {
  it("has every page that is bound, and no other", () => {
    const listed = new Set(PAGES.map(({ page }) => page));
    expect([...listed].sort()).toEqual(
      boundPages(stage)
        .map(({ name }) => name)
        .sort(),
    );
  });
});

describe("what becomes of a page for everybody who comes to it", () => {
  const rows = PAGES.map((row, place) => ({ row, name: `${place + 1}. ${row.page}` }));
  it.each(rows)("$name", async ({ row }) => {
    const seen: Record<string, unknown> = {};
    const wanted: Record<string, unknown> = {};
    for (const role of ROLES) {
      const client = await stage.clientOf(role);
      const { address, status, location } = await open(row, stage, { role, client });
      seen[role] = status === 303 ? location?.replaceAll(NUMBER, "/:id") : status;
      wanted[role] = outcomeAt(row, address, row.outcomes[role]);
    }
    expect(seen).toEqual(wanted);
  });
});

/** A segment of an address that is an id. */
const NUMBER = /\/\d+(?=\/|$)/g;

/** What an outcome is at an address: the sign-in leads back to a page, and not to what a form does. */
function outcomeAt(row: PageRow, address: string, outcome: Outcome): number | string {
  if (outcome !== "sign in") return outcome;
  return isForm(row) ? "/-/sign_in" : `/-/sign_in?return_to=${encodeURIComponent(address)}`;
}
