/** The sentences of an explanation that are about the credential itself, before anything that it asks for. */
import type { TokenRow } from "../authentication/find-access-tokens.ts";
import type { TokenStep } from "../authentication/judge-access-token.ts";
import { utcDate } from "../clock.ts";
import { listed } from "./explain-sentences.ts";

const SHOWN_NETWORKS = 5;

/** A token that is explained, and what only people want to know of it. */
export interface ExplainedToken {
  readonly row: TokenRow;
  readonly name: string;
  readonly revokedAt: Date | null;
  /** The number of the token of its family that took its place; undefined where none did. */
  readonly current: number | undefined;
  /** What it would come from; undefined: that is not asked. */
  readonly address: string | undefined;
}

/** What a question about a token itself answered; `passed` is null for the one that was not asked. */
export function tokenSentence(step: TokenStep, passed: boolean | null, token: ExplainedToken): string {
  const { row, address } = token;
  const networks = listed(row.ip_allow_list ?? [], SHOWN_NETWORKS);
  switch (step) {
    case "revoked":
      if (passed) return `the token ${row.token_id}, ${JSON.stringify(token.name)}, is not revoked`;
      return token.current === undefined
        ? `the token ${row.token_id} was revoked${token.revokedAt === null ? "" : ` on ${utcDate(token.revokedAt)}`}: make a new one`
        : `the token ${row.token_id} was rotated away: ${inItsPlace(token)}`;
    case "grace":
      if (row.retires_at === null) return "the token was not rotated away";
      return passed
        ? `the token was rotated away, and its grace goes on until ${minute(row.retires_at)}: ${inItsPlace(token)}`
        : `the token was rotated away, and its grace ended at ${minute(row.retires_at)}: ${inItsPlace(token)}`;
    case "expiry":
      if (row.expires_at === null) return "the token does not expire";
      return passed
        ? `the token expires on ${row.expires_at}, at 00:00 UTC`
        : `the token expired on ${row.expires_at}, at 00:00 UTC: rotate it, or make a new one`;
    case "user":
      if (passed) return `the token acts as ${row.username}, who is not blocked`;
      return row.state === "blocked"
        ? `the token acts as ${row.username}, who is blocked: an administrator unblocks them, or make a new token`
        : "the bot that the token acted as is gone: make a new token";
    case "address":
      if (row.ip_allow_list === null) return "the token is accepted from everywhere";
      if (passed === null)
        return `not asked: the token is accepted from ${networks} alone; say an address to ask about it`;
      return passed
        ? `accepted from ${address}: the token's ip_allow_list has ${networks}`
        : `not accepted from ${address}: the token's ip_allow_list has ${networks}; use it there, or make a token that is accepted from ${address}`;
  }
}

/** What is said to a human who is signed in, of themself. */
export const READER_SENTENCE =
  "you are signed in; this is what your password gets, which has every scope: a personal access token narrows it further";

/** Whether a human may sign in at all. They are explained as with their password. */
export function humanSentence(passed: boolean, username: string): string {
  return passed
    ? `${username} is not blocked; this is what their password gets, which has every scope: a personal access token narrows it further`
    : `${username} is blocked, and no credential of theirs is accepted: an administrator unblocks them`;
}

/** `2026-11-01 12:30 UTC` */
function minute(moment: Date): string {
  return `${moment.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function inItsPlace({ current }: ExplainedToken): string {
  return current === undefined ? "make a new one" : `token ${current} took its place; use that one's secret`;
}
