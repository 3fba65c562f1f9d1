/**
 * Makes a text that a client sent fit for the audit log: short, of one line, and without what is or looks like a secret, in
 * whichever field somebody put one.
 */
import { hash } from "node:crypto";

/** In the place of what is not written. */
export const WITHHELD = "[withheld]";

/** In characters: longer than the names of programs. */
const MAXIMUM_LENGTH = 300;

/** What is longer than this is not looked at, and not written. */
const MAXIMUM_READ = 8_192;

/** A shorter text is nobody's password, and would take the sense from every line that holds it by chance. */
const SHORTEST_SECRET = 4;

/** Letters and digits alone: the random part of each secret of Keyside's, and digests in hexadecimal. */
const LONG_WORD = /[A-Za-z0-9]{32,}/g;

/** As secrets are stored. */
const SHA256 = /[0-9a-f]{64}/g;

/** As base64 and base64url: a secret of another kind, or credentials as a header has them. */
const LONG_RUN = /[A-Za-z0-9+/=_-]{40,}/g;

/** The beginning of a JWT's header in base64url, `{"`. @see RFC 7519 section 3 */
const JWT = /eyJ[\w-]+(?:\.[\w-]*)*/g;

/** A scheme of the Authorization header and what follows it; and a URL's user and password. */
const CREDENTIALS = /\b(?:basic|bearer) +\S+|(?<=:\/\/)[^/@\s]{1,500}@/gi;

/**
 * The text, clean.
 *
 * @param presented the secrets that came with the request, in all forms in which they must not appear
 */
export function cleanText(text: string, presented: readonly string[] = []): string {
  if (text.length > MAXIMUM_READ) return WITHHELD;
  return knownTexts.clean(text, presented, (given) => {
    const clean = withoutPresented(given, presented)
      .replaceAll(CREDENTIALS, WITHHELD)
      .replaceAll(JWT, WITHHELD)
      .replaceAll(LONG_WORD, WITHHELD)
      .replaceAll(LONG_RUN, withholdMixed);
    return clean.length > MAXIMUM_LENGTH ? `${clean.slice(0, MAXIMUM_LENGTH)}...` : clean;
  });
}

/** A repository, a scope or a tag, clean: a word in it may be long, as where images are named by commits. */
export function cleanRepository(name: string, presented: readonly string[] = []): string {
  return knownNames.clean(name, presented, (given) =>
    withoutPresented(given, presented).replaceAll(SHA256, WITHHELD).replaceAll(LONG_WORD, withholdMixed),
  );
}

/** How many texts are known to be clean; each is short. */
const MAXIMUM_KNOWN = 2_000;

/** Texts that were found clean: most come again and again. One that is not clean is never kept. */
class KnownTexts {
  readonly #known = new Set<string>();

  clean(text: string, presented: readonly string[], work: (text: string) => string): string {
    if (presented.length === 0 && this.#known.has(text)) return text;
    const clean = work(text);
    if (presented.length === 0 && clean === text) {
      if (this.#known.size >= MAXIMUM_KNOWN) this.#known.clear();
      this.#known.add(text);
    }
    return clean;
  }
}

const knownTexts = new KnownTexts();
const knownNames = new KnownTexts();

function withoutPresented(text: string, presented: readonly string[]): string {
  // What cannot be seen first, so that nobody hides a secret by it.
  let clean = visible(text);
  for (const secret of presented) clean = clean.replaceAll(secret, WITHHELD);
  return clean;
}

/** Withholds what has small letters and capitals, as what is random has, and no repository. */
function withholdMixed(run: string): string {
  return /[A-Z]/.test(run) && /[a-z]/.test(run) ? WITHHELD : run;
}

/** A secret, and the forms of it that somebody may put elsewhere: as a header or an address has it, and its digest. */
export function formsOf(secret: string, username = ""): readonly string[] {
  const encoded = [secret, `${username}:${secret}`].map((text) => Buffer.from(text).toString("base64"));
  const forms = [secret, visible(secret), encodeURIComponent(secret.toWellFormed()), hash("sha256", secret)];
  return [...forms, ...encoded.map((text) => text.replace(/=+$/, ""))].filter(
    ({ length }) => length >= SHORTEST_SECRET && secret.length >= SHORTEST_SECRET,
  );
}

/** Without control characters, line breaks, and what takes no place. */
function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "");
}
