/** What a page says of what was just done: a word from this list travels in a cookie, and the words themselves are here. */
import { type CookieChange, NOTICE_COOKIE } from "./cookies.ts";

/** What was done. */
const NOTICES = {
  signed_out: "You are signed out.",
  profile_saved: "Your profile is saved.",
  password_changed: "Your password is changed. All your other sessions and registry sign-ins have ended.",
  session_ended: "The session has ended.",
  other_sign_ins_ended: "All your other sessions and registry sign-ins have ended.",
  registry_sign_in_ended: "The registry sign-in has ended.",
  token_revoked: "The token is revoked.",
  tokens_revoked: "The tokens are revoked.",
  account_blocked: "The account is blocked. Nothing that signs in with it is accepted any more.",
  account_unblocked: "The account is unblocked.",
  account_made_administrator: "The account is an administrator's now.",
  account_no_administrator: "The account is no administrator's any more.",
  feature_flag_set: "The feature flag is set.",
  account_deleted: "The account is deleted.",
  account_created_over_another:
    "Something of the path of this account was deleted before: the images that were pushed there are still in the registry, and whoever has the account reaches them.",
  old_secret_ended: "The old secret has ended.",
} as const;

/** A word for what was done. */
export type Notice = keyof typeof NOTICES;

/** Long enough for a redirect. */
const NOTICE_SECONDS = 60;

/** The cookie that brings a notice to the next page; undefined deletes it. */
export function noticeCookie(notice: Notice | undefined): CookieChange {
  return { name: NOTICE_COOKIE, value: notice ?? null, maxAgeSeconds: NOTICE_SECONDS };
}

/** The words of the notice in a cookie's value; undefined for any other value. */
export function readNotice(value: string | undefined): string | undefined {
  return value !== undefined && Object.hasOwn(NOTICES, value) ? NOTICES[value as Notice] : undefined;
}
