import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { PROJECT_DIRECTORY } from "../support/running-command.ts";

const composeSchema = z.object({
  services: z.object({ keyside: z.object({ environment: z.record(z.string(), z.string()) }) }),
});

describe("docker-compose.yml", () => {
  const text = readFileSync(join(PROJECT_DIRECTORY, "docker-compose.yml"), "utf8");

  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: compose's own variables look like that
  it("passes on which proxies are trusted, and trusts none by itself", () => {
    const { keyside } = composeSchema.parse(parseYaml(text, { merge: true })).services;
    expect(keyside.environment["KEYSIDE_TRUSTED_PROXIES"]).toBe("${KEYSIDE_TRUSTED_PROXIES:-}");
  });
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: compose's own variables look like that

  it("tells of every variable that it takes", () => {
    const [head = ""] = text.split("\nname: ");
    const taken = [...text.matchAll(/\$\{(KEYSIDE_\w+|REGISTRY_\w+)/g)].map(([, name = ""]) => name);
    expect(new Set(taken).size).toBeGreaterThan(4);
    for (const name of taken) expect(head).toMatch(new RegExp(`^#   ${name} `, "m"));
  });
});
