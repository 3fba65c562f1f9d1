/** What clients say of the inside of a repository: names of commits, and paths of files. */
import { text, textReadBy } from "../schemas/fields.ts";

/** A branch, a tag, `HEAD` or a commit's id. What can be none of these is looked for all the same, and not found. */
export const refName = text(255);

const MAXIMUM_CHARACTERS = 4096;

/** Names of files may have any characters but these; U+FFFD stands for bytes that were no UTF-8. */
const NEITHER = "\\u0000\\ufffd/";
/** Neither `.` nor `..`. */
const SEGMENT = `(?:[^${NEITHER}.][^${NEITHER}]*|\\.[^${NEITHER}.][^${NEITHER}]*|\\.\\.[^${NEITHER}]+)`;
const PATH = `${SEGMENT}(?:/${SEGMENT})*`;

/** The path of a file; a slash before it is no matter. */
export const filePath = pathReadBy(`^/?(${PATH})$`, 1);

/** The path of a folder or a file; empty: the root. Slashes around it are no matter. */
export const folderPath = pathReadBy(`^/?(${PATH}|)/?$`, 0);

function pathReadBy(pattern: string, minLength: number) {
  const form = new RegExp(pattern, "u");
  const read = (value: string) => {
    const path = value.length <= 2 * MAXIMUM_CHARACTERS && value.isWellFormed() ? form.exec(value)?.[1] : undefined;
    if (path !== undefined && [...value].length <= MAXIMUM_CHARACTERS) return path;
    return {
      problem: `is no path in a repository: names with slashes between them, none of them "." or "..", at most ${MAXIMUM_CHARACTERS} characters`,
    };
  };
  return textReadBy(read, { type: "string", minLength, maxLength: MAXIMUM_CHARACTERS, pattern });
}
