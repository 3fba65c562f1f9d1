/** A PostgreSQL server of this machine's own programs, on a directory that is gone afterwards. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access, chown, constants, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { freePort } from "./free-port.ts";

const DEBIAN_DIRECTORY = "/usr/lib/postgresql";
const NOBODY = 65_534;

/** A server, by the URL of its first database. */
export interface PostgresServer {
  readonly url: string;
  /** What it runs on, for the run's output. */
  readonly origin: string;
  /** Signals the server's first process: SIGINT and SIGQUIT shut it down, fast and at once. */
  signal(name: NodeJS.Signals): Promise<void>;
  stop(): Promise<void>;
}

/** The directory that holds `postgres` and `initdb`: of Debian's versions the newest, else on the PATH. */
export async function findPostgresPrograms(): Promise<string | undefined> {
  const versions = await readdir(DEBIAN_DIRECTORY).catch(() => []);
  const debian = versions.sort((one, other) => Number(other) - Number(one));
  const candidates = [
    ...debian.map((version) => join(DEBIAN_DIRECTORY, version, "bin")),
    ...(process.env["PATH"] ?? "").split(delimiter).filter((directory) => directory !== ""),
  ];
  for (const directory of candidates) {
    const programs = ["postgres", "initdb"].map((program) => access(join(directory, program), constants.X_OK));
    if ((await Promise.allSettled(programs)).every(({ status }) => status === "fulfilled")) return directory;
  }
  return undefined;
}

/** Starts a server on a free port of 127.0.0.1, where it trusts everybody; root runs it as nobody, since it refuses root. */
export async function startPostgresProcess(programs: string): Promise<PostgresServer> {
  const data = await mkdtemp(join(tmpdir(), "keyside-postgres-"));
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : undefined;
  if (user !== undefined) await chown(data, user.uid, user.gid);
  const remove = () => rm(data, { recursive: true, force: true });
  try {
    const options = ["--auth=trust", "--username=keyside", "--encoding=UTF8", "--locale=C", "--no-sync"];
    await promisify(execFile)(join(programs, "initdb"), [...options, "-D", data], { ...user, cwd: data });
    const port = await freePort();
    const settings = { listen_addresses: "127.0.0.1", port, unix_socket_directories: data, fsync: "off" };
    const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const server = spawn(join(programs, "postgres"), ["-D", data, ...flags], {
      ...user,
      cwd: data,
      stdio: ["ignore", "ignore", "pipe"],
    });
    await isReady(server);
    return {
      url: `postgres://keyside@127.0.0.1:${port}/postgres`,
      origin: join(programs, "postgres"),
      async signal(name) {
        server.kill(name);
      },
      async stop() {
        if ((server.exitCode ?? server.signalCode) === null) {
          const exit = once(server, "exit");
          server.kill("SIGINT");
          await exit;
        }
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function isReady(server: ChildProcess): Promise<void> {
  if (server.stderr === null) throw new Error("the server's log is not read");
  const log: string[] = [];
  const lines = createInterface(server.stderr);
  await new Promise<void>((resolve, reject) => {
    lines.on("line", (line) => {
      if (log.length < 100) log.push(line);
      if (line.includes("ready to accept connections")) resolve();
    });
    server.once("exit", () => reject(new Error(`postgres ended:\n${log.join("\n")}`)));
  });
}
