/** How an answer warns of what its caller may not have meant. */

/**
 * The header of a warning; none where there is nothing to warn of.
 *
 * @param warning in printable ASCII without quotation marks
 * @see RFC 7234 section 5.5, 299 Miscellaneous Persistent Warning
 */
export function warningHeader(warning: string | undefined): Record<string, string> {
  return warning === undefined ? {} : { Warning: `299 keyside "${warning}"` };
}
