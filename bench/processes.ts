/** What processes use, as Linux counts it in /proc; elsewhere nothing is known, and so not shown. */
import { readdir, readFile } from "node:fs/promises";

/** A tick of /proc/<pid>/stat. @see proc_pid_stat(5), sysconf(_SC_CLK_TCK): 100 a second wherever Node runs */
const TICK_MS = 10;

/** What a process and all that it started have used so far. */
export interface Usage {
  readonly cpuMs: number;
  readonly residentMiB: number;
}

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  readonly cpuMs: number;
}

/** The usage of a process and of all below it; undefined where it is not to be seen. */
export async function usageOf(root: number): Promise<Usage | undefined> {
  const all = await allProcesses();
  const tree = treeOf(root, all);
  if (tree.length === 0) return undefined;
  const resident = await Promise.all(tree.map(({ pid }) => residentMiB(pid)));
  return {
    cpuMs: tree.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    residentMiB: resident.reduce((sum, each) => sum + each, 0),
  };
}

/** The process above another one, if it bears a name: the first process of a PostgreSQL server, above a connection's. */
export async function parentNamed(pid: number, command: string): Promise<number | undefined> {
  const all = await allProcesses();
  const parent = all.get(all.get(pid)?.parent ?? 0);
  return parent?.command === command ? parent.pid : undefined;
}

async function allProcesses(): Promise<ReadonlyMap<number, ProcessStat>> {
  const names = await readdir("/proc").catch(() => []);
  const stats = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(readStat));
  return new Map(stats.flatMap((stat) => (stat === undefined ? [] : [[stat.pid, stat]])));
}

/** Undefined for one that has ended meanwhile. */
async function readStat(name: string): Promise<ProcessStat | undefined> {
  const text = await readFile(`/proc/${name}/stat`, "latin1").catch(() => undefined);
  return text === undefined ? undefined : parseStat(text);
}

/** Reads the text of /proc/<pid>/stat; a command may hold spaces and brackets. */
export function parseStat(text: string): ProcessStat {
  const end = text.lastIndexOf(")");
  const start = text.indexOf("(");
  const fields = text
    .slice(end + 2)
    .split(" ")
    .map(Number);
  const [, parent = 0, , , , , , , , , , ...times] = fields;
  // Its own, user and system; and of those below it that have ended: they go on counting.
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = times;
  const command = text.slice(start + 1, end);
  return {
    pid: Number.parseInt(text, 10),
    parent,
    command,
    cpuMs: (user + system + endedUser + endedSystem) * TICK_MS,
  };
}

function treeOf(root: number, all: ReadonlyMap<number, ProcessStat>): ProcessStat[] {
  return [...all.values()].filter(({ pid }) => {
    for (let at = all.get(pid); at !== undefined; at = all.get(at.parent)) if (at.pid === root) return true;
    return false;
  });
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "latin1").catch(() => "");
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
}
