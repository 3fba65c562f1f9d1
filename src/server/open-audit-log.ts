/** Opens the audit log: what this process tells it, and the file, which one process of a service writes. */

import type { Logger } from "pino";
import { AuditLog, type AuditSink } from "../audit/audit-log.ts";
import { ChainWriter } from "../audit/chain-writer.ts";
import { currentOrigin } from "../audit/request-origin.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { NewTargetEvent } from "../events/recorded-events.ts";
import type { Metrics } from "../metrics.ts";

/**
 * Opens the file, if one is configured, and goes on where it ends.
 *
 * @throws ConfigurationError when it cannot be written, or another process writes it
 */
export async function openAuditWriter(
  { audit, auditStateFile: stateFile, certsDir }: Config,
  clock: Clock,
  log: Pick<Logger, "error" | "info">,
): Promise<ChainWriter | undefined> {
  if (audit === undefined) return undefined;
  const { file } = audit;
  const onTrouble = (reason: string | undefined) => {
    if (reason === undefined) log.info({ file }, "the audit log can be written again");
    else
      log.error(
        { file, reason },
        `the audit log cannot be written${audit.required ? ", and no registry token is issued" : ""}`,
      );
  };
  return await ChainWriter.open({ file, certsDir, stateFile, clock, onTrouble });
}

/** What this process tells the audit log by; lines that are lost are counted. */
export function openAuditLog(
  sink: AuditSink,
  { config, clock, metrics }: { config: Config; clock: Clock; metrics: Metrics },
): AuditLog {
  const required = config.audit?.required === true;
  return new AuditLog({ sink, clock, required, onLost: (lines) => metrics.auditLinesLost.inc(lines) });
}

/** Tells of an event that was stored. @see docs/spec/audit.md "Events" */
export function tellRightsChanged(audit: AuditLog, { by, action, target, projectId, address }: NewTargetEvent): void {
  const { kind, userId, username, tokenId } = by;
  const origin =
    currentOrigin() ?? (address === undefined ? undefined : { address, client: undefined, requestId: undefined });
  audit.tell({
    event: "rights.changed",
    actor: { kind, userId, username },
    tokenId,
    action,
    target,
    projectId,
    origin,
  });
}
