/** Which texts can name a branch, a tag or a commit: git's own grammar, so that nothing else ever reaches git. */

/** @see git-check-ref-format(1) */
const FORBIDDEN = /[\p{Cc} ~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)|^[-./]|[./]$|^@$/u;

/** Whether a text can be the short name of a branch or a tag, without any of the syntax that git reads into names. */
export function isRefName(text: string): boolean {
  return text !== "" && !FORBIDDEN.test(text);
}

/** At least as many digits of a commit's id as git demands. */
const OBJECT_ID = /^[0-9a-f]{4,40}$/i;
const FULL_OBJECT_ID = /^[0-9a-f]{40}$/i;

/** Whether a text can be the id of a commit, or its beginning. */
export function isObjectId(text: string): boolean {
  return OBJECT_ID.test(text);
}

/** Whether a text has the form of a whole id. */
export function isFullObjectId(text: string): boolean {
  return FULL_OBJECT_ID.test(text);
}
