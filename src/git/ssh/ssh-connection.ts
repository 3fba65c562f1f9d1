/** One connection of SSH: who it is, its channels, and what bounds it. */
import type { Socket } from "node:net";
import ssh2, { type Connection, type ServerChannel, type ServerConfig, type Session } from "ssh2";
import { ClientGoneError } from "../../errors.ts";
import { addressSet, clientAddress } from "../../http/client-address.ts";
import { readProtocol } from "../git-request.ts";
import { attempt, ChannelEnd } from "./channel-end.ts";
import { type CommandServices, runOverSsh } from "./run-over-ssh.ts";
import { SignIn, type SignInServices } from "./sign-in.ts";

/** The services that a connection needs. */
export interface ConnectionServices extends CommandServices, SignInServices {}

/** How a connection is to be held. */
export interface ConnectionOptions {
  /** How ssh2 is to speak. Its server does not say which socket a client has, so each connection has one of its own. */
  readonly server: ServerConfig;
  /** How long a client may take until it has shown who it is. */
  readonly signInMs: number;
}

/** What a client may send until then, in bytes: far more than exchanging keys and offering many of one's own takes. */
const SIGN_IN_BYTES = 256 * 1024;

/** How many channels a connection may have at once. */
const MAXIMUM_CHANNELS = 10;

/** What one connection may hold in memory, in bytes: ten channels whose clients keep to their windows hold less. */
const MAXIMUM_HELD = 32 * 1024 * 1024;

/** What has to be moved before keys are exchanged again, in bytes: each exchange keeps the event loop for some 10 ms. */
const BYTES_BETWEEN_KEYS = 1024 * 1024;

/** So many exchanges are free: some clients have new keys after an hour, however little they moved. */
const FREE_EXCHANGES = 10;

/** How long a client that is told to go has to take what it is told. */
const GOODBYE_MS = 2_000;

/** How much is logged of why a connection ended, in characters. */
const MAXIMUM_REASON = 200;

/** No proxy speaks for anybody here. */
const NO_PROXIES = addressSet([]);

const STOPPING = "the service is stopping; try again shortly";

const NO_SHELL = "You are signed in, but there is no shell here: only git clone, fetch and push are served.";

/** A connection, from its acceptance until its socket is closed and its last command has ended. */
export class SshConnection {
  readonly #services: ConnectionServices;
  readonly #socket: Socket;
  readonly #address: string;
  readonly #gone = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #ends = new Set<ChannelEnd>();
  readonly #closed: Promise<unknown>;
  #client: Connection | undefined;
  #timer: NodeJS.Timeout;
  readonly #signedIn = Promise.withResolvers<void>();
  #isSignedIn = false;
  #isStopping = false;
  #channels = 0;
  #exchanges = 0;
  #movedAtKeys = 0;

  constructor(services: ConnectionServices, socket: Socket, { server, signInMs }: ConnectionOptions) {
    this.#services = services;
    this.#socket = socket;
    this.#address = clientAddress(socket.remoteAddress ?? "", "", NO_PROXIES).address;
    this.#timer = setTimeout(() => this.hangUp(), signInMs);
    this.#closed = new Promise((resolve) => socket.once("close", resolve));
    socket.once("close", () => {
      clearTimeout(this.#timer);
      this.#gone.abort(new ClientGoneError());
    });
    new ssh2.Server(server, (client, { header }) => this.#meet(client, header.versions.software)).injectSocket(socket);
  }

  /** Resolves when it is known who it is, or the connection is over. */
  get known(): Promise<unknown> {
    return Promise.race([this.#signedIn.promise, this.#closed]);
  }

  /** Resolves when the socket is closed and all commands have ended. */
  get ended(): Promise<unknown> {
    return this.#closed.then(() => Promise.allSettled(this.#running));
  }

  /** Takes no further commands, and ends once those that run have ended. */
  stop(): void {
    this.#isStopping = true;
    if (this.#running.size === 0) this.hangUp();
  }

  /** Says goodbye, which ends whatever runs, and does not wait for the other side to do so too. */
  hangUp(): void {
    this.#gone.abort(new ClientGoneError());
    attempt(() => this.#client?.end());
    this.#socket.destroySoon();
    setTimeout(() => this.#socket.destroy(), GOODBYE_MS).unref();
  }

  #meet(client: Connection, software: string): void {
    this.#client = client;
    const sender = { address: this.#address, client: software };
    const signIn = new SignIn(this.#services, sender, () => this.hangUp());
    client.on("error", ({ message }) => {
      // The client may have written it.
      const reason = message.slice(0, MAXIMUM_REASON);
      this.#services.log.info({ ip: this.#address, reason }, "a connection over SSH ended early");
      this.hangUp();
    });
    client.on("authentication", (context) => void signIn.answer(context));
    client.once("ready", () => {
      this.#isSignedIn = true;
      this.#signedIn.resolve();
      this.#waitForCommand();
    });
    client.on("rekey", () => this.#boundKeys());
    client.on("session", (accept, reject) => {
      const { authenticate } = signIn;
      if (authenticate === undefined || this.#isStopping || this.#channels >= MAXIMUM_CHANNELS) return reject();
      this.#channels += 1;
      this.#open(accept(), { authenticate, sender });
    });
    this.#socket.on("data", () => this.#boundMemory());
  }

  #open(session: Session, who: Pick<Parameters<typeof runOverSsh>[1], "authenticate" | "sender">): void {
    const over = new AbortController();
    let protocol: string | undefined;
    session.on("env", (accept, reject, { key, val }) => {
      const read = key === "GIT_PROTOCOL" ? readProtocol(val) : undefined;
      if (read === undefined) return reject?.();
      protocol = read;
      accept?.();
    });
    const begin = (channel: ServerChannel | undefined): ChannelEnd | undefined => {
      // A session has one command.
      if (channel === undefined) return undefined;
      session.once("close", () => {
        // ssh2 keeps a session for ever that was closed without a command: such go on counting.
        this.#channels -= 1;
        over.abort(new ClientGoneError());
      });
      return new ChannelEnd(channel, {
        socket: this.#socket,
        gone: AbortSignal.any([this.#gone.signal, over.signal]),
        keysExchanged: (signal) => this.#keysExchanged(signal),
      });
    };
    session.on("exec", (accept, _reject, { command: text }) => {
      const end = begin(accept());
      if (end !== undefined) this.#run(end, () => runOverSsh(this.#services, { ...who, text, protocol }, end));
    });
    session.on("shell", (accept) => begin(accept())?.refuse(NO_SHELL));
  }

  #run(end: ChannelEnd, run: () => Promise<void>): void {
    if (this.#isStopping) {
      end.refuse(STOPPING);
      return;
    }
    clearTimeout(this.#timer);
    this.#ends.add(end);
    const running = run().finally(() => {
      this.#ends.delete(end);
      this.#running.delete(running);
      if (this.#running.size === 0) this.#waitForCommand();
    });
    this.#running.add(running);
  }

  /** A connection in which nothing runs is kept for a while: some clients use one for many commands. */
  #waitForCommand(): void {
    clearTimeout(this.#timer);
    if (this.#isStopping) this.hangUp();
    else if (!this.#socket.destroyed)
      this.#timer = setTimeout(() => this.hangUp(), this.#services.config.git.idleTimeoutSeconds * 1000);
  }

  #keysExchanged(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = () => resolve();
    if (signal.aborted) return Promise.resolve();
    signal.addEventListener("abort", done, { once: true });
    this.#client?.once("rekey", done);
    return promise.finally(() => {
      signal.removeEventListener("abort", done);
      this.#client?.removeListener("rekey", done);
    });
  }

  /** Keys are exchanged anew by whoever has moved much, and by nobody before it is known who it is. */
  #boundKeys(): void {
    const moved = this.#socket.bytesRead + this.#socket.bytesWritten;
    this.#exchanges += 1;
    const isEarly = this.#exchanges > FREE_EXCHANGES && moved - this.#movedAtKeys < BYTES_BETWEEN_KEYS;
    if (!this.#isSignedIn || isEarly) this.hangUp();
    this.#movedAtKeys = moved;
  }

  /** ssh2 takes what goes beyond the window that it has granted, and answers whoever does not read: neither has a bound there. */
  #boundMemory(): void {
    const { bytesRead, writableLength } = this.#socket;
    let held = writableLength;
    for (const { unread } of this.#ends) held += unread;
    if (held > MAXIMUM_HELD || (!this.#isSignedIn && bytesRead > SIGN_IN_BYTES)) this.#socket.destroy();
  }
}
