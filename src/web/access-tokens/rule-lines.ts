/**
 * Repository rules as people write them in a form: a rule a line, `pull, push: web, services/**`. A line without actions is
 * about all of them; a dot is the project's own repository, whose pattern is empty.
 */
import { REPOSITORY_ACTIONS, type RepositoryRule } from "../../principals/repository-rules.ts";

const OWN_REPOSITORY = ".";

/** The rules in some lines, as the schema of rules reads them: nothing is checked here. Undefined where there is no line. */
export function readRuleLines(text: string): unknown {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0) return undefined;
  return lines.map((line) => {
    const colon = line.indexOf(":");
    return {
      actions: colon === -1 ? [...REPOSITORY_ACTIONS] : words(line.slice(0, colon)),
      repositories: words(line.slice(colon + 1)).map((pattern) => (pattern === OWN_REPOSITORY ? "" : pattern)),
    };
  });
}

/** Rules as lines. */
export function writeRuleLines(rules: readonly RepositoryRule[]): string {
  return rules
    .map(({ actions, repositories }) => {
      const patterns = repositories.map((pattern) => (pattern === "" ? OWN_REPOSITORY : pattern));
      return `${actions.join(", ")}: ${patterns.join(", ")}`;
    })
    .join("\n");
}

function words(text: string): string[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}
