/** Stands between a client and a server, so that a test can take the network away and give it back. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A way to a server that a test can cut. */
export interface TcpProxy {
  readonly port: number;
  readonly isOpen: boolean;
  /** Ends every connection; new ones are taken. */
  cut(): void;
  /** Ends every connection and refuses new ones. */
  close(): Promise<void>;
  /** Takes connections again, on the same port. */
  reopen(): Promise<void>;
  /** Takes connections, old and new, and passes nothing on, not even their end: a half-dead network. */
  freeze(): void;
  /** Passes on again, and what was held back first. */
  thaw(): void;
}

/** Listens on a free port of 127.0.0.1 and passes all on to `port` of `host`. */
export async function startTcpProxy(host: string, port: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const pairs = new Set<readonly [Socket, Socket]>();
  let isFrozen = false;
  const server = createServer((incoming) => {
    const outgoing = connect(port, host);
    const pair = [incoming, outgoing] as const;
    pairs.add(pair);
    for (const socket of pair) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        pairs.delete(pair);
        incoming.destroy();
        outgoing.destroy();
      });
    }
    if (!isFrozen) incoming.pipe(outgoing).pipe(incoming);
  });
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const listen = async (on: number) => {
    server.listen(on, "127.0.0.1");
    await once(server, "listening");
  };
  await listen(0);
  const own = (server.address() as AddressInfo).port;
  return {
    port: own,
    get isOpen() {
      return server.listening;
    },
    cut,
    async close() {
      const closed = once(server, "close");
      server.close();
      cut();
      await closed;
    },
    reopen: () => listen(own),
    freeze() {
      isFrozen = true;
      for (const [incoming, outgoing] of pairs) {
        incoming.unpipe(outgoing);
        outgoing.unpipe(incoming);
      }
    },
    thaw() {
      isFrozen = false;
      for (const [incoming, outgoing] of pairs) incoming.pipe(outgoing).pipe(incoming);
    },
  };
}
