import { describe, expect, it } from "vitest";
import { pushWarning } from "../../../src/access-tokens/push-warning.ts";
import type { RepositoryAction } from "../../../src/principals/repository-rules.ts";

const both = ["read_registry", "write_registry"] as const;
const rule = (repositories: string[], ...actions: RepositoryAction[]) => ({ repositories, actions });

describe("pushWarning", () => {
  it("is given to who may push and not pull, where pulling needs a token", () => {
    for (const visibility of ["private", "internal"] as const) {
      expect(pushWarning({ scopes: ["write_registry"] }, visibility)).toContain(
        `${visibility} project, docker push fails`,
      );
      expect(pushWarning({ scopes: both }, visibility)).toBeUndefined();
      expect(pushWarning({ scopes: ["read_registry"] }, visibility)).toBeUndefined();
    }
    expect(pushWarning({ scopes: ["write_registry"] }, "public")).toBeUndefined();
  });

  it("names the patterns that the rules let push and not pull", () => {
    const warn = (...repositoryRules: ReturnType<typeof rule>[]) =>
      pushWarning({ scopes: both, repositoryRules }, "private");
    expect(warn(rule(["web", "api"], "push"), rule(["api"], "pull"))).toMatch(/add pull for 'web'$/);
    expect(warn(rule(["web"], "push"), rule(["**"], "pull"))).toBeUndefined();
    expect(warn(rule(["web"], "pull", "push"))).toBeUndefined();
    expect(warn(rule(["web"], "pull"))).toBeUndefined();
    const many = Array.from({ length: 20 }, (_, index) => `${"long".repeat(60)}-${index}`);
    expect(warn(rule(many, "push"))).toMatch(/^[^"]{1,1600} and 15 more$/);
  });
});
