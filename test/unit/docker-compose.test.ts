import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { PROJECT_DIRECTORY } from "../support/running-command.ts";

const composeSchema = z.object({
  services: z.object({
    keyside: z.object({ environment: z.record(z.string(), z.string()), ports: z.array(z.string()) }),
  }),
});

describe("docker-compose.yml", () => {
  const text = readFileSync(join(PROJECT_DIRECTORY, "docker-compose.yml"), "utf8");

  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: compose's own variables look like that
  it("passes on which proxies are trusted, and trusts none by itself", () => {
    const { keyside } = composeSchema.parse(parseYaml(text, { merge: true })).services;
    expect(keyside.environment["KEYSIDE_TRUSTED_PROXIES"]).toBe("${KEYSIDE_TRUSTED_PROXIES:-}");
  });

  it("publishes Git over SSH on loopback alone, where the address that clients are told leads to", () => {
    const { keyside } = composeSchema.parse(parseYaml(text, { merge: true })).services;
    expect(keyside.ports).toContain("127.0.0.1:${KEYSIDE_SSH_PORT:-2222}:2222");
    expect(keyside.ports.filter((port) => !port.startsWith("127.0.0.1:"))).toEqual([]);
    const address = "${KEYSIDE_SSH_URL:-ssh://git@localhost:${KEYSIDE_SSH_PORT:-2222}}";
    expect(keyside.environment["KEYSIDE_SSH_URL"]).toBe(address);
    expect(readFileSync(join(PROJECT_DIRECTORY, "Dockerfile"), "utf8")).toMatch(/^ +KEYSIDE_SSH_PORT=2222 \\$/m);
  });
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: compose's own variables look like that

  it("tells of every variable that it takes", () => {
    const [head = ""] = text.split("\nname: ");
    const taken = [...text.matchAll(/\$\{(KEYSIDE_\w+|REGISTRY_\w+)/g)].map(([, name = ""]) => name);
    expect(new Set(taken).size).toBeGreaterThan(4);
    for (const name of taken) expect(head).toMatch(new RegExp(`^#   ${name} `, "m"));
  });
});
