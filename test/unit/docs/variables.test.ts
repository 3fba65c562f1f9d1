import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT_DIRECTORY } from "../../support/running-command.ts";

const read = (path: string) => readFileSync(join(PROJECT_DIRECTORY, path), "utf8");

/** The variables that the configuration reads, from its schema's source. */
const [, schema = ""] = read("src/config.ts").split("environmentSchema = z.object({");
const variables = [...schema.matchAll(/^ {2}([A-Z_]+): /gm)].map(([, name = ""]) => name).toSorted();

describe("the variables of the configuration", () => {
  it("stand in .env.example, each once, and no others do", () => {
    expect(variables.length).toBeGreaterThan(40);
    const shown = [...read(".env.example").matchAll(/^#([A-Z_]+)=/gm)].map(([, name = ""]) => name);
    expect(shown.toSorted()).toEqual(variables);
  });

  it("stand in the table of docs/spec/rest-api.md, each once, and no others do", () => {
    const [, section = ""] = read("docs/spec/rest-api.md").split("\n## Configuration\n");
    const rows = [...section.matchAll(/^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \|/gm)].map(([, names = ""]) => names);
    expect(rows.flatMap((names) => names.replaceAll("`", "").split(", ")).toSorted()).toEqual(variables);
  });
});
