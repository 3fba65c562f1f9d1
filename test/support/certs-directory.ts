/** Certificates' directories for tests, and ways to spoil them. */
import { execFile, execFileSync } from "node:child_process";
import { chmodSync, chownSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { openSigningKeys } from "../../src/signing/signing-keys.ts";
import { FakeClock } from "./clock.ts";

const NOBODY = 65_534;

/** A directory under the system's temporary one, of the files that tests read, write and copy by name. */
export class CertsDirectory {
  readonly path = mkdtempSync(join(tmpdir(), "keyside-certs-"));

  file(name: string): string {
    return join(this.path, name);
  }

  read(name: string): string {
    return readFileSync(this.file(name), "utf8");
  }

  write(name: string, text: string): void {
    writeFileSync(this.file(name), text);
  }

  remove(name: string): void {
    rmSync(this.file(name), { recursive: true });
  }

  /** Takes a file of another directory in the place of this one's. */
  take(name: string, from: CertsDirectory): void {
    this.write(name, from.read(name));
  }

  /** A copy that a test may spoil. */
  copy(): CertsDirectory {
    const copy = new CertsDirectory();
    cpSync(this.path, copy.path, { recursive: true });
    return copy;
  }

  delete(): void {
    chmodSync(this.path, 0o700);
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A directory with a CA and an ES256 leaf that were made at a moment; dear to make, so copy it. */
export async function madeCertsDirectory(clock = new FakeClock()): Promise<CertsDirectory> {
  const directory = new CertsDirectory();
  await openSigningKeys({ directory: directory.path, algorithm: "ES256", clock });
  return directory;
}

/** Makes `ca.crt` and `ca.key` by openssl, as an operator with a CA of their own would. */
export function writeOpensslCertificate(directory: CertsDirectory, ...options: string[]): void {
  const files = ["-keyout", directory.file("ca.key"), "-out", directory.file("ca.crt")];
  execFileSync("openssl", ["req", "-x509", "-noenc", "-days", "30", ...files, ...options], { stdio: "pipe" });
}

/**
 * Runs something as a user whom file modes bind. Root may read and write everything, so tests that run as root make
 * the directory over to `nobody` and act as that user.
 */
export async function asPlainUser<Result>(directory: CertsDirectory, run: () => Promise<Result>): Promise<Result> {
  if (process.geteuid?.() !== 0) return run();
  const files = readdirSync(directory.path).map((name) => directory.file(name));
  for (const path of [directory.path, ...files]) chownSync(path, NOBODY, NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return await run();
  } finally {
    process.seteuid?.(0);
  }
}

/** Opens a directory's ES256 `keys` in a process of its own, runs a script with them, and gives what that prints. */
export async function inAnotherProcess(directory: CertsDirectory, script: string): Promise<string> {
  const source = new URL("../../src/", import.meta.url);
  const program = `
    import { systemClock } from "${new URL("clock.ts", source)}";
    import { openSigningKeys } from "${new URL("signing/signing-keys.ts", source)}";
    const directory = ${JSON.stringify(directory.path)};
    const keys = await openSigningKeys({ directory, algorithm: "ES256", clock: systemClock });
    ${script}
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  return stdout;
}
