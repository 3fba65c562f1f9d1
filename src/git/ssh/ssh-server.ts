/** Git over SSH: takes connections, so many at once, and ends them all. */
import { createServer, type Server, type Socket } from "node:net";
import type { ParsedKey, ServerConfig } from "ssh2";
import { ALGORITHMS, offeredKeys } from "./algorithms.ts";
import { type ConnectionServices, SshConnection } from "./ssh-connection.ts";

/** How many connections may be there of which it is not known yet who they are. */
const MAXIMUM_UNKNOWN = 100;

/** How long things may take, in milliseconds. */
export interface SshTimes {
  /** Until a client has shown who it is. */
  readonly signInMs: number;
  /** Until a stop cuts off the commands that run. */
  readonly drainMs: number;
}

const TIMES: SshTimes = { signInMs: 20_000, drainMs: 10_000 };

/** What a server needs. */
export interface SshServerOptions {
  readonly hostKeys: readonly ParsedKey[];
  /** How many connections may be there in all. */
  readonly maximumConnections: number;
}

/** What listens; whoever makes it lets it. @see docs/spec/git.md "SSH" */
export class SshServer {
  /** Listens nowhere yet. */
  readonly server: Server;
  readonly #connections = new Set<SshConnection>();
  readonly #unknown = new Set<SshConnection>();
  readonly #services: ConnectionServices;
  readonly #maximum: number;
  readonly #times: SshTimes;
  readonly #spoken: ServerConfig;
  #isStopping = false;

  constructor(services: ConnectionServices, { hostKeys, maximumConnections }: SshServerOptions, times = TIMES) {
    this.#services = services;
    this.#times = times;
    this.#maximum = maximumConnections;
    const keys = offeredKeys(hostKeys).map((key) => ({ key }));
    this.#spoken = { hostKeys: keys, ident: "Keyside", algorithms: ALGORITHMS };
    this.server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  /** How many connections there are. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Takes no more connections and commands, lets those that run end for a while, then cuts them off. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.server.close();
    const all = [...this.#connections];
    for (const connection of all) connection.stop();
    const limit = setTimeout(() => {
      for (const connection of all) connection.hangUp();
    }, this.#times.drainMs);
    await Promise.all(all.map(({ ended }) => ended));
    clearTimeout(limit);
  }

  #accept(socket: Socket): void {
    const isFull = this.#connections.size >= this.#maximum || this.#unknown.size >= MAXIMUM_UNKNOWN;
    if (isFull || this.#isStopping) return void socket.destroy();
    const connection = new SshConnection(this.#services, socket, { server: this.#spoken, ...this.#times });
    this.#connections.add(connection);
    this.#unknown.add(connection);
    void connection.known.then(() => this.#unknown.delete(connection));
    void connection.ended.then(() => this.#connections.delete(connection));
  }
}
