import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config.ts";
import { createLinks } from "../../src/links.ts";

const gitSsh = (environment: Record<string, string>, servesGit = true) =>
  createLinks(readConfig(environment), servesGit).gitSsh("team/app");

describe("the address of a project by SSH", () => {
  it.each([
    [{}],
    [{ KEYSIDE_SSH_PORT: "off" }],
    [{ KEYSIDE_SSH_URL: "ssh://git@git.example.com" }],
    [{ KEYSIDE_SSH_PORT: "2222", KEYSIDE_GIT: "off" }],
  ])("is none where Git over SSH is off: %j", (environment) => {
    expect(gitSsh(environment)).toBeNull();
  });

  it("is none where there is no git", () => {
    expect(gitSsh({ KEYSIDE_SSH_PORT: "2222" }, false)).toBeNull();
  });

  it.each([
    [{ KEYSIDE_SSH_PORT: "2222" }, "ssh://git@localhost:2222/team/app.git"],
    [{ KEYSIDE_SSH_PORT: "22", KEYSIDE_URL: "https://keyside.example.com/" }, "git@keyside.example.com:team/app.git"],
    [{ KEYSIDE_SSH_PORT: "22", KEYSIDE_URL: "http://[::1]:8080" }, "git@[::1]:team/app.git"],
    [{ KEYSIDE_SSH_PORT: "2222", KEYSIDE_SSH_URL: "ssh://git@git.example.com" }, "git@git.example.com:team/app.git"],
    [
      { KEYSIDE_SSH_PORT: "2222", KEYSIDE_SSH_URL: "ssh://git@git.example.com:22/" },
      "git@git.example.com:team/app.git",
    ],
    [{ KEYSIDE_SSH_PORT: "22", KEYSIDE_SSH_URL: "ssh://code@h:7999" }, "ssh://code@h:7999/team/app.git"],
  ])("is as clients reach it: %j", (environment, address) => {
    expect(gitSsh(environment)).toBe(address);
  });
});
