import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { ConfigurationError } from "../../../src/errors.ts";
import { type AuditDirectory, auditDirectory, body } from "../../support/audit-file.ts";
import { runToEnd } from "../../support/running-command.ts";

const WRITER_SOURCE = new URL("../../../src/audit/chain-writer.ts", import.meta.url).href;

let log: AuditDirectory;
beforeEach(async () => {
  log = await auditDirectory();
});

/** Opens the log, writes these, and closes it. */
async function session(...told: readonly (number | string)[]): Promise<void> {
  const writer = await log.open();
  await writer.append(told.map((each) => body(each)));
  await writer.close();
}

const eventsOf = (name?: string) => log.lines(name).map(({ event }) => event);
const toldIn = (name?: string) => log.lines(name).flatMap(({ request_id: id }) => (id === undefined ? [] : [id]));
const holds = async () => expect(await log.verify()).toMatchObject({ fault: undefined });

describe("a new log", () => {
  it("begins with a line that says so, and can be read by its owner alone", async () => {
    await session(1, 2);
    expect(eventsOf()).toEqual(["audit.opened", "sign_in.failed", "sign_in.failed"]);
    expect(log.lines()[0]).toMatchObject({ seq: 1, continues: "0".repeat(64) });
    expect(statSync(log.file()).mode & 0o777).toBe(0o600);
    expect(statSync(log.stateFile).mode & 0o777).toBe(0o600);
    expect(statSync(`${log.certsDir}/audit.key`).mode & 0o777).toBe(0o600);
    await holds();
  });

  it("takes a file that is there and empty, as logrotate makes it, with the mode that it has", async () => {
    writeFileSync(log.file(), "", { mode: 0o640 });
    await session(1);
    expect(eventsOf()[0]).toBe("audit.opened");
    expect(statSync(log.file()).mode & 0o777).toBe(0o640);
  });

  it("is refused, by the variable's name, where it cannot be written", async () => {
    await expect(log.open("none/audit.log")).rejects.toThrow(/^KEYSIDE_AUDIT_LOG: .*none.* cannot be written \(ENOENT/);
    mkdirSync(log.file("directory"));
    await expect(log.open("directory")).rejects.toThrow(/directory cannot be written \(EISDIR/);
    await expect(log.open("/../../../../../dev/null")).rejects.toThrow(ConfigurationError);
  });

  it("is refused where its key is none, and the key is left", async () => {
    mkdirSync(log.certsDir);
    writeFileSync(`${log.certsDir}/audit.key`, "abc");
    await expect(log.open()).rejects.toThrow(/audit\.key does not hold 64 hexadecimal digits; put back the file/);
    expect(readFileSync(`${log.certsDir}/audit.key`, "utf8")).toBe("abc");
  });
});

describe("a second writer of the same file", () => {
  it("is refused while the first is there", async () => {
    const writer = await log.open();
    await expect(log.open("audit.log", { stateFile: log.file("other.state") })).rejects.toThrow(
      /KEYSIDE_AUDIT_LOG: .*audit\.log is written by another Keyside process/,
    );
    await expect(log.open("another.log")).rejects.toThrow(/audit\.state is written by another Keyside process/);
    await writer.close();
    await session(1);
    await holds();
  });
});

describe("a restart", () => {
  it("goes on in the file", async () => {
    await session(1);
    await session(2);
    expect(eventsOf()).toEqual(["audit.opened", "sign_in.failed", "audit.resumed", "sign_in.failed"]);
    expect(log.lines().map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    await holds();
  });

  it("goes on in a new file, where the old one was taken away meanwhile", async () => {
    await session(1);
    renameSync(log.file(), log.file("audit.log.1"));
    await session(2);
    expect(eventsOf()).toEqual(["audit.opened", "sign_in.failed"]);
    expect(log.lines().map(({ seq }) => seq)).toEqual([3, 4]);
    await holds();
  });

  it("goes on after lines that a crash kept from the state", async () => {
    await session(1);
    const state = readFileSync(log.stateFile);
    await session(2);
    writeFileSync(log.stateFile, state);
    await session(3);
    await holds();
    expect(toldIn()).toEqual(["1", "2", "3"]);
  });

  it("goes on by the file alone, where the state is lost", async () => {
    await session(1);
    rmSync(log.stateFile);
    await session(2);
    await holds();
    expect(log.lines().map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  it("does not hide that lines were cut off at the end", async () => {
    await session(1, 2, 3);
    const lines = log.text().split("\n");
    writeFileSync(log.file(), `${lines.slice(0, 2).join("\n")}\n`);
    await session(4);
    expect((await log.verify()).fault).toMatchObject({ line: 3, problem: /seq 3 to 4 are missing/ });
  });

  it("does not take a line over that somebody wrote", async () => {
    await session(1);
    appendFileSync(log.file(), `${log.text().split("\n")[1]?.replace('"seq":2', '"seq":900')}\n`);
    await session(2);
    expect((await log.verify()).fault).toMatchObject({ line: 3, problem: "was added, or moved from elsewhere" });
    expect(log.lines().at(-1)).toMatchObject({ seq: 4 });
  });
});

describe("a line that a crash left half-written", () => {
  const LAST = 2;

  it("is told by the next one wherever it was cut, and is no forgery; what was whole still counts", async () => {
    await session(1, 2);
    const text = log.text();
    const state = readFileSync(log.stateFile);
    const start = text.lastIndexOf("\n", text.length - 2) + 1;
    for (let end = start + 1; end < text.length; end += 1) {
      writeFileSync(log.file(), text.slice(0, end));
      // The state follows the lines, and has none of this batch.
      writeFileSync(
        log.stateFile,
        JSON.stringify({ seq: LAST, mac: log.lines()[LAST - 1]?.["mac"], file: log.file() }),
      );
      await session(3);
      const { fault, notes, lines } = await log.verify();
      const isWhole = end === text.length - 1;
      expect({ end, fault, lines, notes }).toEqual({
        end,
        fault: undefined,
        lines: isWhole ? 5 : 4,
        notes: isWhole ? [] : [`${log.file()} line 3 was left half-written by a crash, as line 4 tells`],
      });
    }
    writeFileSync(log.stateFile, state);
  });

  it("is told of the last line, while no process has gone on", async () => {
    await session(1);
    appendFileSync(log.file(), '{"seq":3,"time":"2026');
    expect(await log.verify()).toMatchObject({
      fault: undefined,
      lines: 2,
      notes: [/line 3, the last, is half-written/],
    });
  });

  it("is no way to add lines", async () => {
    await session(1);
    appendFileSync(log.file(), '{"seq":3,"time":"2026');
    await session(2);
    const lines = log.text().split("\n");
    writeFileSync(log.file(), lines.toSpliced(2, 1, `${lines[2]} and more`).join("\n"));
    expect((await log.verify()).fault).toMatchObject({ line: 3 });
  });
});

describe("rotation", () => {
  it("goes on in a new file as soon as the old one is renamed", async () => {
    const writer = await log.open();
    await writer.append([body(1)]);
    renameSync(log.file(), log.file("audit.log.1"));
    await writer.append([body(2)]);
    await writer.close();
    expect([toldIn("audit.log.1"), toldIn()]).toEqual([["1"], ["2"]]);
    await holds();
  });

  it("lets go of the old file when it is told to", async () => {
    const writer = await log.open();
    renameSync(log.file(), log.file("audit.log.1"));
    await writer.reopen();
    expect(eventsOf()).toEqual(["audit.opened"]);
    await writer.close();
    await holds();
  });

  it("loses no line under load, each in one file alone", async () => {
    const writer = await log.open();
    const written: Promise<void>[] = [];
    for (let n = 0; n < 400; n += 1) {
      written.push(writer.append([body(n)]));
      if (n % 10 === 9) await written.at(-5);
      if (n % 40 === 39) renameSync(log.file(), log.file(`audit.log.${n}`));
    }
    await Promise.all(written);
    await writer.close();
    const told = log.names().flatMap((name) => toldIn(name));
    expect(told.map(Number).sort((one, other) => one - other)).toEqual(Array.from({ length: 400 }, (_, n) => n));
    expect(log.names().length).toBeGreaterThan(5);
    await holds();
  });

  it("goes on where the file was emptied in its place", async () => {
    const writer = await log.open();
    await writer.append([body(1)]);
    writeFileSync(log.file("audit.log.1"), log.text());
    truncateSync(log.file());
    await writer.append([body(2)]);
    await writer.close();
    expect(toldIn()).toEqual(["2"]);
    await holds();
  });

  it("is by the date in UTC where the name says so", async () => {
    log.clock.set(new Date("2026-11-02T23:59:59.999Z"));
    const writer = await log.open("audit-%Y-%m-%d.log");
    await writer.append([body(1)]);
    log.clock.advance({ seconds: 1 });
    await writer.append([body(2)]);
    await writer.close();
    expect([toldIn("audit-2026-11-02.log"), toldIn("audit-2026-11-03.log")]).toEqual([["1"], ["2"]]);
    await holds();
  });
});

describe("a file that cannot be written", () => {
  it("fails each batch, is told once, and once more when it works again; nothing of a failed batch stays", async () => {
    const writer = await log.open();
    await writer.append([body(1)]);
    renameSync(log.file(), log.file("audit.log.1"));
    mkdirSync(log.file());
    await expect(writer.append([body(2)])).rejects.toThrow(/EISDIR/);
    await expect(writer.append([body(3)])).rejects.toThrow(/EISDIR/);
    expect(log.troubles).toEqual([expect.stringMatching(/EISDIR/)]);
    rmSync(log.file(), { recursive: true });
    await writer.append([body(4)]);
    expect(log.troubles).toEqual([expect.anything(), undefined]);
    await writer.close();
    expect([...toldIn("audit.log.1"), ...toldIn()]).toEqual(["1", "4"]);
    await holds();
  });

  it("takes back what a full disk left of a batch", async () => {
    const writer = await log.open();
    await writer.append([body(1)]);
    const size = statSync(log.file()).size;
    const disk = await limitedDisk(100);
    await expect(writer.append([body(2), body(3)])).rejects.toThrow(/ENOSPC/);
    expect(statSync(log.file()).size).toBe(size);
    disk.makeRoom();
    await writer.append([body(4)]);
    await writer.close();
    expect(toldIn()).toEqual(["1", "4"]);
    await holds();
  });

  it("tells of what is left where it cannot be taken back, as of a file that may only grow", async () => {
    const writer = await log.open();
    await writer.append([body(1)]);
    const disk = await limitedDisk(100, { mayShrink: false });
    await expect(writer.append([body(2)])).rejects.toThrow(/ENOSPC/);
    disk.makeRoom();
    await writer.append([body(3)]);
    await writer.close();
    expect((await log.verify()).notes).toEqual([expect.stringMatching(/line 3 was left half-written/)]);
    await holds();
  });
});

/** A disk with room for so many bytes more in the file that is open: the rest of a write fails as the kernel makes it fail. */
async function limitedDisk(bytes: number, { mayShrink = true } = {}) {
  const { open } = await import("node:fs/promises");
  const handle = await open(log.file(), "r");
  const prototype = Object.getPrototypeOf(handle);
  await handle.close();
  const { write, truncate } = prototype;
  let left = bytes;
  prototype.write = async function (this: unknown, buffer: Buffer, offset: number, ...rest: unknown[]) {
    // The state is written at a position, in the place of what is there.
    if (rest.length > 0) return await write.call(this, buffer, offset, ...rest);
    if (left === 0) throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    const length = Math.min(left, buffer.length - offset);
    left -= length;
    return await write.call(this, buffer, offset, length);
  };
  if (!mayShrink) prototype.truncate = () => Promise.reject(new Error("EPERM: operation not permitted, ftruncate"));
  const makeRoom = () => Object.assign(prototype, { write, truncate });
  onTestFinished(makeRoom as () => void);
  return { makeRoom };
}

describe("standard output", () => {
  /** A process that writes lines there, long ones and many, among others of its own; to a pipe whose reader is slow. */
  const program = () => `
    import { ChainWriter } from ${JSON.stringify(WRITER_SOURCE)};
    const clock = { now: () => new Date() };
    const writer = await ChainWriter.open({ file: "-", certsDir: ${JSON.stringify(log.certsDir)},
      stateFile: ${JSON.stringify(log.stateFile)}, clock, onTrouble: () => undefined });
    process.stdout.write('{"level":30}\\n');
    for (let n = 0; n < 20; n += 1) {
      const lines = Array.from({ length: 40 }, (_, index) => JSON.stringify({ time: clock.now().toISOString(),
        event: "sign_in.failed", request_id: n + "-" + index, filler: "x".repeat((index * 97) % 3000) }));
      await writer.append(lines);
    }
    await writer.close();`;

  it("takes whole lines among those of the log, and one chain over restarts", async () => {
    let output = "";
    for (const _round of ["one", "two"]) {
      const { code, stdout, stderr } = await runToEnd([
        process.execPath,
        ...["--input-type=module-typescript", "--eval", program()],
      ]);
      expect([code, stderr]).toEqual([0, ""]);
      output += stdout;
    }
    const all = output.split("\n").slice(0, -1);
    const files = all.filter((line) => line.startsWith('{"seq":')).join("\n");
    expect(all.filter((line) => line === '{"level":30}')).toHaveLength(2);
    const parts = files.split(/\n(?=.*"audit\.opened")/);
    for (const [index, part] of parts.entries()) writeFileSync(log.file(`audit.${index}`), `${part}\n`);
    expect(await log.verify()).toMatchObject({ fault: undefined, lines: 2 * 801, notes: [] });
  });
});

describe("kill -9", () => {
  it("leaves a log that goes on and holds, with all that was said to be written", async () => {
    const program = `
      import { ChainWriter } from ${JSON.stringify(WRITER_SOURCE)};
      const clock = { now: () => new Date() };
      const writer = await ChainWriter.open({ file: ${JSON.stringify(log.file())}, certsDir: ${JSON.stringify(log.certsDir)},
        stateFile: ${JSON.stringify(log.stateFile)}, clock, onTrouble: () => undefined });
      for (let n = 0; ; n += 1) {
        const id = process.argv[1] + "-" + n;
        const line = JSON.stringify({ time: new Date().toISOString(), event: "sign_in.failed", request_id: id, filler: "x".repeat(n % 5000) });
        await Promise.all([writer.append([line])]);
        process.stdout.write(id + "\\n");
      }`;
    let acknowledged: string[] = [];
    for (const round of ["a", "b", "c", "d"]) {
      const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", program, round], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let output = "";
      for await (const chunk of child.stdout) {
        output += chunk;
        if (output.length > 2_000) child.kill("SIGKILL");
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      acknowledged = [...acknowledged, ...output.split("\n").slice(0, -1)];
    }
    await session("end");
    expect(acknowledged.length).toBeGreaterThan(100);
    expect(existsSync(log.file())).toBe(true);
    await holds();
    const told = new Set(log.text().match(/(?<="request_id":")[^"]+/g));
    expect(acknowledged.filter((id) => !told.has(id))).toEqual([]);
  });
});
