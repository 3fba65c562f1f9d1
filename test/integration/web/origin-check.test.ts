import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addressOf, isForm, open, PAGES, type PageRow } from "../../support/web-pages.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";

let stage: WebStage;
beforeAll(async () => {
  stage = await startWebStage();
});
afterAll(() => stage.service.stop());

const forms = PAGES.filter(isForm).map((row, place) => ({ row, name: `${place + 1}. ${row.page}` }));

/** What a browser says that another site's page makes to send a form, or a page of ours in an older browser, or none at all. */
const REFUSED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "from another site": { "Sec-Fetch-Site": "cross-site", Origin: "https://evil.example" },
  "from another site, which forged no more than its Origin": {
    "Sec-Fetch-Site": "cross-site",
    Origin: "http://localhost:8080",
  },
  "from another port or subdomain": { "Sec-Fetch-Site": "same-site", Origin: "http://localhost:5000" },
  "from a frame without an origin": { Origin: "null" },
  "from nowhere": {},
  "from another site, by a browser on plain http": { Origin: "http://evil.example" },
  "from another port, by a browser on plain http": { Origin: "http://localhost:5000" },
  "from what is no address": { Origin: "evil" },
};

const HOSTS = ["localhost:8080", "keyside.lan"];

/** What a browser says that a page of ours makes to send a form, or a person by hand. */
const passing = (host: string): Readonly<Record<string, Readonly<Record<string, string>>>> => ({
  "from our page": { "Sec-Fetch-Site": "same-origin", Origin: `http://${host}` },
  "by hand": { "Sec-Fetch-Site": "none" },
  "from our page, by a browser on plain http": { Origin: `http://${host}` },
  "from KEYSIDE_URL, before a proxy that gives another Host": { Origin: "http://localhost:8080" },
});

/** Sends a row's form as the administrator, who may do everything. */
async function send(row: PageRow, headers: Readonly<Record<string, string>>) {
  const client = await stage.clientOf("administrator");
  return await open(row, stage, { role: "administrator", client, origin: headers });
}

describe("a form that is not known to come from a page of ours is refused, and changes nothing:", () => {
  it.each(forms)("$name", async ({ row }) => {
    const { address, fields } = await addressOf(row, stage, "administrator");
    const client = await stage.clientOf("administrator");
    const before = await stage.contents();
    for (const Host of HOSTS) {
      for (const [name, headers] of Object.entries(REFUSED)) {
        const answer = await client.post(address, fields, { Host, ...headers });
        expect([name, answer.status, answer.headers["set-cookie"]]).toEqual([name, 403, undefined]);
      }
    }
    expect(await stage.contents()).toEqual(before);
  });
});

describe("a form that comes from a page of ours is taken:", () => {
  it.each(forms)("$name", async ({ row }) => {
    // One that leads nowhere shows a page of its own.
    const taken = row.outcomes.administrator === 200 ? 200 : 303;
    for (const Host of HOSTS) {
      for (const [name, headers] of Object.entries(passing(Host))) {
        const { status } = await send(row, { Host, ...headers });
        expect([name, Host, status]).toEqual([name, Host, taken]);
      }
    }
  });
});

describe("the page that refuses a form", () => {
  it("says from where it came, and where to send it from", async () => {
    const client = await stage.clientOf("administrator");
    const { html } = await client.post("/-/sign_out", {}, { Origin: "http://evil.example" });
    expect(html).toContain("This form was sent from http://evil.example, not from a page of Keyside");
    expect(html).toContain("open http://localhost:8080 and send it from there");
  });
});

describe("a page that is only looked at", () => {
  const pages = PAGES.filter((row) => !isForm(row)).map((row, place) => ({ row, name: `${place + 1}. ${row.page}` }));
  it.each(pages)("opens from anywhere, and changes nothing: $name", async ({ row }) => {
    const { address } = await addressOf(row, stage, "administrator");
    const client = await stage.clientOf("administrator");
    const before = await stage.contents();
    for (const headers of Object.values(REFUSED)) expect((await client.get(address, headers)).status).not.toBe(403);
    expect(await stage.contents()).toEqual(before);
  });
});
