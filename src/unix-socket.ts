/** Paths of Unix sockets, which the system bounds more tightly than those of files. */
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

/** `sun_path` has 108 bytes on Linux and 104 on macOS, the closing NUL among them. @see unix(7) */
const MAXIMUM_PATH_BYTES = 103;

/**
 * Runs `use` with a path of the socket that is short enough to bind or to connect to: its own or, where that is too
 * long, one through a link to its directory, which is gone afterwards.
 */
export async function withShortPath<Result>(path: string, use: (path: string) => Promise<Result>): Promise<Result> {
  if (Buffer.byteLength(path) <= MAXIMUM_PATH_BYTES) return await use(path);
  const directory = await mkdtemp(join(tmpdir(), "keyside-"));
  try {
    const link = join(directory, "d");
    await symlink(dirname(path), link);
    return await use(join(link, basename(path)));
  } finally {
    await rm(directory, { recursive: true });
  }
}
