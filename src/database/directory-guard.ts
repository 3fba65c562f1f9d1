/**
 * Keeps a second process away from the embedded database's directory, since two at once would silently lose data. On
 * Linux the lock is an abstract socket, which the kernel frees even on kill -9; elsewhere, a file naming its process.
 */
import { createHash } from "node:crypto";
import { readFile, realpath, unlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { ConfigurationError } from "../errors.ts";

/** A directory held by this process. */
export interface DirectoryGuard {
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
): Promise<DirectoryGuard> {
  const path = await realpath(directory);
  return platform === "linux" ? await holdAbstractSocket(path) : await holdLockFile(path);
}

function inUse(path: string): ConfigurationError {
  return new ConfigurationError(
    `KEYSIDE_DATA_DIR: ${path} is in use by another Keyside process; stop that one, or give this one a directory of its own`,
  );
}

async function holdAbstractSocket(path: string): Promise<DirectoryGuard> {
  const name = `\0keyside-${createHash("sha256").update(path).digest("hex")}`;
  const socket = createServer((connection) => connection.destroy());
  await new Promise<void>((resolve, reject) => {
    socket.once("error", (error: NodeJS.ErrnoException) => reject(error.code === "EADDRINUSE" ? inUse(path) : error));
    socket.listen(name, resolve);
  });
  socket.unref();
  return { release: () => new Promise((resolve) => socket.close(() => resolve())) };
}

async function holdLockFile(path: string): Promise<DirectoryGuard> {
  const lock = join(path, "..", "database.lock");
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: "wx", mode: 0o600 });
      return { release: () => unlink(lock) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = Number(await readFile(lock, "utf8"));
    if (isAlive(holder)) throw inUse(path);
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
