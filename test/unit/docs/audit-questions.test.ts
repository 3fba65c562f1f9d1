import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DAY_MS, utcDate } from "../../../src/clock.ts";
import { findCommand } from "../../support/requirements.ts";
import { PROJECT_DIRECTORY, runToEnd } from "../../support/running-command.ts";
import { scratchDirectory } from "../../support/scratch-directory.ts";

const spec = readFileSync(join(PROJECT_DIRECTORY, "docs/spec/audit.md"), "utf8");
const commands = [...spec.matchAll(/^```sh\n(.*?)^```/gms)].map(([, command = ""]) => command);
const jq = await findCommand("jq");

const yesterday = utcDate(new Date(Date.now() - DAY_MS));
const pulled = { event: "registry.pulled", repository: "team/app", happened_at: `${yesterday}T10:00:00.000Z` };
const LINES = [
  { ...pulled, actor: { username: "ann" }, tag: "latest", address: "192.0.2.1" },
  { ...pulled, actor: { kind: "anonymous" }, digest: "sha256:1", address: "192.0.2.2" },
  { ...pulled, repository: "team/other", actor: { username: "bob" } },
  { ...pulled, happened_at: "2026-01-01T10:00:00.000Z", actor: { username: "bob" } },
  { event: "registry_token.issued", granted: ["repository:team/app:pull,push"], token_id: 5, address: "192.0.2.3" },
  { event: "registry_token.issued", granted: ["repository:team/app2:pull"], token_id: 6 },
  { event: "sign_in.failed", address: "192.0.2.4" },
];

/** What each of the commands finds in these, in the order of the document. */
const WANTED = [
  ["ann\tlatest\t192.0.2.1", "anonymous\tsha256:1\t192.0.2.2"],
  ["anonymous\t5\t192.0.2.3"],
  ["1 192.0.2.4"],
];

describe("the questions of docs/spec/audit.md", () => {
  it("are these three", () => {
    expect(commands).toHaveLength(WANTED.length);
  });

  it("are answered by real jq, past a half-written line", async ({ skip }) => {
    skip(!jq.found, jq.want);
    const directory = await scratchDirectory();
    const lines = LINES.map((line) => JSON.stringify(line)).toSpliced(1, 0, '{"seq":2,"half');
    writeFileSync(join(directory, "audit.log"), `${lines.join("\n")}\n`);
    for (const [index, command] of commands.entries()) {
      const { code, stdout, stderr } = await runToEnd(["sh", "-c", command], { directory });
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const wanted = WANTED[index]?.map((each) => expect.stringContaining(each) as unknown);
      expect(stdout.trim().split("\n")).toEqual(wanted);
    }
  });
});
