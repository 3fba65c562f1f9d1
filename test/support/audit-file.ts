/** Audit logs for tests: a directory with a writer's files, and what stands in them. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readAuditKey } from "../../src/audit/audit-key.ts";
import { readChainState } from "../../src/audit/chain-state.ts";
import { ChainWriter } from "../../src/audit/chain-writer.ts";
import { type VerifiedFiles, verifyFiles } from "../../src/audit/verify-files.ts";
import { FakeClock } from "./clock.ts";
import { scratchDirectory } from "./scratch-directory.ts";

/** A line, as a reader of JSON sees it. */
// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it
export type AuditLine = Readonly<Record<string, any>>;

/** Where an audit log is written. */
export class AuditDirectory {
  readonly path: string;
  readonly clock = new FakeClock();
  /** What its writers said of troubles: a reason, or undefined when one was over. */
  readonly troubles: (string | undefined)[] = [];

  constructor(path: string) {
    this.path = path;
  }

  file(name = "audit.log"): string {
    return join(this.path, name);
  }

  get stateFile(): string {
    return join(this.path, "data", "audit.state");
  }

  get certsDir(): string {
    return join(this.path, "certs");
  }

  open(name = "audit.log", more: { stateFile?: string } = {}): Promise<ChainWriter> {
    const onTrouble = (reason: string | undefined) => void this.troubles.push(reason);
    const { clock, certsDir, stateFile } = this;
    return ChainWriter.open({ file: this.file(name), certsDir, stateFile, clock, onTrouble, ...more });
  }

  /** Verifies files, all that begin with `audit` unless named; with what the writer knows of the end, unless told otherwise. */
  verify(names?: readonly string[], { withState = true } = {}): Promise<VerifiedFiles> {
    const files = (names ?? this.names()).map((name) => this.file(name));
    return verifyFiles(files, readAuditKey(this.certsDir), withState ? readChainState(this.stateFile) : undefined);
  }

  /** The log's files. */
  names(): readonly string[] {
    return readdirSync(this.path).filter((name) => name.startsWith("audit"));
  }

  text(name = "audit.log"): string {
    return existsSync(this.file(name)) ? readFileSync(this.file(name), "utf8") : "";
  }

  lines(name = "audit.log"): readonly AuditLine[] {
    return linesIn(this.text(name));
  }
}

/** An empty one, which is gone after the test. */
export async function auditDirectory(): Promise<AuditDirectory> {
  return new AuditDirectory(await scratchDirectory());
}

/** What is told in tests that are not about what is told. */
export function body(n: number | string, at = "2026-11-02T12:00:00.000Z"): string {
  return JSON.stringify({ time: at, event: "sign_in.failed", request_id: String(n) });
}

/** The whole lines of a text. */
export function linesIn(text: string): readonly AuditLine[] {
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}
