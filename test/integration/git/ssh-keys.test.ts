/** Git over SSH with keys: the real git and ssh with keys that ssh-keygen made, and a client that lies about its own. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import ssh2, { type AnyAuthMethod, type AuthHandlerMiddleware, type ParsedKey } from "ssh2";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { commitSomething, createRepository, git, gitOutput } from "../../support/git-client.ts";
import type { GitProject } from "../../support/git-stage.ts";
import { addHumanKey } from "../../support/human-key.ts";
import { findCommand } from "../../support/requirements.ts";
import { executeToEnd, openSshStage, type SshStage } from "../../support/ssh-stage.ts";
import {
  addProjectMember,
  createProjectAccessToken,
  createUser,
  rotateProjectAccessToken,
} from "../../support/world.ts";

const commands = [await findCommand("ssh"), await findCommand("ssh-keygen"), await findCommand("sshpass")];
const want = commands.find(({ found }) => !found)?.want;
const DENIED = { code: 128, stderr: expect.stringMatching(/Permission denied \(publickey,password\)/) };

let stage: SshStage;
/** With the commit `first` on `main`. */
let project: GitProject;
let work: string;
let first: string;

beforeAll(async () => {
  if (want !== undefined) return;
  stage = await openSshStage();
  project = await stage.createProject();
  work = stage.path();
  await createRepository(work, stage.address(project));
  first = await commitSomething(work);
  const environment = stage.environment(project.writer.secret);
  expect(await git(work, ["push", "origin", "main"], environment)).toMatchObject({ code: 0 });
});
beforeEach(({ skip }) => skip(want !== undefined, want));
afterAll(() => stage?.close());

const sql = (text: string, values: unknown[]) => stage.service.container.database.em().execute(text, values);

/** A new pair of keys, and the line of its public half. */
async function newKey(...kind: readonly string[]): Promise<{ readonly file: string; readonly line: string }> {
  const file = stage.path();
  await promisify(execFile)("ssh-keygen", ["-q", "-N", "", "-C", "ann@laptop", "-f", file, "-t", ...kind]);
  return { file, line: (await readFile(`${file}.pub`, "utf8")).trim() };
}

/** A new token of the project's, and a key that belongs to it. */
async function keyOfToken({
  kind = ["ed25519"],
  ...more
}: { kind?: readonly string[] } & Record<string, unknown> = {}) {
  const key = await newKey(...kind);
  const token = await createProjectAccessToken(stage.service, project.id, {
    ...{ scopes: ["api", "write_repository"], access_level: 40, ...more },
  });
  const { status, body } = await token.client.post("/user/keys", { title: "runner", key: key.line });
  expect(status).toBe(201);
  return { ...key, token, keyId: body.id as number };
}

const list = (file: string, ...options: readonly string[]) =>
  git(work, ["ls-remote", stage.address(project), "main"], stage.keyEnvironment(file, ...options));
const LISTED = () => ({ code: 0, stdout: `${first}\trefs/heads/main\n`, stderr: "" });

async function lastPush() {
  const { body } = await stage.service.root.get(`/projects/${project.id}/events?action=pushed`);
  return body[0];
}

describe("git over SSH with a key", () => {
  it("clones and pushes as the human whose own it is", async () => {
    const ann = await createUser(stage.service, "ann");
    await addProjectMember(stage.service, project.id, ann.id, 30);
    const key = await newKey("ed25519");
    await addHumanKey(stage.service, ann, key.line);
    const copy = stage.path();
    const environment = stage.keyEnvironment(key.file);
    const cloned = await git(work, ["clone", "--quiet", stage.address(project), copy], environment);
    expect(cloned).toMatchObject({ code: 0, stderr: "" });
    expect(await gitOutput(copy, "rev-parse", "HEAD")).toBe(first);
    const pushed = await git(copy, ["push", "origin", "HEAD:ann"], environment);
    expect(pushed).toMatchObject({ code: 0 });
    expect(await lastPush()).toMatchObject({
      author_username: "ann",
      access_token_id: null,
      push_data: { ref: "ann" },
    });
    // A Developer's: as with her password, the default branch is not hers.
    await commitSomething(copy);
    expect(await git(copy, ["push", "origin", "HEAD:main"], environment)).toMatchObject({ code: 1 });
  });

  it("clones and pushes as the access token that it belongs to", async () => {
    const { file, token } = await keyOfToken();
    const copy = stage.path();
    const environment = stage.keyEnvironment(file);
    expect(await git(work, ["clone", "--quiet", stage.address(project), copy], environment)).toMatchObject({ code: 0 });
    expect(await git(copy, ["push", "origin", "HEAD:runner"], environment)).toMatchObject({ code: 0 });
    expect(await lastPush()).toMatchObject({
      ...{ author_id: token.userId, access_token_id: token.id, push_data: { ref: "runner" } },
    });
  });

  it.each([[["ecdsa", "-b", "256"]], [["ecdsa", "-b", "384"]], [["ecdsa", "-b", "521"]], [["rsa", "-b", "2048"]]])(
    "takes one of the kind %j",
    async (kind) => {
      const { file } = await keyOfToken({ kind });
      expect(await list(file)).toEqual(LISTED());
    },
  );

  it("takes no signature by SHA-1 of a key that it takes by SHA-2", async () => {
    const { file } = await keyOfToken({ kind: ["rsa", "-b", "2048"] });
    expect(await list(file, "-o", "PubkeyAcceptedAlgorithms=rsa-sha2-256")).toEqual(LISTED());
    expect(await list(file, "-o", "PubkeyAcceptedAlgorithms=ssh-rsa")).toMatchObject(DENIED);
  });

  it("may no more than its token: read where that reads, and be where that may be", async () => {
    const reader = await keyOfToken({ scopes: ["api", "read_repository"] });
    expect(await list(reader.file)).toEqual(LISTED());
    expect(
      await git(work, ["push", stage.address(project), "main:no"], stage.keyEnvironment(reader.file)),
    ).toMatchObject({
      code: 128,
      stderr: expect.stringMatching(/Keyside: .* the scope write_repository, which this one does not have/),
    });
    const elsewhere = await keyOfToken({ ip_allow_list: ["127.0.0.1", "10.0.0.0/8"] });
    await sql("update access_tokens set ip_allow_list = array['10.0.0.0/8'] where id = ?", [elsewhere.token.id]);
    expect(await list(elsewhere.file)).toMatchObject(DENIED);
    const other = await stage.createProject();
    expect(await git(work, ["ls-remote", stage.address(other)], stage.keyEnvironment(reader.file))).toMatchObject({
      code: 128,
      stderr: expect.stringMatching(/could not be found or you don't have permission/),
    });
  });

  it("is refused once it is deleted or expired, or its token is revoked, expired or rotated away", async () => {
    const { root } = stage.service;
    const tokens = `/projects/${project.id}/access_tokens`;
    const ends: Record<string, (key: Awaited<ReturnType<typeof keyOfToken>>) => Promise<unknown>> = {
      deleted: ({ token, keyId }) => token.client.delete(`/user/keys/${keyId}`),
      expired: ({ keyId }) => sql("update ssh_keys set expires_at = '2020-01-01' where id = ?", [keyId]),
      revoked: ({ token }) => root.delete(`${tokens}/${token.id}`),
      outlived: ({ token }) => sql("update access_tokens set expires_at = '2020-01-01' where id = ?", [token.id]),
      rotated: ({ token }) => rotateProjectAccessToken(stage.service, root, project.id, token.id),
    };
    for (const [name, end] of Object.entries(ends)) {
      const key = await keyOfToken();
      expect([name, await list(key.file)]).toEqual([name, LISTED()]);
      await end(key);
      expect([name, await list(key.file)]).toEqual([name, expect.objectContaining(DENIED)]);
    }
  });

  it("is refused where nobody added it", async () => {
    expect(await list((await newKey("ed25519")).file)).toMatchObject(DENIED);
  });

  it("is passed over where the next one of the same person's is good", async () => {
    const [dead, good] = [await keyOfToken(), await keyOfToken()];
    await sql("update ssh_keys set expires_at = '2020-01-01' where id = ?", [dead.keyId]);
    expect(await list(dead.file, "-i", good.file)).toEqual(LISTED());
  });
});

/** An agent with the public half of one key, which signs with another, or not at all. */
class LyingAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #shown: ParsedKey;
  readonly #signing: ParsedKey | undefined;
  /** How often a signature was wanted: so often an offer was taken. */
  asked = 0;

  constructor(shown: string, signing?: string) {
    super();
    this.#shown = parse(shown);
    this.#signing = signing === undefined ? undefined : parse(signing);
  }

  override getIdentities(tell: (error: undefined, keys: ParsedKey[]) => void): void {
    tell(undefined, [this.#shown]);
  }

  override sign(_key: unknown, data: Buffer, _options: unknown, done?: unknown): void {
    this.asked += 1;
    const tell = (done ?? _options) as (error?: Error, signature?: Buffer) => void;
    const signature = this.#signing?.sign(data);
    if (signature instanceof Buffer) tell(undefined, signature);
    else tell(new Error("this agent has no private half"));
  }
}

/** Signs in by these, one after the other, and then gives up. */
function inTurn(...attempts: readonly AnyAuthMethod[]): AuthHandlerMiddleware {
  const left = [...attempts];
  return (_left, _partial, next) => next(left.shift() ?? (false as unknown as AnyAuthMethod));
}

function parse(text: string): ParsedKey {
  const key = ssh2.utils.parseKey(text);
  if (key instanceof Error) throw key;
  return key;
}

describe("a key that is somebody else's", () => {
  /** What a client may see that lies first, and then signs in by a token. */
  const fetchAfter = async (agent: LyingAgent, secret: string) => {
    const client = new ssh2.Client();
    const ready = Promise.withResolvers<void>();
    // That an agent does not sign is an error too, after which the client goes on.
    client.on("error", () => undefined);
    client.on("ready", ready.resolve);
    client.on("close", () => ready.reject(new Error("the connection ended")));
    const { port } = stage;
    const authHandler = inTurn(
      { type: "agent", username: "git", agent },
      { type: "password", username: "git", password: secret },
    );
    client.connect({ host: "127.0.0.1", port, username: "git", authHandler, readyTimeout: 60_000 });
    try {
      await ready.promise;
      return await executeToEnd(client, `git-upload-pack '${new URL(project.url).pathname}'`, "0000");
    } finally {
      client.destroy();
    }
  };
  const stranger = async () => {
    const own = await stage.createProject();
    return own.writer.secret;
  };

  it("and is merely offered, makes nobody of the client: what it does it does as who it then signs in as", async () => {
    const victim = await keyOfToken();
    const agent = new LyingAgent(victim.line);
    expect(await fetchAfter(agent, await stranger())).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/could not be found or you don't have permission/),
    });
    expect(agent.asked).toBe(1);
    expect(await fetchAfter(agent, project.writer.secret)).toMatchObject({ code: 0 });
  });

  it("is not shown to be one's own by a signature of another key", async () => {
    const victim = await keyOfToken();
    const own = await readFile((await newKey("ed25519")).file, "utf8");
    const agent = new LyingAgent(victim.line, own);
    expect(await fetchAfter(agent, await stranger())).toMatchObject({ code: 1, stdout: "" });
    expect(agent.asked).toBe(1);
    await expect(
      stage.connect("", { authHandler: inTurn({ type: "agent", username: "git", agent }) }),
    ).rejects.toThrow();
  });

  it("and is offered by ssh without its private half, before the password of another", async () => {
    const victim = await keyOfToken();
    const environment = stage.environment(
      await stranger(),
      "-o",
      "PubkeyAuthentication=yes",
      "-i",
      `${victim.file}.pub`,
    );
    const GIT_SSH_COMMAND = (environment["GIT_SSH_COMMAND"] ?? "").replace("-o PubkeyAuthentication=no ", "");
    await promisify(execFile)("rm", [victim.file]);
    const listed = await git(work, ["ls-remote", stage.address(project)], { ...environment, GIT_SSH_COMMAND });
    expect(listed).toMatchObject({ code: 128, stderr: expect.stringMatching(/could not be found/) });
  });

  it("counts as no failure, however often it is offered", async () => {
    const victim = await keyOfToken();
    const own = await readFile((await newKey("ed25519")).file, "utf8");
    const failures = () => sql("select * from authentication_failures", []);
    const before = await failures();
    for (let count = 0; count < 12; count += 1)
      await fetchAfter(new LyingAgent(victim.line, own), project.writer.secret);
    expect(await failures()).toEqual(before);
  });
});

describe("a connection that was begun with a key", () => {
  it("ends with the key, though it stays open: the next command is refused, with the reason", async () => {
    const key = await keyOfToken();
    const privateKey = await readFile(key.file, "utf8");
    const client = await stage.connect("", {
      authHandler: inTurn({ type: "publickey", username: "git", key: privateKey }),
    });
    const fetch = () => executeToEnd(client, `git-upload-pack '${new URL(project.url).pathname}'`, "0000");
    expect(await fetch()).toMatchObject({ code: 0 });
    await sql("update ssh_keys set expires_at = '2020-01-01' where id = ?", [key.keyId]);
    expect(await fetch()).toMatchObject({
      ...{
        code: 1,
        stdout: "",
        stderr: expect.stringMatching(/^Keyside: The SSH key is expired: it expired on 2020-01-01/),
      },
    });
    await sql("delete from ssh_keys where id = ?", [key.keyId]);
    expect(await fetch()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Keyside: the SSH key is not known/),
    });
  });
});
