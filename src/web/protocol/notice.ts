/** What a page says of what was just done: a word from this list travels in a cookie, and the words themselves are here. */
import { type CookieChange, NOTICE_COOKIE } from "./cookies.ts";

/** @see docs/spec/access-tokens.md "Paths outlive what they named" */
const TAKEN_OVER =
  "Something of its path, or below it, was deleted before: the images that were pushed there are still in the registry, and whoever may pull or push here now reaches them.";

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
  account_made_administrator: "The user is an administrator now.",
  account_no_administrator: "The user is no administrator any more.",
  feature_flag_set: "The feature flag is set.",
  account_deleted: "The account is deleted.",
  account_created_over_another: `The account is created. ${TAKEN_OVER}`,
  member_added: "The member is added.",
  member_changed: "The member's role is changed.",
  member_removed: "The member is removed.",
  member_left: "You are no member of it any more.",
  old_secret_ended: "The old secret has ended.",
  project_created: "The project is created.",
  project_created_over_another: `The project is created. ${TAKEN_OVER}`,
  project_saved: "The project is saved.",
  visibility_changed: "The visibility is changed.",
  project_deleted: "The project is deleted. Its images are still in the registry, and nobody can pull or push them.",
  image_deleted:
    "The image is deleted, with all its tags. The registry gives the space back at its next garbage collection.",
  catalog_wanted: "The registry is asked which repositories it has. The list is renewed once it has answered.",
  group_created: "The group is created.",
  group_created_over_another: `The group is created. ${TAKEN_OVER}`,
} as const;

/** A word for what was done. */
export type Notice = keyof typeof NOTICES;

/** Those that are no good news alone. */
const WARNINGS: ReadonlySet<Notice> = new Set([
  "project_created_over_another",
  "group_created_over_another",
  "account_created_over_another",
]);

/** A notice as it is shown. */
export interface ShownNotice {
  readonly kind: "ok" | "warn";
  readonly text: string;
}

/** Long enough for a redirect. */
const NOTICE_SECONDS = 60;

/** The cookie that brings a notice to the next page; undefined deletes it. */
export function noticeCookie(notice: Notice | undefined): CookieChange {
  return { name: NOTICE_COOKIE, value: notice ?? null, maxAgeSeconds: NOTICE_SECONDS };
}

/** The notice in a cookie's value; undefined for any other value. */
export function readNotice(value: string | undefined): ShownNotice | undefined {
  if (value === undefined || !Object.hasOwn(NOTICES, value)) return undefined;
  const notice = value as Notice;
  return { kind: WARNINGS.has(notice) ? "warn" : "ok", text: NOTICES[notice] };
}
