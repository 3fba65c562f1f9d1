/** What a connection over SSH may do and hold, spoken by a client that can be made to do what `ssh` never does. */
import { hash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import ssh2, { type AnyAuthMethod, type Client, type ClientChannel } from "ssh2";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { gitError } from "../../../src/git/git-error.ts";
import { readHostKeys } from "../../../src/git/ssh/host-keys.ts";
import { SshServer, type SshTimes } from "../../../src/git/ssh/ssh-server.ts";
import { failureAnswers } from "../../../src/http/error-handler.ts";
import type { Container } from "../../../src/server/container.ts";
import { knownFailures } from "../../../src/server/known-failures.ts";
import { listen } from "../../../src/server/listen.ts";
import { commitFile, createRepository, git } from "../../support/git-client.ts";
import type { GitProject } from "../../support/git-stage.ts";
import { endOf, execute, executeToEnd, openSshStage, type SshStage } from "../../support/ssh-stage.ts";
import { EVENTUALLY } from "../../support/two-workers.ts";
import { createProjectAccessToken, createUserWithPassword } from "../../support/world.ts";
import { wrongToken } from "../../support/wrong-token.ts";

const { generateKeyPairSync } = ssh2.utils;

let stage: SshStage;
let project: GitProject;
let secret: string;
/** Of the project's one commit, which is larger than all windows and pipes between git and a client. */
let commit: string;
/** What asks for it; git then sends it without waiting for anything. */
let upload: string;
let wanted: string;
let auditFile: string;

const packet = (line: string) => (line.length + 4).toString(16).padStart(4, "0") + line;

beforeAll(async () => {
  // No command waits for its turn.
  const turns = { KEYSIDE_GIT_CONCURRENCY: "40", KEYSIDE_GIT_CONCURRENCY_PER_CALLER: "20" };
  auditFile = join(await mkdtemp(join(tmpdir(), "keyside-test-")), "audit.log");
  stage = await openSshStage({ KEYSIDE_GIT_IDLE_TIMEOUT: "300", KEYSIDE_AUDIT_LOG: auditFile, ...turns });
  project = await stage.createProject();
  ({ secret } = project.writer);
  upload = `git-upload-pack '${new URL(project.url).pathname}'`;
  const work = stage.path();
  await createRepository(work, project.url);
  commit = await commitFile(work, "random.bin", randomBytes(6 * 1024 * 1024));
  const header = `http.extraHeader=PRIVATE-TOKEN: ${secret}`;
  expect(await git(work, ["-c", header, "push", "--quiet", "origin", "main"])).toMatchObject({ code: 0 });
  wanted = `${packet(`want ${commit}\n`)}0000${packet("done\n")}`;
});
afterAll(async () => {
  await stage.close();
  await rm(dirname(auditFile), { recursive: true });
});

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
  await vi.waitFor(() => expect(processes()).toEqual([]), EVENTUALLY);
});

/** The git processes that serve the project's repository. */
function processes(): string[] {
  const { directory } = stage.service.container.config.git;
  const commands = readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      return [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
  return commands.filter((command) => command.includes(directory));
}

/** A server beside the one of the stage, with other times and services. */
async function startServer(times: Partial<SshTimes> = {}, services: Partial<Container> = {}) {
  const { container } = stage.service;
  const answerFailure = failureAnswers(gitError, knownFailures(container.database), container.log);
  const hostKeys = readHostKeys(container.config.dataDir);
  const ssh = new SshServer(
    { ...container, ...services, answerFailure },
    { hostKeys, maximumConnections: 1000 },
    { signInMs: 600_000, drainMs: 600_000, ...times },
  );
  const variables = { host: "KEYSIDE_SSH_HOST", port: "KEYSIDE_SSH_PORT" };
  const { port } = await listen(ssh.server, { host: "127.0.0.1", port: 0, variables });
  endings.push(() => ssh.stop());
  return { ssh, port };
}

/** A connection that says nothing by itself. */
function rawConnection(port = stage.port): Socket {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  endings.push(() => socket.destroy());
  return socket;
}

/** A client that signs in by all of these, one after the other; how far it came, and what ended it. */
async function signIn(
  attempts: readonly AnyAuthMethod[],
  { port = stage.port, from = "127.0.0.1" }: { readonly port?: number; readonly from?: string } = {},
) {
  const client = new ssh2.Client();
  endings.push(() => client.destroy());
  let made = 0;
  const authHandler: ssh2.AuthHandlerMiddleware = (_left, _partial, next) => {
    const attempt = attempts[made];
    made += 1;
    // A list that is at its end: the client gives up by itself.
    next(attempt ?? (false as unknown as AnyAuthMethod));
  };
  const ended = Promise.withResolvers<string>();
  client.on("ready", () => ended.resolve("signed in"));
  client.on("error", ({ message }) => ended.resolve(message));
  client.on("close", () => ended.resolve("closed"));
  const sock = connect({ host: "127.0.0.1", port, localAddress: from, noDelay: true });
  client.connect({ sock, username: "git", authHandler, readyTimeout: 0 });
  return { how: await ended.promise, made };
}

const password = (value: string) => ({ type: "password", username: "git", password: value }) as const;
const publicKey = (kind: "rsa" | "ecdsa" | "ed25519", bits = 2048) =>
  ({ type: "publickey", username: "git", key: generateKeyPairSync(kind, { bits }).private }) as const;

/** How many wrong credentials count against an address. */
async function counted(address: string): Promise<number> {
  const statement = "select count(*)::int as number from authentication_failures where network = ?";
  const [row] = await stage.service.container.database.em().execute<{ number: number }[]>(statement, [address]);
  return row?.number ?? -1;
}

/** A client that has signed in, for the running test. */
async function signedIn(port = stage.port, as = secret): Promise<Client> {
  const client = await stage.connect(as, { port });
  endings.push(() => client.destroy());
  return client;
}

/** Resolves when a connection has ended, however it did. */
function endingOf(client: Client): Promise<unknown> {
  client.on("error", () => undefined);
  return new Promise<void>((resolve) => client.once("close", () => resolve()));
}

/** Whose client reads nothing of what git has to send, so that git waits. */
async function blockedFetch(client: Client): Promise<ClientChannel> {
  const channel = await execute(client, upload);
  channel.write(wanted);
  // The client's own buffer is full, and so is its window then.
  await vi.waitFor(() => expect(channel.readableLength).toBeGreaterThan(1024 * 1024), EVENTUALLY);
  return channel;
}

describe("signing in over SSH", () => {
  it("takes a token after keys and methods that it does not know, none of which counts", async () => {
    const keys = Array.from({ length: 8 }, () => publicKey("ed25519"));
    const others = [publicKey("rsa"), publicKey("ecdsa", 256), { type: "none", username: "git" } as const];
    const interactive = { type: "keyboard-interactive", username: "git", prompt: () => undefined } as const;
    const from = "127.0.0.2";
    const { how, made } = await signIn([...keys, ...others, interactive, password(secret)], { from });
    expect({ how, made }).toEqual({ how: "signed in", made: 13 });
    expect(await counted(from)).toBe(0);
  });

  it("ends a connection at the sixth wrong password, and counts each secret against its address once", async () => {
    const from = "127.0.0.3";
    const wrong = Array.from({ length: 7 }, () => password(wrongToken()));
    expect((await signIn(wrong, { from })).made).toBe(6);
    expect(await counted(from)).toBe(6);
    const again = wrong.slice(0, 1).concat(
      Array.from({ length: 5 }, () => password(wrongToken())),
      password(secret),
    );
    expect((await signIn(again, { from })).made).toBe(6);
    // The tenth locks the address; a token that is good is let in from there too.
    expect(await counted(from)).toBe(10);
    expect((await signIn([password(secret)], { from })).how).toBe("signed in");
  });

  it("lets nobody in by a human's password, which counts; a token with a typing error does not", async () => {
    const human = await createUserWithPassword(stage.service, "hugo", { admin: true });
    const from = "127.0.0.4";
    const typed = [human.password, `${secret.slice(0, -1)}~`].map((each) => ({ ...password(each), username: "hugo" }));
    expect(await signIn(typed, { from })).toMatchObject({ made: 3 });
    expect(await counted(from)).toBe(1);
  });

  it("ends a connection that asks again and again, whatever it asks", async () => {
    const { made, how } = await signIn(Array.from({ length: 150 }, () => ({ type: "none", username: "git" }) as const));
    expect(made).toBe(101);
    expect(how).not.toBe("signed in");
  });

  it("does not call a token wrong that cannot be looked up", async () => {
    const accessTokens = { load: () => Promise.reject(new Error("the connection to the database broke")) };
    const { port } = await startServer({}, { accessTokens } as unknown as Partial<Container>);
    const { how, made } = await signIn([password(secret), password(secret)], { port });
    expect(made).toBe(1);
    expect(how).not.toMatch(/authentication methods failed/);
    const logged = stage.service.logLines.join("");
    expect(logged).toContain("the connection to the database broke");
    expect(logged).not.toContain(secret);
  });

  it("does not call a key unknown that cannot be looked up", async () => {
    const database = { query: () => Promise.reject(new Error("the connection for keys broke")) };
    const { port } = await startServer({}, { database } as unknown as Partial<Container>);
    const { how, made } = await signIn([publicKey("ecdsa", 256), password(secret)], { port });
    expect(made).toBe(1);
    expect(how).not.toMatch(/authentication methods failed/);
    expect(stage.service.logLines.join("")).toContain("the connection for keys broke");
  });

  it("takes no request to change a password for one", async () => {
    const client = new ssh2.Client();
    endings.push(() => client.destroy());
    const answers: string[] = [];
    const refused = Promise.withResolvers<void>();
    client.on("error", () => undefined);
    client.connect({
      host: "127.0.0.1",
      port: stage.port,
      username: "git",
      debug: (line) => void (/USERAUTH_(?:SUCCESS|FAILURE \(publickey,password\))/.test(line) && answers.push(line)),
      authHandler: (_left, _partial, next) => {
        if (answers.length === 0) return next({ type: "none", username: "git" });
        if (answers.length === 1) return changePassword(client);
        refused.resolve();
      },
    });
    await refused.promise;
    expect(answers).toHaveLength(2);
    expect(answers.join()).not.toContain("SUCCESS");
  });
});

/** Sends what ssh2 has no method for: a request with the old password and a new one. */
function changePassword(client: Client): void {
  const text = (value: string) => Buffer.concat([uint32(value.length), Buffer.from(value)]);
  const fields = ["git", "ssh-connection", "password"].map(text);
  const payload = Buffer.concat([Buffer.from([50]), ...fields, Buffer.from([1]), text(secret), text(secret)]);
  const { _protocol: protocol } = client as unknown as { _protocol: RawProtocol };
  protocol._authsQueue.push("password");
  const { write } = protocol._packetRW;
  const made = write.alloc(payload.length);
  made.set(payload, write.allocStart);
  protocol._cipher.encrypt(write.finalize(made));
}

const uint32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** What ssh2 keeps to itself, by which its client does what it should not. */
interface RawProtocol {
  readonly _authsQueue: string[];
  readonly _packetRW: {
    readonly write: { readonly allocStart: number; alloc(length: number): Buffer; finalize(made: Buffer): Buffer };
  };
  readonly _cipher: { encrypt(made: Buffer): void };
  ping(): void;
  rekey(): void;
  channelData(id: number, data: Buffer): void;
}

const protocolOf = (client: Client) => (client as unknown as { _protocol: RawProtocol })._protocol;

describe("a connection over SSH that has not signed in", () => {
  it("ends after a while, whether it speaks or not", async () => {
    const { ssh, port } = await startServer({ signInMs: 200 });
    const silent = rawConnection(port);
    const speaking = rawConnection(port);
    speaking.write("SSH-2.0-Nobody\r\n");
    const slow = new ssh2.Client();
    slow.on("error", () => undefined);
    slow.connect({ host: "127.0.0.1", port, username: "git", authHandler: () => undefined, readyTimeout: 0 });
    await Promise.all([silent, speaking].map((socket) => once(socket.resume(), "close")));
    await vi.waitFor(() => expect(ssh.connections).toBe(0), EVENTUALLY);
  });

  it("is one of 100: the next is refused at once, until one of them goes; who has signed in does not count", async () => {
    await signedIn();
    const gauge = async () => {
      const page = await (await fetch(`${stage.service.url}/-/metrics`)).text();
      return Number(/^keyside_ssh_connections (\d+)$/m.exec(page)?.[1]);
    };
    const before = await gauge();
    const held = Array.from({ length: 100 }, () => rawConnection());
    const greetings = await Promise.all(held.map((socket) => once(socket, "data")));
    expect(new Set(greetings.map(String))).toEqual(new Set(["SSH-2.0-Keyside\r\n"]));
    expect(await gauge()).toBe(before + 100);
    for (let count = 0; count < 3; count += 1) expect(await text(rawConnection())).toBe("");
    await expect(signedIn()).rejects.toThrow();

    held[0]?.destroy();
    await vi.waitFor(() => signedIn(), EVENTUALLY);
    for (const socket of held) socket.destroy();
    await vi.waitFor(async () => expect(await gauge()).toBe(before + 1), EVENTUALLY);
  });

  it("sends so many bytes at most, and exchanges keys once", async () => {
    for (const misbehave of [
      (protocol: RawProtocol) => {
        for (let count = 0; count < 10_000; count += 1) protocol.ping();
      },
      (protocol: RawProtocol) => protocol.rekey(),
    ]) {
      const client = new ssh2.Client();
      const closed = endingOf(client);
      const authHandler: ssh2.AuthHandlerMiddleware = () => misbehave(protocolOf(client));
      client.connect({ host: "127.0.0.1", port: stage.port, username: "git", authHandler, readyTimeout: 0 });
      await closed;
    }
  });
});

describe("a connection over SSH", () => {
  it("outlives its token, whose next command is refused", async () => {
    const token = await createProjectAccessToken(stage.service, project.id, { scopes: ["read_repository"] });
    const client = await signedIn(stage.port, token.secret);
    const first = await executeToEnd(client, upload, "0000");
    expect(first).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining(commit) });
    await stage.service.root.delete(`/projects/${project.id}/access_tokens/${token.id}`);
    expect(await executeToEnd(client, upload, "0000")).toEqual({
      code: 1,
      stdout: "",
      stderr: "Keyside: Token was revoked. You have to re-authorize from the user.\n",
    });
  });

  it("may not push any more when its token is revoked while the pack is being sent", async () => {
    const token = await createProjectAccessToken(stage.service, project.id, { scopes: ["write_repository"] });
    const client = await signedIn(stage.port, token.secret);
    const channel = await execute(client, upload.replace("upload", "receive"));
    const [advertised] = await once(channel, "data");
    expect(String(advertised)).toContain("refs/heads/main");
    await stage.service.root.delete(`/projects/${project.id}/access_tokens/${token.id}`);
    const update = `${"0".repeat(40)} ${commit} refs/heads/late\0report-status side-band-64k`;
    const empty = Buffer.from("5041434b0000000200000000", "hex");
    channel.write(`${packet(update)}0000`);
    channel.write(Buffer.concat([empty, Buffer.from(hash("sha1", empty), "hex")]));
    const { stdout } = await endOf(channel);
    expect(stdout).toContain("Keyside: Token was revoked. You have to re-authorize from the user.");
    expect(stdout).toContain("ng refs/heads/late pre-receive hook declined");
    expect(await project.refs()).not.toHaveProperty("refs/heads/late");
  });

  it("has ten channels at once, and another one for each that ends", async () => {
    const client = await signedIn();
    const channels = await Promise.all(Array.from({ length: 10 }, () => execute(client, upload)));
    await expect(execute(client, upload)).rejects.toThrow("Channel open failure");
    const [first, ...others] = channels;
    if (first !== undefined) expect(await endOf(first, "0000")).toMatchObject({ code: 0 });
    const another = await vi.waitFor(() => execute(client, upload), EVENTUALLY);
    for (const channel of [...others, another]) expect(await endOf(channel, "0000")).toMatchObject({ code: 0 });
  });

  it("reads GIT_PROTOCOL by its grammar alone", async () => {
    const client = await signedIn();
    const ask = async (GIT_PROTOCOL: string) => endOf(await execute(client, upload, { GIT_PROTOCOL }), "0000");
    expect((await ask("version=2")).stdout).toContain("version 2");
    for (const hostile of ["version=2;id", "version=2 ", "VERSION=2", `version=2:${"a=b:".repeat(30)}a=b`])
      expect((await ask(hostile)).stdout).not.toContain("version 2");
  });

  it("holds git back while its client does not read, and gives it all in the end", async () => {
    const client = await signedIn();
    const channel = await blockedFetch(client);
    // Whatever was on its way has come now.
    expect(await executeToEnd(client, upload, "0000")).toMatchObject({ code: 0 });
    expect(processes()).not.toEqual([]);
    const { code, stdout } = await endOf(channel);
    expect(code).toBe(0);
    expect(stdout.length).toBeGreaterThan(3 * 1024 * 1024);
  });

  it.each(["is killed", "closes the channel"] as const)(
    "ends git when its client %s in the middle of a clone",
    async (how) => {
      const client = await signedIn();
      const channel = await blockedFetch(client);
      expect(processes()).not.toEqual([]);
      if (how === "is killed") client.destroy();
      else channel.close();
      await vi.waitFor(() => expect(processes()).toEqual([]), EVENTUALLY);
      await vi.waitFor(() => expect(stage.service.container.gitTurns.running).toBe(0), EVENTUALLY);
      if (how !== "is killed") expect(await executeToEnd(client, upload, "0000")).toMatchObject({ code: 0 });
    },
  );

  it("ends when its client sends more than it was granted, or exchanges keys all the time", async () => {
    const flooding = await signedIn();
    const blocked = await blockedFetch(flooding);
    const flooded = endingOf(flooding);
    const { outgoing } = blocked as unknown as { outgoing: { id: number } };
    const piece = Buffer.alloc(32_000);
    for (let sent = 0; sent < 60 * 1024 * 1024; sent += piece.length)
      protocolOf(flooding).channelData(outgoing.id, piece);
    await flooded;

    const exchanging = await signedIn();
    const ended = endingOf(exchanging);
    let exchanges = 0;
    exchanging.on("handshake", () => {
      exchanges += 1;
      protocolOf(exchanging).rekey();
    });
    protocolOf(exchanging).rekey();
    await ended;
    expect(exchanges).toBeGreaterThanOrEqual(10);
    expect(exchanges).toBeLessThan(13);
  });

  it("ends when nothing has run on it for as long as git may be idle", async () => {
    const { config } = stage.service.container;
    const { ssh, port } = await startServer(
      {},
      { config: { ...config, git: { ...config.git, idleTimeoutSeconds: 1 } } },
    );
    const client = await signedIn(port);
    expect(await executeToEnd(client, upload, "0000")).toMatchObject({ code: 0 });
    await endingOf(client);
    await vi.waitFor(() => expect(ssh.connections).toBe(0), EVENTUALLY);
  });
});

describe("a stop", () => {
  it("refuses new connections and commands, ends idle connections, and lets a command that runs come to its end", async () => {
    const { ssh, port } = await startServer();
    const [idle, busy] = [await signedIn(port), await signedIn(port)];
    const channel = await blockedFetch(busy);
    const idleEnded = endingOf(idle);
    const stopped = ssh.stop();
    await idleEnded;
    await expect(signedIn(port)).rejects.toThrow("ECONNREFUSED");
    await expect(execute(busy, upload)).rejects.toThrow("Channel open failure");
    const busyEnded = endingOf(busy);
    expect(await endOf(channel)).toMatchObject({ code: 0 });
    await busyEnded;
    await stopped;
  });

  it("cuts off what goes on for longer", async () => {
    const { ssh, port } = await startServer({ drainMs: 100 });
    const client = await signedIn(port);
    await blockedFetch(client);
    const ended = endingOf(client);
    await ssh.stop();
    await ended;
    expect(processes()).toEqual([]);
  });
});

describe("the audit log", () => {
  it("has each credential that was refused, with its door, its kind and its client, and no secret", async () => {
    const { audit } = stage.service.container;
    const lines = async () => {
      await audit?.flush();
      const all = readFileSync(auditFile, "utf8");
      return {
        all,
        lines: all
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line)),
      };
    };
    const human = await createUserWithPassword(stage.service, "anna");
    const wrong = wrongToken();
    const from = "127.0.0.5";
    await signIn([publicKey("ed25519"), password(wrong), password(human.password)], { from });
    const { all, lines: told } = await lines();
    const common = { event: "sign_in.failed", door: "git", address: from, client: expect.stringMatching(/^ssh2js/) };
    expect(told.slice(-2)).toEqual([
      expect.objectContaining({ ...common, credential: "access_token", cause: "unauthenticated" }),
      expect.objectContaining({ ...common, credential: "password", cause: "unauthenticated" }),
    ]);
    for (const hidden of [wrong, human.password, secret]) expect(all).not.toContain(hidden);
  });
});

describe("the service's log", () => {
  it("has of a command what and from where, and no secret", async () => {
    const client = await signedIn();
    await executeToEnd(client, upload, "0000");
    await executeToEnd(client, `echo ${secret}`);
    const lines = stage.service.logLines
      .filter((line) => line.includes("command over SSH"))
      .map((line) => JSON.parse(line));
    expect(lines.at(-2)).toMatchObject({
      service: "upload-pack",
      path: new URL(project.url).pathname.slice(1, -4),
      code: 0,
    });
    expect(lines.at(-1)).toMatchObject({ code: 1, ip: "127.0.0.1" });
    expect(stage.service.logLines.join("")).not.toContain(secret);
  });
});
