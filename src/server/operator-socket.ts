/**
 * The Unix socket in the data directory, by which the command line reaches the server of its own machine. The system lets
 * nobody connect but the socket's owner and root, so the operator's token goes to nobody else.
 */
import { chmod, lstat, mkdtemp, rename, rm, unlink } from "node:fs/promises";
import { connect, type Server } from "node:net";
import { dirname, join } from "node:path";
import type { Logger } from "pino";
import { withShortPath } from "../unix-socket.ts";

/**
 * Lets a server listen on the socket too, in the place of one that a killed process left behind. Where that cannot be
 * done, it says so in the log: the service works without.
 *
 * @returns removes the socket's file; to be called once the server has closed
 * @see docs/spec/rest-api.md "The command line"
 */
export async function listenOnOperatorSocket(server: Server, path: string, log: Logger): Promise<() => Promise<void>> {
  try {
    if (await isAnswered(path)) {
      log.warn(
        { socket: path },
        "the command line reaches another process, which has the socket of this data directory",
      );
      return () => Promise.resolve();
    }
    return await putInPlace(server, path);
  } catch (error) {
    log.warn(
      { err: error, socket: path },
      "there is no socket for the command line on this machine: it needs KEYSIDE_URL and KEYSIDE_TOKEN",
    );
    return () => Promise.resolve();
  }
}

/** Listens in a directory that nobody else may enter, and moves the socket once its mode is set: it is never open to all. */
async function putInPlace(server: Server, path: string): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(dirname(path), ".socket-"));
  try {
    const made = join(directory, "s");
    await withShortPath(made, (short) => listen(server, short));
    await chmod(made, 0o600);
    const { ino } = await lstat(made);
    await rename(made, path);
    return async () => {
      const present = await lstat(path).catch(() => undefined);
      if (present?.ino === ino) await unlink(path);
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Whether a process listens on the socket. */
function isAnswered(path: string): Promise<boolean> {
  return withShortPath(path, (short) => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const socket = connect(short);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    return promise.finally(() => socket.destroy());
  });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    // Exclusive: the process itself listens, though it be one of several workers; so the socket ends with it.
    server.listen({ path, exclusive: true }, resolve);
  });
}
