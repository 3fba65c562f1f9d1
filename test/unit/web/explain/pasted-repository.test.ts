import { describe, expect, it } from "vitest";
import { readPastedRepository } from "../../../../src/web/explain/pasted-repository.ts";

const REGISTRY = "registry.example.com";
const DIGEST = `sha256:${"0".repeat(64)}`;

describe("a repository is read as people have it at hand:", () => {
  it.each([
    ["its path alone", "team/app", "team/app"],
    ["with a tag", "team/app/web:1.2", "team/app/web"],
    ["with a tag, in one segment", "app:1.2", "app"],
    ["with a digest", `team/app@${DIGEST}`, "team/app"],
    ["with both", `team/app:1.2@${DIGEST}`, "team/app"],
    ["as docker names it", "registry.example.com/team/app", "team/app"],
    ["as docker names it, with both", `registry.example.com/team/app:1.2@${DIGEST}`, "team/app"],
    ["as docker prints it", "[registry.example.com/team/app]", "team/app"],
    ["as skopeo names it", "docker://registry.example.com/team/app:1.2", "team/app"],
    ["with spaces around it", "  team/app\t", "team/app"],
    ["with a slash at its end", "team/app/", "team/app"],
    ["with the registry in capitals", "Registry.Example.com/team/app", "team/app"],
    ["with a host that may as well be a group", "my.team/app", "my.team/app"],
  ])("%s", (_way, text, name) => {
    expect(readPastedRepository(text, REGISTRY)).toBe(name);
  });

  it("with the registry's port, and not without it", () => {
    expect(readPastedRepository("localhost:5000/team/app:1", "localhost:5000")).toBe("team/app");
    expect(readPastedRepository("localhost/team/app", "localhost:5000")).toHaveProperty("problem");
  });
});

describe("no repository is", () => {
  it.each([
    ["nothing", ""],
    ["a registry without any", "registry.example.com/"],
    ["a tag alone", ":1.2"],
    ["a digest alone", `@${DIGEST}`],
    ["one in capitals", "Team/App"],
    ["a path with an empty segment", "team//app"],
    ["a path with a space", "team/my app"],
    ["a command", "docker push team/app"],
    ["what is too long", `a${"/a".repeat(128)}`],
  ])("%s", (_what, text) => {
    expect(readPastedRepository(text, REGISTRY)).toEqual({ problem: expect.stringMatching(/^is no repository: ./) });
  });

  it.each(["localhost:5000/team/app", "other.example.com:443/team/app", "localhost/team/app"])(
    "what is another registry's, by its host: %s",
    (text) => {
      const problem = `names the registry ${text.split("/")[0]}, and this one is registry.example.com`;
      expect(readPastedRepository(text, REGISTRY)).toEqual({ problem });
    },
  );
});
