/** The grammar of tags and digests, and which tags belong to another image. Pure. */

/** @see distribution `reference/regexp.go`, tag */
export const TAG_PATTERN = /^\w[\w.-]{0,127}$/;

/** @see OCI image specification, "Digests" */
export const DIGEST_PATTERN = /^sha256:[0-9a-f]{64}$/;

/**
 * The digest of the image that a tag says it is attached to: signatures, attestations and lists of them have tags such as
 * `sha256-<hex>.sig`.
 *
 * @see cosign "SIGNATURE_SPEC.md", "Tag-based Discovery"; OCI distribution specification, "Referrers Tag Schema"
 */
export function imageOfAttachment(tag: string): string | undefined {
  const hex = /^sha256-([0-9a-f]{64})(?:\.[a-z]{1,20})?$/.exec(tag)?.[1];
  return hex === undefined ? undefined : `sha256:${hex}`;
}
