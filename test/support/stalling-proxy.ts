/** A network between a client and a server that stops passing on at a known point: what is under way then stays so. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** How many bytes of each connection are passed on, each way. */
export interface StallingLimits {
  readonly toServer?: number;
  readonly toClient?: number;
}

export interface StallingProxy {
  /** What `url` is by way of it. */
  through(url: string): string;
  /** Resolves once a connection has come to a limit. */
  readonly stalled: Promise<void>;
  /** Passes on all that was held back, and whatever comes. */
  goOn(): void;
  /** Tells the server that its clients are gone, and takes no more. */
  close(): Promise<void>;
}

/** Listens on a free port and passes on to a service's URL. */
export async function startStallingProxy(
  url: string,
  { toServer = Number.POSITIVE_INFINITY, toClient = Number.POSITIVE_INFINITY }: StallingLimits,
): Promise<StallingProxy> {
  const sockets = new Set<Socket>();
  const stalled = Promise.withResolvers<void>();
  const free = Promise.withResolvers<void>();
  const pass = async (from: Socket, to: Socket, limit: number) => {
    let passed = 0;
    for await (const piece of from as AsyncIterable<Buffer>) {
      const rest = Math.max(0, limit - passed);
      passed += piece.length;
      if (passed > limit) {
        to.write(piece.subarray(0, rest));
        stalled.resolve();
        await free.promise;
        to.write(piece.subarray(rest));
      } else if (!to.write(piece)) await Promise.race([once(to, "drain"), once(to, "close")]);
    }
    to.end();
  };
  const server = createServer((incoming) => {
    const outgoing = connect(Number(new URL(url).port), "127.0.0.1");
    const ends = [
      [incoming, outgoing, toServer],
      [outgoing, incoming, toClient],
    ] as const;
    for (const [from, to, limit] of ends) {
      sockets.add(from);
      from.on("error", () => undefined);
      pass(from, to, limit).catch(() => to.destroy());
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    through: (to) => Object.assign(new URL(to), { host: `127.0.0.1:${port}` }).href,
    stalled: stalled.promise,
    goOn: () => free.resolve(),
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.resetAndDestroy();
      await closed;
    },
  };
}
