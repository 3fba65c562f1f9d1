/** What a client calls itself in the header User-Agent, as it is kept: shown to people, never trusted. */

/** Of a client's name, in UTF-16 code units. */
const KEPT_LENGTH = 255;

/**
 * A client's name without what would upset a terminal, or PostgreSQL: control characters, invisible ones and lone surrogates.
 * At most 255 UTF-16 code units of it; undefined where nothing is left.
 */
export function presentableClient(client = ""): string | undefined {
  return (
    copyOf(client.slice(0, KEPT_LENGTH))
      .replaceAll(/[\p{C}\uFFFD]/gu, "")
      .trim() || undefined
  );
}

/** A text of its own: else a part of a header would keep all of the header in memory. */
export function copyOf(text: string): string {
  return Buffer.from(text).toString();
}
