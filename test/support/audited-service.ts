/** A service with an audit log, and what stands in that. */
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readAuditKey } from "../../src/audit/audit-key.ts";
import { readChainState } from "../../src/audit/chain-state.ts";
import { type VerifiedFiles, verifyFiles } from "../../src/audit/verify-files.ts";
import { type AuditLine, linesIn } from "./audit-file.ts";
import { startTestService, type TestService, type TestServiceOptions } from "./service.ts";

/** A service and its audit log. */
export interface AuditedService extends TestService {
  readonly auditFile: string;
  /** All lines so far, of all files. */
  auditLines(): Promise<readonly AuditLine[]>;
  /** The lines that some work added, without what differs each time. */
  linesOf(work: () => Promise<unknown>): Promise<readonly AuditLine[]>;
  /** All text so far, of all files. */
  auditText(): Promise<string>;
  verifyAudit(): Promise<VerifiedFiles>;
}

/** Starts one; its log is on a file of its own. */
export async function startAuditedService({ environment, ...more }: TestServiceOptions = {}): Promise<AuditedService> {
  const directory = await mkdtemp(join(tmpdir(), "keyside-test-audit-"));
  const auditFile = join(directory, "audit.log");
  const service = await startTestService({ ...more, environment: { KEYSIDE_AUDIT_LOG: auditFile, ...environment } });
  const { config, audit } = service.container;
  const files = () => readdirSync(directory).map((name) => join(directory, name));
  const auditText = async () => {
    await audit?.flush();
    return files()
      .map((file) => readFileSync(file, "utf8"))
      .join("");
  };
  const auditLines = async () => [...linesIn(await auditText())].sort((one, other) => one["seq"] - other["seq"]);
  return {
    ...service,
    auditFile,
    auditLines,
    auditText,
    async linesOf(work) {
      const before = (await auditLines()).length;
      await work();
      const lines = (await auditLines()).slice(before);
      return lines.map(({ seq: _seq, mac: _mac, request_id: _id, ...line }) => line);
    },
    async verifyAudit() {
      await audit?.flush();
      return await verifyFiles(files(), readAuditKey(config.certsDir), readChainState(config.auditStateFile));
    },
    async stop() {
      await service.stop();
      await rm(directory, { recursive: true });
    },
  };
}
