import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config.ts";
import { ConfigurationError } from "../../src/errors.ts";

function complaint(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  throw new Error("nothing was wrong");
}

describe("readConfig", () => {
  it("needs nothing to be set", () => {
    expect(readConfig({})).toMatchObject({
      url: "http://localhost:8080",
      host: "127.0.0.1",
      port: 8080,
      workers: 1,
      databaseUrl: undefined,
      dataDir: resolve("data"),
      certsDir: resolve("certs"),
      rootPassword: undefined,
      logLevel: "info",
      registry: {
        url: "http://localhost:5000",
        internalUrl: "http://localhost:5000",
        service: "container_registry",
        issuer: "keyside",
        tokenTtlSeconds: 300,
        pushTokenTtlSeconds: 900,
        signingAlgorithm: "ES256",
      },
      tokens: { prefix: "kspat-", maxLifetimeDays: undefined },
    });
  });

  it("takes empty variables for absent ones", () => {
    expect(readConfig({ KEYSIDE_PORT: "", DATABASE_URL: "", KEYSIDE_URL: "" })).toEqual(readConfig({}));
  });

  it("is frozen, all the way down", () => {
    const config = readConfig({});
    expect([config, config.registry, config.tokens, config.git].every(Object.isFrozen)).toBe(true);
  });

  it("keeps Git repositories in the data directory, unless another is named", () => {
    expect(readConfig({ KEYSIDE_DATA_DIR: "state" }).git.directory).toBe(resolve("state/git"));
    expect(readConfig({ KEYSIDE_DATA_DIR: "state", KEYSIDE_GIT_DIR: "code" }).git.directory).toBe(resolve("code"));
  });

  it("has Git on, and protects the default branch as GitLab does, by default", () => {
    expect(readConfig({}).git).toEqual({
      isOn: true,
      directory: resolve("data/git"),
      defaultBranchProtection: 2,
      maximumPushBytes: 1_073_741_824,
      maximumRepositoryBytes: undefined,
      concurrency: Math.max(8, 2 * availableParallelism()),
      concurrencyPerCaller: 4,
      timeoutSeconds: 3600,
      idleTimeoutSeconds: 60,
    });
  });

  it("has Git over SSH off, unless a port is named", () => {
    expect([readConfig({}).ssh, readConfig({ KEYSIDE_SSH_PORT: "off" }).ssh]).toEqual([undefined, undefined]);
    const off = readConfig({ KEYSIDE_SSH_PORT: "2222", KEYSIDE_GIT: "off" });
    expect(off.ssh).toBeUndefined();
    const config = readConfig({ KEYSIDE_SSH_PORT: "2222", KEYSIDE_HOST: "0.0.0.0", KEYSIDE_URL: "https://a.example" });
    expect(config.ssh).toEqual({
      host: "0.0.0.0",
      port: 2222,
      address: { user: "git", hostname: "a.example", port: 2222 },
    });
    expect(Object.isFrozen(config.ssh)).toBe(true);
    expect(readConfig({ KEYSIDE_SSH_PORT: "22", KEYSIDE_SSH_HOST: "::1" }).ssh?.host).toBe("::1");
  });

  it("takes defaults in the place of its own, and what is set before them", () => {
    const defaults = { KEYSIDE_SSH_PORT: "2222" };
    expect(readConfig({ KEYSIDE_SSH_PORT: "" }, defaults).ssh?.port).toBe(2222);
    expect(readConfig({ KEYSIDE_SSH_PORT: "22" }, defaults).ssh?.port).toBe(22);
    expect(readConfig({ KEYSIDE_SSH_PORT: "off" }, defaults).ssh).toBeUndefined();
  });

  it.each([
    ["KEYSIDE_SSH_PORT", "on"],
    ["KEYSIDE_SSH_PORT", "65536"],
    ["KEYSIDE_SSH_PORT", "-1"],
    ["KEYSIDE_SSH_PORT", "22 "],
    ["KEYSIDE_SSH_URL", "git@git.example.com"],
    ["KEYSIDE_SSH_URL", "https://git.example.com"],
    ["KEYSIDE_SSH_URL", "ssh://git.example.com"],
    ["KEYSIDE_SSH_URL", "ssh://git:secret@git.example.com"],
    ["KEYSIDE_SSH_URL", "ssh://git@git.example.com/team"],
    ["KEYSIDE_SSH_URL", "ssh://git@git.example.com:0"],
    ["KEYSIDE_SSH_URL", "ssh://git@git.example.com:65536"],
    ["KEYSIDE_SSH_URL", "ssh://-oProxyCommand=x@git.example.com"],
    ["KEYSIDE_SSH_URL", "ssh://git@-oProxyCommand=x"],
    ["KEYSIDE_SSH_URL", "ssh://git@git.example.com?x"],
  ])("refuses %s=%s by name", (name, value) => {
    const form = name.endsWith("PORT") ? "off, or a port from 0 to 65535" : "a URL like ssh://git@git.example.com or ";
    expect(complaint({ [name]: value })).toMatch(new RegExp(`^${name}: .* is not ${form}`));
    expect(complaint({ [name]: value })).not.toContain("secret");
  });

  it("takes Git's limits as they are given, in MiB and in seconds", () => {
    const environment = {
      KEYSIDE_GIT: "off",
      KEYSIDE_GIT_DIR: "/srv/git",
      KEYSIDE_GIT_DEFAULT_BRANCH_PROTECTION: "0",
      KEYSIDE_GIT_MAX_PUSH_MIB: "3",
      KEYSIDE_GIT_MAX_REPOSITORY_MIB: "5000",
      KEYSIDE_GIT_CONCURRENCY: "1",
      KEYSIDE_GIT_CONCURRENCY_PER_CALLER: "2",
      KEYSIDE_GIT_TIMEOUT: "86400",
      KEYSIDE_GIT_IDLE_TIMEOUT: "1",
    };
    expect(readConfig(environment).git).toEqual({
      isOn: false,
      directory: "/srv/git",
      defaultBranchProtection: 0,
      maximumPushBytes: 3_145_728,
      maximumRepositoryBytes: 5_242_880_000,
      concurrency: 1,
      concurrencyPerCaller: 2,
      timeoutSeconds: 86_400,
      idleTimeoutSeconds: 1,
    });
  });

  it("has an audit log where one is named, and takes none for required that is not", () => {
    expect(readConfig({}).audit).toBeUndefined();
    expect(readConfig({ KEYSIDE_AUDIT_LOG: "-" }).audit).toEqual({ file: "-", required: false });
    const environment = { KEYSIDE_AUDIT_LOG: "log/audit-%Y-%m-%d.log", KEYSIDE_AUDIT_LOG_REQUIRED: "on" };
    expect(readConfig(environment).audit).toEqual({ file: resolve("log/audit-%Y-%m-%d.log"), required: true });
    expect(complaint({ KEYSIDE_AUDIT_LOG_REQUIRED: "on" })).toMatch(/KEYSIDE_AUDIT_LOG_REQUIRED: "on" needs a file/);
  });

  it("reaches the registry where clients do, unless another address is given", () => {
    expect(readConfig({ REGISTRY_URL: "https://registry.test" }).registry.internalUrl).toBe("https://registry.test");
    const environment = { REGISTRY_URL: "https://registry.test", REGISTRY_INTERNAL_URL: "http://registry:5000/" };
    const { url, internalUrl } = readConfig(environment).registry;
    expect([url, internalUrl]).toEqual(["https://registry.test", "http://registry:5000"]);
  });

  it("drops a trailing slash of a URL", () => {
    expect(readConfig({ KEYSIDE_URL: "https://keyside.test/" }).url).toBe("https://keyside.test");
  });

  it.each([
    ["KEYSIDE_URL", "localhost:8080"],
    ["KEYSIDE_URL", "ftp://keyside.test"],
    ["KEYSIDE_URL", "http://keyside.test/?a=b"],
    ["KEYSIDE_URL", "http://keyside.test/#a"],
    ["KEYSIDE_PORT", "65536"],
    ["KEYSIDE_WORKERS", "0"],
    ["KEYSIDE_WORKERS", "65"],
    ["KEYSIDE_WORKERS", "two"],
    ["KEYSIDE_PORT", "-1"],
    ["KEYSIDE_PORT", "eighty"],
    ["KEYSIDE_PORT", "80.5"],
    ["REGISTRY_URL", "registry"],
    ["REGISTRY_INTERNAL_URL", "registry:5000"],
    ["REGISTRY_TOKEN_TTL", "59"],
    ["REGISTRY_TOKEN_TTL", "3601"],
    ["REGISTRY_TOKEN_TTL", "5m"],
    ["REGISTRY_PUSH_TOKEN_TTL", "0"],
    ["REGISTRY_SIGNING_ALG", "HS256"],
    ["REGISTRY_SIGNING_ALG", "es256"],
    ["KEYSIDE_TOKEN_PREFIX", "with space"],
    ["KEYSIDE_TOKEN_PREFIX", "a".repeat(21)],
    ["KEYSIDE_MAX_TOKEN_LIFETIME_DAYS", "0"],
    ["KEYSIDE_MAX_TOKEN_LIFETIME_DAYS", "36501"],
    ["KEYSIDE_TOP_LEVEL_GROUPS", "nobody"],
    ["KEYSIDE_GIT", "true"],
    ["KEYSIDE_GIT_DEFAULT_BRANCH_PROTECTION", "3"],
    ["KEYSIDE_GIT_DEFAULT_BRANCH_PROTECTION", "02"],
    ["KEYSIDE_GIT_MAX_PUSH_MIB", "0"],
    ["KEYSIDE_GIT_MAX_PUSH_MIB", "1048577"],
    ["KEYSIDE_GIT_MAX_REPOSITORY_MIB", "10G"],
    ["KEYSIDE_GIT_CONCURRENCY", "0"],
    ["KEYSIDE_GIT_CONCURRENCY_PER_CALLER", "1001"],
    ["KEYSIDE_GIT_TIMEOUT", "86401"],
    ["KEYSIDE_GIT_IDLE_TIMEOUT", "0"],
    ["KEYSIDE_AUDIT_LOG", "/var/log/%Y/audit.log"],
    ["KEYSIDE_AUDIT_LOG", "audit-%H.log"],
    ["KEYSIDE_AUDIT_LOG_REQUIRED", "yes"],
    ["KEYSIDE_LOG_LEVEL", "loud"],
  ])("refuses %s=%s, naming the variable, the value and the form wanted", (name, value) => {
    expect(complaint({ [name]: value })).toMatch(new RegExp(`^${name}: .* is not \\S+`));
    expect(complaint({ [name]: value })).toContain(JSON.stringify(value));
  });

  it.each([
    ["DATABASE_URL", "mysql://user:hunter2@host/db"],
    ["DATABASE_URL", "hunter2"],
    ["KEYSIDE_ROOT_PASSWORD", "hunter2"],
    ["KEYSIDE_URL", "https://user:hunter2@keyside.test"],
    ["REGISTRY_URL", "https://user:hunter2@keyside.test"],
    ["REGISTRY_URL", "https://hunter2@keyside.test"],
  ])("refuses %s=%s without repeating the secret in it", (name, value) => {
    expect(complaint({ [name]: value })).toMatch(new RegExp(`^${name}: .* is not \\S+`));
    expect(complaint({ [name]: value })).not.toContain("hunter2");
  });

  it.each(["postgres://host/db", "postgresql://u:p@host:5432/db?sslmode=require"])("reads DATABASE_URL=%s", (url) => {
    expect(readConfig({ DATABASE_URL: url }).databaseUrl).toBe(url);
  });

  it("names every wrong variable at once", () => {
    const message = complaint({ KEYSIDE_PORT: "x", REGISTRY_TOKEN_TTL: "1", KEYSIDE_LOG_LEVEL: "loud" });
    for (const name of ["KEYSIDE_PORT", "REGISTRY_TOKEN_TTL", "KEYSIDE_LOG_LEVEL"])
      expect(message).toContain(`${name}: `);
  });
});
