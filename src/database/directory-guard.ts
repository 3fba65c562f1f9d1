/**
 * Keeps a second process away from what one process alone may write: two at once on the embedded database's directory would
 * lose data silently. On Linux an abstract socket, which the kernel frees even on kill -9; elsewhere a lock file that names
 * its process.
 */
import { createHash } from "node:crypto";
import { readFile, realpath, unlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { ConfigurationError } from "../errors.ts";

/** A path held by this process. */
export interface PathGuard {
  release(): Promise<void>;
}

/**
 * Takes the directory for this process.
 *
 * @throws ConfigurationError when another process holds it
 */
export async function guardDirectory(
  directory: string,
  platform: NodeJS.Platform = process.platform,
): Promise<PathGuard> {
  return await guardPath(await realpath(directory), inUse, platform);
}

/**
 * Takes a path for this process; whether anything is there is no matter.
 *
 * @param path a real path, so that two names of it are one
 * @param refusal the error for when another process holds it
 * @throws what `refusal` makes
 */
export function guardPath(
  path: string,
  refusal: (path: string) => ConfigurationError,
  platform: NodeJS.Platform = process.platform,
): Promise<PathGuard> {
  return platform === "linux" ? holdAbstractSocket(path, refusal) : holdLockFile(path, refusal);
}

function inUse(path: string): ConfigurationError {
  return new ConfigurationError(
    `KEYSIDE_DATA_DIR: ${path} is in use by another Keyside process; stop that one, or give this one a directory of its own`,
  );
}

async function holdAbstractSocket(path: string, refusal: (path: string) => ConfigurationError): Promise<PathGuard> {
  const name = `\0keyside-${createHash("sha256").update(path).digest("hex")}`;
  const socket = createServer((connection) => connection.destroy());
  await new Promise<void>((resolve, reject) => {
    socket.once("error", (error: NodeJS.ErrnoException) => reject(error.code === "EADDRINUSE" ? refusal(path) : error));
    socket.listen(name, resolve);
  });
  socket.unref();
  return { release: () => new Promise((resolve) => socket.close(() => resolve())) };
}

async function holdLockFile(path: string, refusal: (path: string) => ConfigurationError): Promise<PathGuard> {
  const lock = `${path}.lock`;
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: "wx", mode: 0o600 });
      return { release: () => unlink(lock) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = Number(await readFile(lock, "utf8"));
    if (isAlive(holder)) throw refusal(path);
    await unlink(lock); // left behind by a process that was killed
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
