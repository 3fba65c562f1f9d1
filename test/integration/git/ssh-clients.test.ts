/** Git over SSH, as a person at git meets it: with the real git and ssh, and a token as the password. */
import { randomBytes } from "node:crypto";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { commitFile, commitSomething, createRepository, git, gitOutput } from "../../support/git-client.ts";
import type { GitProject } from "../../support/git-stage.ts";
import { findCommand } from "../../support/requirements.ts";
import type { CommandEnd } from "../../support/running-command.ts";
import { openSshStage, type SshStage } from "../../support/ssh-stage.ts";
import { createProjectAccessToken, createUserWithPassword } from "../../support/world.ts";
import { wrongToken } from "../../support/wrong-token.ts";

const want = [await findCommand("ssh"), await findCommand("sshpass")].find(({ found }) => !found)?.want;
const MISSING = "Keyside: The project you were looking for could not be found or you don't have permission to view it.";

let stage: SshStage;
/** A project with the commit `first` on `main`, which no test changes; `work` is where it came from. */
let project: GitProject;
let work: string;
let first: string;

beforeAll(async () => {
  if (want !== undefined) return;
  stage = await openSshStage();
  ({ project, work, first } = await pushProject());
});
beforeEach(({ skip }) => skip(want !== undefined, want));
afterAll(() => stage?.close());

async function pushProject(visibility: "private" | "public" = "private") {
  const made = await stage.createProject(visibility);
  const directory = stage.path();
  await createRepository(directory, stage.address(made));
  const commit = await commitSomething(directory);
  expect(await push(directory, made.writer.secret, "main")).toMatchObject({ code: 0 });
  return { project: made, work: directory, first: commit };
}

function push(directory: string, secret: string, ...args: readonly string[]): Promise<CommandEnd> {
  return git(directory, ["push", "origin", ...args], stage.environment(secret));
}

/** A Reporter's token that reads. */
const readerOf = ({ id }: GitProject) =>
  createProjectAccessToken(stage.service, id, { scopes: ["read_repository"], access_level: 20 });

describe("git over SSH, with an access token as the password", () => {
  it("clones, fetches what was pushed since, and pushes branches and tags", async () => {
    const own = await pushProject();
    const { secret } = await readerOf(own.project);
    const copy = stage.path();
    const environment = stage.environment(secret);
    const url = stage.address(own.project);
    expect(await git(work, ["clone", "--quiet", url, copy], environment)).toMatchObject({ code: 0, stderr: "" });
    expect(await gitOutput(copy, "rev-parse", "HEAD")).toBe(own.first);

    const second = await commitSomething(own.work);
    await gitOutput(own.work, "tag", "--annotate", "--message", "The second", "v2");
    expect(await push(own.work, own.project.writer.secret, "main", "v2", "main:topic")).toMatchObject({ code: 0 });
    expect(await git(copy, ["fetch", "--tags"], environment)).toMatchObject({ code: 0 });
    const fetched = await gitOutput(copy, "rev-parse", "origin/main", "v2^{commit}", "origin/topic");
    expect(fetched.split("\n")).toEqual([second, second, second]);

    expect(await push(own.work, own.project.writer.secret, "--delete", "topic", "v2")).toMatchObject({ code: 0 });
    expect(await own.project.refs()).toEqual({ HEAD: second, "refs/heads/main": second });
  });

  it.each(["0", "1", "2"])(
    "speaks version %s of the protocol, as the variable GIT_PROTOCOL asks for it",
    async (version) => {
      const environment = { ...stage.environment(project.writer.secret), GIT_TRACE_PACKET: "1" };
      const args = ["-c", `protocol.version=${version}`, "ls-remote", stage.address(project)];
      const { code, stdout, stderr } = await git(work, args, environment);
      expect({ code, stdout }).toEqual({ code: 0, stdout: `${first}\tHEAD\n${first}\trefs/heads/main\n` });
      expect(/< version (\d)/.exec(stderr)?.[1] ?? "0").toBe(version);
    },
  );

  it("clones one commit alone, an empty project, and without what is large", async () => {
    const own = await pushProject();
    await commitSomething(own.work);
    await push(own.work, own.project.writer.secret, "main");
    const environment = stage.environment(own.project.writer.secret);
    const [shallow, partial, empty] = [stage.path(), stage.path(), stage.path()];
    const url = stage.address(own.project);
    await git(work, ["clone", "--quiet", "--depth=1", url, shallow], environment);
    expect(await gitOutput(shallow, "rev-list", "--count", "HEAD")).toBe("1");
    const filtered = ["clone", "--quiet", "--no-checkout", "--filter=blob:none", url, partial];
    expect(await git(work, filtered, environment)).toMatchObject({ code: 0 });
    expect(await gitOutput(partial, "rev-list", "--objects", "--missing=print", "HEAD")).toMatch(/^\?/m);
    const nothing = await stage.createProject();
    const from = stage.address(nothing);
    const cloned = await git(work, ["clone", from, empty], stage.environment(nothing.writer.secret));
    expect(cloned).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("You appear to have cloned an empty repo"),
    });
  });

  it("pushes and clones 50 MiB, with new keys every 2 MiB", async () => {
    const own = await pushProject();
    const content = randomBytes(50 * 1024 * 1024);
    const commit = await commitFile(own.work, "large.bin", content);
    const environment = stage.environment(own.project.writer.secret, "-o", "RekeyLimit=2M");
    expect(await git(own.work, ["push", "origin", "main"], environment)).toMatchObject({ code: 0 });
    const copy = stage.path();
    const cloned = await git(work, ["clone", "--quiet", "--bare", stage.address(own.project), copy], environment);
    expect(cloned).toMatchObject({ code: 0, stderr: "" });
    expect(await gitOutput(copy, "rev-parse", "main")).toBe(commit);
    expect(await gitOutput(copy, "cat-file", "-s", "main:large.bin")).toBe(String(content.byteLength));
  });

  it("takes the password of a program that is asked for it, as SSH_ASKPASS", async () => {
    const program = join(stage.path());
    await writeFile(program, '#!/bin/sh\nprintf "%s\\n" "$TOKEN"\n');
    await chmod(program, 0o700);
    const { GIT_SSH_COMMAND = "" } = stage.environment("");
    const environment = {
      GIT_SSH_COMMAND: GIT_SSH_COMMAND.replace("sshpass -e ", ""),
      SSH_ASKPASS: program,
      SSH_ASKPASS_REQUIRE: "force",
      TOKEN: project.writer.secret,
    };
    const listed = await git(work, ["ls-remote", stage.address(project)], environment);
    expect(listed).toMatchObject({ code: 0, stdout: expect.stringContaining(first) });
  });

  it("makes of a push what one over HTTP is: an event, the default branch, and a use of the token", async () => {
    const own = await pushProject();
    const [event] = (await stage.service.root.get(`/projects/${own.project.id}/events?action=pushed`)).body;
    expect(event).toMatchObject({
      action_name: "pushed new",
      access_token_id: own.project.writer.id,
      push_data: { ref: "main", commit_to: own.first, commit_count: 1 },
    });
    const { body } = await stage.service.root.get(`/projects/${own.project.id}`);
    expect(body).toMatchObject({ default_branch: "main", ssh_url_to_repo: expect.stringMatching(/^ssh:\/\/git@/) });
    for (const notes of stage.service.container.deferredNotes) await notes.flush();
    const path = `/projects/${own.project.id}/access_tokens/${own.project.writer.id}`;
    expect((await stage.service.root.get(path)).body.last_used_at).not.toBeNull();
    const usage = (await stage.service.root.get(`${path}/usage`)).body;
    expect(JSON.stringify(usage)).toContain("OpenSSH_");
  });
});

describe("git over SSH is refused", () => {
  it("to force or delete the default branch, in the words of HTTP", async () => {
    const own = await pushProject();
    await gitOutput(own.work, "commit", "--quiet", "--amend", "--message", "Another one");
    const { secret } = own.project.writer;
    const forced = await push(own.work, secret, "+main");
    expect(forced.code).toBe(1);
    expect(forced.stderr).toContain(
      "remote: Keyside: You are not allowed to force push code to a protected branch on this project.",
    );
    const deleted = await push(own.work, secret, "--delete", "main");
    expect(deleted.stderr).toContain("remote: Keyside: The default branch of a project cannot be deleted.");
    expect(await own.project.refs()).toEqual({ HEAD: own.first, "refs/heads/main": own.first });
  });

  it("to a token that only reads, and to a level that is too low, with what is lacking", async () => {
    const { secret } = await readerOf(project);
    const reading = await push(work, secret, "main:other");
    expect(reading).toMatchObject({ code: 128, stdout: "" });
    expect(reading.stderr).toMatch(
      /^Keyside: To push to this project takes a token with the scope write_repository, which this one does not have\.$/m,
    );
    const guest = await createProjectAccessToken(stage.service, project.id, {
      scopes: ["write_repository"],
      access_level: 10,
    });
    const url = stage.address(project);
    const fetched = await git(work, ["ls-remote", url], stage.environment(guest.secret));
    expect(fetched.stderr).toMatch(
      /^Keyside: To fetch from this project takes the level Reporter \(20\) in this project, and yours is Guest \(10\)\.$/m,
    );
    expect(await project.refs()).toEqual({ HEAD: first, "refs/heads/main": first });
  });

  it("at a hidden project as at a missing one, for a fetch and for a push", async () => {
    const stranger = (await stage.createProject()).writer.secret;
    const ask = async (url: string) => [
      await git(work, ["ls-remote", url], stage.environment(stranger)),
      await git(work, ["push", url, "main"], stage.environment(stranger)),
    ];
    const hidden = await ask(stage.address(project));
    expect(await ask(stage.address({ ...project, url: `${stage.service.url}/stage/nowhere.git` }))).toEqual(hidden);
    expect(await ask(stage.address({ ...project, url: `${stage.service.url}/no.git` }))).toEqual(hidden);
    for (const { code, stdout, stderr } of hidden) {
      expect({ code, stdout }).toEqual({ code: 128, stdout: "" });
      expect(stderr.split("\n")[0]).toBe(MISSING);
    }
  });

  it("with a wrong token, a revoked one, and the password of a human, who all look the same to ssh", async () => {
    const url = stage.address(project);
    const revoked = await readerOf(project);
    await stage.service.root.delete(`/projects/${project.id}/access_tokens/${revoked.id}`);
    const { password } = await createUserWithPassword(stage.service, "hanna", { admin: true });
    const secrets = [wrongToken(), revoked.secret, password, "", project.writer.secret.slice(0, -1)];
    for (const secret of secrets) {
      const refused = await git(work, ["ls-remote", url], stage.environment(secret));
      expect(refused).toMatchObject({ code: 128, stdout: "" });
      expect(refused.stderr).toMatch(/Permission denied|^fatal: Could not read from remote repository/m);
      expect(refused.stderr).not.toContain("Keyside");
    }
    const basic = Buffer.from(`hanna:${password}`).toString("base64");
    const realm = `${stage.service.url}/jwt/auth?service=container_registry`;
    expect((await fetch(realm, { headers: { authorization: `Basic ${basic}` } })).status).toBe(200);
  });

  it("git archive, LFS and any other command, by name", async () => {
    const { secret } = project.writer;
    const archived = await git(
      work,
      ["archive", `--remote=${stage.address(project)}`, "main"],
      stage.environment(secret),
    );
    expect(archived.code).toBe(128);
    expect(archived.stderr).toContain("Keyside: git archive --remote is not served: clone the project.");
    const target = "git@127.0.0.1";
    const lfs = await stage.ssh(secret, [target, "git-lfs-authenticate", "stage/app.git", "download"]);
    expect(lfs).toEqual({ code: 1, stdout: "", stderr: "Keyside: Git LFS is not supported.\n" });
    const path = new URL(project.url).pathname;
    for (const command of ["id", `git-upload-pack '${path}'; id`, `git-upload-pack --upload-pack=id '${path}'`]) {
      const refused = await stage.ssh(secret, [target, command]);
      const stderr = "Keyside: Nothing is served here but git clone, fetch and push of one project.\n";
      expect(refused).toEqual({ code: 1, stdout: "", stderr });
    }
  });
});

describe("ssh", () => {
  const target = "git@127.0.0.1";

  it("gets a sentence in the place of a shell, and no terminal", async () => {
    const stderr =
      "Keyside: You are signed in, but there is no shell here: only git clone, fetch and push are served.\n";
    expect(await stage.ssh(project.writer.secret, ["-T", target])).toEqual({ code: 1, stdout: "", stderr });
    const terminal = await stage.ssh(project.writer.secret, ["-tt", target]);
    expect(terminal.stderr).toContain("PTY allocation request failed");
    expect(terminal).toMatchObject({ code: 255, stdout: "" });
  });

  it("forwards no port, either way, and no socket", async () => {
    for (const args of [
      ["-N", "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:9", target],
      ["-N", "-o", "ExitOnForwardFailure=yes", "-R", `${stage.path()}:127.0.0.1:9`, target],
      ["-W", `127.0.0.1:${new URL(stage.service.url).port}`, target],
    ]) {
      const refused = await stage.ssh(project.writer.secret, args, "GET / HTTP/1.0\r\n\r\n");
      expect(refused).toMatchObject({ code: 255, stdout: "" });
      expect(refused.stderr).toMatch(/forwarding (?:failed|request failed)|administratively prohibited/);
    }
  });

  it("gets no sftp, and no other subsystem", async () => {
    for (const name of ["sftp", "netconf"]) {
      const refused = await stage.ssh(project.writer.secret, ["-s", target, name]);
      expect(refused).toMatchObject({ code: 255, stdout: "" });
      expect(refused.stderr).toContain("subsystem request failed");
    }
  });

  it("passes on no variable but GIT_PROTOCOL", async () => {
    const hostile = [
      "GIT_DIR=/",
      "GIT_CONFIG_COUNT=1",
      "LD_PRELOAD=/tmp/x.so",
      "GIT_TRACE=1",
      "PATH=/tmp",
      "--upload-pack=x",
    ];
    const environment = stage.environment(
      project.writer.secret,
      ...hostile.flatMap((each) => ["-o", `SetEnv=${each}`]),
    );
    const listed = await git(work, ["ls-remote", stage.address(project)], environment);
    expect(listed).toEqual({ code: 0, stdout: `${first}\tHEAD\n${first}\trefs/heads/main\n`, stderr: "" });
  });

  it.each([
    ["HostKeyAlgorithms", "ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256"],
    [
      "KexAlgorithms",
      "curve25519-sha256",
      "ecdh-sha2-nistp521",
      "diffie-hellman-group16-sha512",
      "diffie-hellman-group14-sha256",
    ],
    ["Ciphers", "aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes256-ctr", "aes128-ctr"],
    ["MACs", "hmac-sha2-256", "hmac-sha2-512", "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com"],
  ])("agrees on %s with a client that knows one alone", async (option, ...names) => {
    // With GCM there is no MAC.
    const more = option === "MACs" ? ["-o", "Ciphers=aes256-ctr"] : [];
    for (const name of names) {
      const answer = await stage.ssh(project.writer.secret, ["-T", "-o", `${option}=${name}`, ...more, target]);
      expect({ name, code: answer.code }).toEqual({ name, code: 1 });
    }
  });

  it("finds that the service offers what it should of each kind, and nothing else: no SHA-1, no CBC, no compression", async () => {
    const { stderr } = await stage.ssh("", ["-T", "-vv", "-o", "LogLevel=DEBUG2", target]);
    const [, offer = ""] = stderr.split("peer server KEXINIT proposal");
    const offered = (name: string) => new RegExp(`^debug2: ${name}: (.*?)\\r?$`, "m").exec(offer)?.[1]?.split(",");
    expect(offered("KEX algorithms")?.toSorted()).toEqual([
      "curve25519-sha256",
      "curve25519-sha256@libssh.org",
      "diffie-hellman-group14-sha256",
      "diffie-hellman-group16-sha512",
      "ecdh-sha2-nistp256",
      "ecdh-sha2-nistp384",
      "ecdh-sha2-nistp521",
      "kex-strict-s-v00@openssh.com",
    ]);
    expect(offered("host key algorithms")).toEqual([
      "ssh-ed25519",
      "ecdsa-sha2-nistp256",
      "rsa-sha2-512",
      "rsa-sha2-256",
    ]);
    for (const way of ["ctos", "stoc"]) {
      expect(offered(`ciphers ${way}`)).toEqual([
        "aes128-gcm@openssh.com",
        "aes256-gcm@openssh.com",
        "aes256-ctr",
        "aes128-ctr",
      ]);
      expect(offered(`MACs ${way}`)?.toSorted()).toEqual([
        "hmac-sha2-256",
        "hmac-sha2-256-etm@openssh.com",
        "hmac-sha2-512",
        "hmac-sha2-512-etm@openssh.com",
      ]);
      expect(offered(`compression ${way}`)).toEqual(["none"]);
    }
    expect(stderr).toContain("Authentications that can continue: publickey,password");
    expect(stderr).toMatch(/remote software version Keyside\b/);
  });
});
