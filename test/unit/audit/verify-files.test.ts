import { createHmac } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { type AuditDirectory, auditDirectory, body } from "../../support/audit-file.ts";

/** An opening line and these. */
const TOLD = 6;
const LINES = TOLD + 1;

let log: AuditDirectory;
beforeEach(async () => {
  log = await auditDirectory();
  const writer = await log.open();
  await writer.append(Array.from({ length: TOLD }, (_, index) => body(index)));
  await writer.close();
});

const wholeLines = () => log.text().split("\n").slice(0, -1);
const writeLines = (lines: readonly string[]) => writeFileSync(log.file(), lines.map((line) => `${line}\n`).join(""));
/** The number of the line that is named. */
const faultyLine = async (options = {}) => (await log.verify(undefined, options)).fault?.line;

const EACH_LINE = Array.from({ length: LINES }, (_, index) => index);
/** Each but the last: what can be seen without knowing where the log ends. */
const EACH_INNER = EACH_LINE.slice(0, -1);

describe("a log as it was written", () => {
  it("holds, and says which span", async () => {
    const { fault, lines, first, last, notes } = await log.verify();
    expect({ fault, lines, first: first?.seq, last: last?.seq, notes }).toEqual({
      fault: undefined,
      lines: LINES,
      first: 1,
      last: LINES,
      notes: [],
    });
  });

  it("holds when it is compressed", async () => {
    writeFileSync(log.file("audit.log.gz"), gzipSync(readFileSync(log.file())));
    expect(await log.verify(["audit.log.gz"], { withState: false })).toMatchObject({ fault: undefined, lines: LINES });
  });

  it("can be verified by what docs/spec/audit.md says alone", () => {
    const key = Buffer.from(readFileSync(join(log.certsDir, "audit.key"), "utf8").trim(), "hex");
    let previous = "0".repeat(64);
    for (const line of wholeLines()) {
      const [, sealed = "", mac] = /^(.*),"mac":"([0-9a-f]{64})"\}$/.exec(line) ?? [];
      expect(
        createHmac("sha256", key)
          .update(previous + sealed)
          .digest("hex"),
      ).toBe(mac);
      previous = mac ?? "";
    }
  });

  it("does not hold under another key", async () => {
    writeFileSync(join(log.certsDir, "audit.key"), "0".repeat(64));
    expect(await log.verify()).toMatchObject({ lines: 0, fault: { line: 1, problem: /another key/ } });
  });
});

describe.each(EACH_LINE)("line %i, counted from 0", (index) => {
  it("is named when any of its characters is changed", async () => {
    const lines = wholeLines();
    const line = lines[index] ?? "";
    for (let at = 0; at < line.length; at += 1) {
      const other = line[at] === "1" ? "2" : "1";
      writeLines(lines.with(index, line.slice(0, at) + other + line.slice(at + 1)));
      expect(await faultyLine(), `character ${at}`).toBe(index + 1);
    }
  });

  it("is named when it is made anew under a key of somebody's own", async () => {
    const lines = wholeLines();
    const sealed = (lines[index] ?? "").replace(/,"mac":.*/, "");
    const mac = createHmac("sha256", "guess").update(sealed).digest("hex");
    writeLines(lines.with(index, `${sealed},"mac":"${mac}"}`));
    expect(await faultyLine()).toBe(index + 1);
  });

  it("is named when a line is added before it, whatever that is", async () => {
    const lines = wholeLines();
    const additions = ["", "{}", "added", lines[0] ?? "", lines[index] ?? "", lines.at(-1) ?? ""];
    for (const added of additions) {
      writeLines(lines.toSpliced(index, 0, added));
      // Of two lines that are the same, the second is one too many.
      const isTwin = added === lines[index];
      expect(await faultyLine(), added).toBe(isTwin ? index + 2 : index + 1);
    }
  });

  it("is where something is missing when it is removed", async () => {
    writeLines(wholeLines().toSpliced(index, 1));
    expect((await log.verify()).fault).toMatchObject({ line: index + 1 });
  });

  it("is where the end is missing when it and all that follow are removed", async () => {
    writeLines(wholeLines().slice(0, index));
    expect((await log.verify()).fault).toMatchObject({ line: index + 1, problem: /missing/ });
  });

  it("is where the end is missing when the file is cut within it", async () => {
    const text = log.text();
    const start = wholeLines().slice(0, index).join("\n").length;
    writeFileSync(log.file(), text.slice(0, start + 20));
    expect(await faultyLine()).toBe(index + 1);
  });
});

describe.each(EACH_INNER)("line %i and the next", (index) => {
  it("are named by the first of them when they are swapped", async () => {
    const lines = wholeLines();
    const [one = "", other = ""] = lines.slice(index);
    writeLines(lines.toSpliced(index, 2, other, one));
    expect(await faultyLine()).toBe(index + 1);
  });
});

describe("the words for a fault", () => {
  it("tell changed, removed and added lines apart", async () => {
    const lines = wholeLines();
    const problemOf = async (changed: readonly string[]) => {
      writeLines(changed);
      return (await log.verify()).fault?.problem;
    };
    expect(await problemOf(lines.with(3, (lines[3] ?? "").replace("failed", "passed")))).toBe("was changed");
    expect(await problemOf(lines.toSpliced(3, 1))).toBe("comes too early: seq 4 is missing before it");
    expect(await problemOf(lines.toSpliced(2, 3))).toBe("comes too early: seq 3 to 5 are missing before it");
    expect(await problemOf(lines.toSpliced(3, 0, lines[5] ?? ""))).toBe("was added, or moved from elsewhere");
    expect(await problemOf(lines.slice(0, 4))).toBe(
      "and what followed is missing: the last line that was written had seq 7",
    );
  });
});

describe("without the state of the server", () => {
  it.each(EACH_INNER)("names line %i where it is removed", async (index) => {
    writeLines(wholeLines().toSpliced(index, 1));
    expect(await faultyLine({ withState: false })).toBe(index + 1);
  });

  it("says that it cannot see whether the end is missing", async () => {
    writeLines(wholeLines().slice(0, 4));
    const { fault, notes } = await log.verify(undefined, { withState: false });
    expect([fault, ...notes]).toEqual([undefined, expect.stringMatching(/the very end cannot be seen/)]);
  });
});

describe("several files", () => {
  beforeEach(async () => {
    for (const name of ["audit.2", "audit.3"]) {
      const writer = await log.open(name);
      await writer.append([body(name), body(name)]);
      await writer.close();
    }
  });

  it("hold as a row, in whatever order they are named, and one by one", async () => {
    const names = ["audit.3", "audit.log", "audit.2"];
    expect(await log.verify(names)).toMatchObject({ fault: undefined, lines: LINES + 6, notes: [] });
    for (const name of names) expect(await log.verify([name])).toMatchObject({ fault: undefined });
  });

  it("are missed, whether the first, one in the middle or the last", async () => {
    const middle = await log.verify(["audit.log", "audit.3"]);
    expect(middle.fault).toMatchObject({ file: log.file("audit.3"), line: 1, problem: /seq 8 to 10 are missing/ });
    expect((await log.verify(["audit.2", "audit.3"])).notes).toEqual(["the lines before seq 8 are in another file"]);
    expect((await log.verify(["audit.log", "audit.2"])).notes).toEqual([
      "the log goes on after these files, up to seq 13",
    ]);
  });

  it("are missed, where the newest is not there at all", async () => {
    rmSync(log.file("audit.3"));
    expect((await log.verify()).fault).toMatchObject({ file: log.file("audit.3"), line: 1, problem: /had seq 13/ });
  });

  it("hold where the newest was renamed and nothing was written since", async () => {
    renameSync(log.file("audit.3"), log.file("audit.3.1"));
    expect(await log.verify()).toMatchObject({ fault: undefined, notes: [] });
    writeFileSync(log.file("audit.3"), "");
    expect(await log.verify()).toMatchObject({ fault: undefined, notes: [] });
  });

  it("are one log: the end of each file must be there", async () => {
    const lines = log.text("audit.2").split("\n");
    writeFileSync(log.file("audit.2"), `${lines.slice(0, 2).join("\n")}\n`);
    expect((await log.verify()).fault).toMatchObject({
      file: log.file("audit.3"),
      line: 1,
      problem: /seq 10 is missing/,
    });
  });

  it("must each begin as a file does: a beginning that was cut off is no other file", async () => {
    const writer = await log.open("audit.3");
    await writer.append([body("more")]);
    await writer.close();
    const lines = log.text("audit.3").split("\n");
    const resumed = lines.findIndex((line) => line.includes("audit.resumed"));
    writeFileSync(log.file("audit.3"), lines.slice(resumed).join("\n"));
    expect((await log.verify(["audit.3"])).fault).toMatchObject({ line: 1, problem: /lines before it were removed/ });
  });

  it("of two chains under one key do not make one", async () => {
    const other = await log.open("audit.4", { stateFile: log.file("other.state") });
    await other.append(Array.from({ length: 20 }, (_, index) => body(index)));
    await other.close();
    expect((await log.verify(["audit.log", "audit.4"], { withState: false })).fault).toMatchObject({
      problem: "does not continue the file before it",
    });
  });
});

describe("a file that cannot be read", () => {
  it("is named", async () => {
    await expect(log.verify(["audit.none"])).rejects.toThrow(/audit\.none cannot be read \(ENOENT/);
  });

  it("holds nothing when it is empty, which is told where lines are wanted", async () => {
    writeFileSync(log.file(), "");
    expect(await log.verify()).toMatchObject({ lines: 0, fault: { line: 1 } });
  });
});
