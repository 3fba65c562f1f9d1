import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { gitEnvironment, receiveSettings, UPLOAD_SETTINGS } from "../../../src/git-repositories/git-settings.ts";
import { runGit } from "../../../src/git-repositories/run-git.ts";

const PATH = process.env["PATH"] ?? "";

/** Lets this process have a variable until the test is over. */
function setVariable(name: string, value: string): void {
  const before = process.env[name];
  process.env[name] = value;
  onTestFinished(() => {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  });
}

/** The settings as git itself reads them from an environment. */
async function settingsOf(env: Record<string, string>): Promise<string[]> {
  const { stdout } = await promisify(execFile)("git", ["config", "--null", "--list"], { env, cwd: "/" });
  return stdout
    .split("\0")
    .filter((entry) => entry !== "")
    .map((entry) => entry.replace("\n", "="));
}

describe("gitEnvironment", () => {
  it("has nothing of this process's own, but the search path that it is given", () => {
    for (const name of ["DATABASE_URL", "KEYSIDE_TOKEN", "KEYSIDE_ROOT_PASSWORD", "HOME", "GIT_DIR", "GIT_TRACE"])
      setVariable(name, "a secret");
    const env = gitEnvironment({ path: "/bin", directory: "/data/a.git", settings: [["a.b", "c"]] });
    expect(
      Object.keys(env)
        .filter((name) => !/^GIT_CONFIG_(?:KEY|VALUE)_\d+$/.test(name))
        .sort(),
    ).toEqual([
      "GIT_ALLOC_LIMIT",
      "GIT_CONFIG_COUNT",
      "GIT_CONFIG_GLOBAL",
      "GIT_CONFIG_NOSYSTEM",
      "GIT_TERMINAL_PROMPT",
      "HOME",
      "LC_ALL",
      "PATH",
    ]);
    expect(env).toMatchObject({ PATH: "/bin", HOME: "/nonexistent" });
    expect(JSON.stringify(env)).not.toContain("a secret");
  });

  it("is all that a command of git's has", async () => {
    for (const name of ["DATABASE_URL", "KEYSIDE_TOKEN", "GIT_EXEC_PATH"]) setVariable(name, "a secret");
    const args = ["-c", "alias.shown=!env", "shown"];
    const { code, stdout } = await runGit({ version: "2.39.0", path: PATH }, { directory: "/nonexistent", args });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^GIT_CONFIG_NOSYSTEM=1$/m);
    expect(stdout).not.toMatch(/a secret|DATABASE_URL|KEYSIDE/);
  });

  it("gives git each setting, those with the same name too, and no file's", async () => {
    const settings = receiveSettings("/hooks", 1000);
    const env = gitEnvironment({ path: PATH, directory: "/data/a.git", settings });
    expect(await settingsOf(env)).toEqual([
      "safe.directory=/data/a.git",
      "core.fsync=committed",
      "gc.auto=0",
      "pack.threads=2",
      "core.hookspath=/hooks",
      "receive.autogc=false",
      "receive.maxinputsize=1000",
      "receive.fsckobjects=true",
      "receive.fsck.badtimezone=ignore",
      "receive.fsck.missingspacebeforedate=ignore",
      "receive.fsck.zeropaddedfilemode=ignore",
      "transfer.unpacklimit=1",
      "receive.denydeletecurrent=ignore",
      "receive.hiderefs=refs/",
      "receive.hiderefs=!refs/heads/",
      "receive.hiderefs=!refs/tags/",
      "receive.hiderefs=!refs/notes/",
      "receive.advertisepushoptions=false",
    ]);
    const upload = gitEnvironment({ path: PATH, directory: "/data/a.git", settings: UPLOAD_SETTINGS });
    expect(await settingsOf(upload)).toContain("uploadpack.allowfilter=true");
  });

  it("takes no setting out of a value", async () => {
    const directory = "/data/x\ncore.sshCommand=touch /tmp/x;'\"";
    const env = gitEnvironment({ path: PATH, directory });
    expect(await settingsOf(env)).toEqual([
      `safe.directory=${directory}`,
      "core.fsync=committed",
      "gc.auto=0",
      "pack.threads=2",
    ]);
  });
});
