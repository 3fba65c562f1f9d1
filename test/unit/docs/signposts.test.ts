import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT_DIRECTORY } from "../../support/running-command.ts";

/** A place in the rules that a source file names: a file of docs/spec, and the sections in quotes after it. */
interface Citation {
  /** What stands before the file's name, where `docs/` has to. */
  readonly prefix: string;
  readonly file: string;
  readonly sections: readonly string[];
}

const SPEC_CITATION = /([\w./-]*)spec\/([a-z-]+\.md)((?:(?:,|;| and| or)? "[^"]+")*)/g;
const ADR_CITATION = /docs\/adr\/[\w.-]*\w/g;
/** A link or an image; inline code and blocks of code were taken out before. */
const LINK = /\]\(([^)\s]+)\)/g;
/** A file of the sources in a document's inline code; those with a placeholder, such as `<noun>.routes.ts`, are none. */
const SOURCE_FILE = /`((?:[\w-][\w.-]*\/)*[\w-][\w.-]*\.(?:ts|js))`/g;
/** What follows belongs to the comment's sentence, whatever line it stands on. */
const CONTINUED_COMMENT = /\n[ \t]*(?:\*(?!\/)|\/\/)[ \t]?/g;

function citationsIn(source: string): Citation[] {
  const text = source.replaceAll(CONTINUED_COMMENT, " ");
  return [...text.matchAll(SPEC_CITATION)].map(([, prefix = "", file = "", quoted = ""]) => ({
    prefix,
    file,
    sections: [...quoted.matchAll(/"([^"]+)"/g)].map(([, section = ""]) => section),
  }));
}

/** A heading's anchor, as the hosting platforms make it. */
function anchorOf(heading: string): string {
  const kept = heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "");
  return kept.trim().replaceAll(" ", "-");
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^```.*?^```/gms, "").replaceAll(/`[^`\n]*`/g, "");
}

function anchorsOf(markdown: string): Set<string> {
  const headings = markdown.replaceAll(/^```.*?^```/gms, "").matchAll(/^#{1,6} (.+)$/gm);
  return new Set([...headings].map(([, heading = ""]) => anchorOf(heading)));
}

const read = (path: string) => readFileSync(join(PROJECT_DIRECTORY, path), "utf8");
const exists = (path: string) => existsSync(join(PROJECT_DIRECTORY, path));

/** What is wrong with a citation; undefined when one finds what it names. */
function problemOf({ prefix, file, sections }: Citation): string | undefined {
  const path = `docs/spec/${file}`;
  if (prefix !== "docs/") return `${prefix}spec/${file} is not written as ${path}`;
  if (!exists(path)) return `${path} does not exist`;
  const anchors = anchorsOf(read(path));
  const missing = sections.filter((section) => !anchors.has(anchorOf(section)));
  return missing.length === 0 ? undefined : `${path} has no section "${missing.join('", "')}"`;
}

/** What is wrong with the relative links of a document; `path` is its own. */
function brokenLinks(path: string, markdown: string): string[] {
  const targets = [...withoutCode(markdown).matchAll(LINK)].map(([, target = ""]) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [file = "", anchor] = target.split("#");
      const linked = file === "" ? path : relative(".", join(dirname(path), file));
      if (!exists(linked)) return true;
      return anchor !== undefined && linked.endsWith(".md") && !anchorsOf(read(linked)).has(anchor);
    });
}

/** The files of the sources that a document names: from the root, from `src/`, or by their last name alone. */
function missingFiles(markdown: string): string[] {
  const named = [...markdown.matchAll(SOURCE_FILE)].map(([, file = ""]) => file);
  return named.filter((file) => !sources.some((path) => path === file || path.endsWith(`/${file}`)));
}

const sources = globSync("{src,test,bench,bin}/**/*.{ts,js,py}", { cwd: PROJECT_DIRECTORY });
const documents = globSync(["*.md", "docs/**/*.md", "examples/*.md"], { cwd: PROJECT_DIRECTORY });

describe("the signposts in the sources", () => {
  const citations = sources.flatMap((path) => citationsIn(read(path)).map((citation) => ({ path, ...citation })));

  it("are there to be checked", () => {
    expect(citations.length).toBeGreaterThan(20);
    expect(citations.filter(({ sections }) => sections.length > 0).length).toBeGreaterThan(20);
  });

  it("name a file of docs/spec, and sections that it has", () => {
    const problems = citations.flatMap(({ path, ...citation }) => {
      const problem = problemOf(citation);
      return problem === undefined ? [] : [`${path}: ${problem}`];
    });
    expect(problems).toEqual([]);
  });

  it("name decisions that were written down", () => {
    const decisions = sources.flatMap((path) => [...read(path).matchAll(ADR_CITATION)].map(([cited]) => cited));
    expect(decisions).not.toEqual([]);
    // By its number alone, or by its whole name.
    const known = documents.flatMap((path) => [path, path.replace(/^(docs\/adr\/\d{4})-.*/, "$1")]);
    expect(decisions.filter((cited) => !known.includes(cited))).toEqual([]);
  });
});

describe("a signpost", () => {
  /** Put together here, since this file is a source too. */
  const SPEC = ["spec", ""].join("/");
  const cite = (start: string, rest: string) => citationsIn(start + SPEC + rest).map(problemOf);

  it("is read across the lines of a comment, with every section that it names", () => {
    const [citation] = citationsIn(`/** @see docs/${SPEC}rest-api.md\n * "Failures" and "Operations"\n */`);
    expect(citation).toEqual({ prefix: "docs/", file: "rest-api.md", sections: ["Failures", "Operations"] });
  });

  it("is wrong when it leads nowhere", () => {
    expect(cite("@see docs/", 'rest-api.md "Pagination"')).toEqual([undefined]);
    expect(cite("@see ", 'rest-api.md "Pagination"')).toEqual([expect.stringContaining("is not written as")]);
    expect(cite("@see docs/", "nowhere.md")).toEqual([expect.stringContaining("does not exist")]);
    expect(cite("@see docs/", 'rest-api.md "Pagination", "Nowhere"')).toEqual([
      expect.stringContaining('has no section "Nowhere"'),
    ]);
  });
});

describe("the documents", () => {
  it("link to files and sections that exist", () => {
    const names = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/architecture.md"];
    expect(documents).toEqual(expect.arrayContaining(names));
    const broken = documents.flatMap((path) => brokenLinks(path, read(path)).map((target) => `${path}: ${target}`));
    expect(broken).toEqual([]);
  });

  it("name files of the sources that exist", () => {
    const named = ["CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md"].map((path) => ({
      path,
      text: read(path),
    }));
    for (const { text } of named) expect([...text.matchAll(SOURCE_FILE)].length).toBeGreaterThan(10);
    expect(named.flatMap(({ path, text }) => missingFiles(text).map((file) => `${path}: ${file}`))).toEqual([]);
  });

  it("are wrong when a file that they name is gone", () => {
    expect(missingFiles("`src/config.ts` `config.ts` `src/gone.ts` `gone.test.ts` `<noun>.ts`")).toEqual([
      "src/gone.ts",
      "gone.test.ts",
    ]);
  });

  it("are wrong when a link leads nowhere", () => {
    const markdown =
      "[a](0001-levels.md) [b](nowhere.md) [c](../../README.md#nowhere) `[d](code.md)` [e](https://e.org)";
    expect(brokenLinks("docs/adr/README.md", markdown)).toEqual(["nowhere.md", "../../README.md#nowhere"]);
  });
});
