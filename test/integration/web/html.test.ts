import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { complaints } from "../../support/html-complaints.ts";
import { WebClient } from "../../support/web-client.ts";
import { addressOf, isShown, PAGES } from "../../support/web-pages.ts";
import { ROLES, startWebStage, type WebStage } from "../../support/web-stage.ts";

let stage: WebStage;
beforeAll(async () => {
  stage = await startWebStage();
});
afterAll(() => stage.service.stop());

describe("the HTML of every page is valid", () => {
  const pages = PAGES.filter(isShown).map((row, place) => ({ row, name: `${place + 1}. ${row.page}` }));
  it.each(pages)("$name", async ({ row }) => {
    const seen = new Set<string>();
    for (const role of ROLES.filter((each) => row.outcomes[each] === 200)) {
      const client = await stage.clientOf(role);
      const { html } = await client.get((await addressOf(row, stage, role)).address);
      expect([role, await complaints(html)]).toEqual([role, []]);
      seen.add(html);
    }
    expect(seen.size).toBeGreaterThan(0);
  });

  it("also of errors, and of forms that are shown again", async () => {
    const guest = await stage.clientOf("guest");
    const anonymous = new WebClient(stage.service.url);
    for (const answer of [
      await guest.get("/-/nothing"),
      await guest.post("/-/sign_out", {}, {}),
      await guest.post("/-/user_settings/profile", { name: "" }),
      await guest.post("/-/user_settings/password", {}),
      await anonymous.post("/-/sign_in", {}),
      await anonymous.post("/-/sign_in", { username: "x", password: "y" }),
    ]) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(await complaints(answer.html)).toEqual([]);
    }
  });

  it("also of the page that shows a secret, and of the forms about tokens that are shown again", async () => {
    const tokens = "/team/app/-/settings/access_tokens";
    const client = await stage.clientOf("maintainer");
    const form = { name: "ci-push", scopes: ["read_registry"], access_level: "30", expires_in: "90" };
    const { location = "" } = await client.post(tokens, form);
    const shown = await client.get(location);
    expect(shown.html).toContain("docker login");
    const again = await client.post(tokens, { ...form, name: "" });
    expect(again.status).toBe(422);
    const token = location.replace(/\/created$/, "");
    const rotate = await client.post(`${token}/rotate`, { expires_in: "date", expires_at: "tomorrow" });
    expect(rotate.status).toBe(422);
    for (const { html } of [shown, again, rotate]) expect(await complaints(html)).toEqual([]);
  });

  it("and what is not is told of", async () => {
    expect(await complaints('<!doctype html><html lang="en"><body><p><div></p></body></html>')).not.toEqual([]);
  });
});
