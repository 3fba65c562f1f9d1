/** One connection to a service, for requests that are sent byte by byte and answers as they came. */
import { once } from "node:events";
import { connect, type NetConnectOpts, type Socket } from "node:net";

/** An answer; the header lines in their order, as they were written. */
export interface RawAnswer {
  /** `HTTP/1.1 200 OK` */
  readonly statusLine: string;
  readonly headers: readonly string[];
  readonly body: string;
}

export class RawConnection {
  readonly #socket: Socket;
  readonly #chunks: AsyncIterator<Buffer>;
  #received = "";

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** Connects to a service's URL, or to another place. */
  static async open(to: string | NetConnectOpts): Promise<RawConnection> {
    const socket = connect(typeof to === "string" ? { host: "127.0.0.1", port: Number(new URL(to).port) } : to);
    await once(socket, "connect");
    return new RawConnection(socket);
  }

  /** Sends a request and reads the answer to it. */
  async ask(request: string): Promise<RawAnswer> {
    this.send(request);
    return await this.next({ withBody: !request.startsWith("HEAD") });
  }

  send(text: string): void {
    this.#socket.write(text, "latin1");
  }

  /** Reads the next answer. @throws when the service closes the connection before its end */
  async next({ withBody = true } = {}): Promise<RawAnswer> {
    for (;;) {
      const headEnd = this.#received.indexOf("\r\n\r\n");
      const [statusLine = "", ...headers] = this.#received.slice(0, Math.max(headEnd, 0)).split("\r\n");
      const length = withBody ? Number(/^content-length: (\d+)$/im.exec(headers.join("\n"))?.[1] ?? 0) : 0;
      const [start, end] = [headEnd + 4, headEnd + 4 + length];
      if (headEnd !== -1 && this.#received.length >= end) {
        const body = this.#received.slice(start, end);
        this.#received = this.#received.slice(end);
        return { statusLine, headers, body };
      }
      const { value, done } = await this.#chunks.next();
      if (done === true) throw new Error(`the connection was closed after: ${JSON.stringify(this.#received)}`);
      this.#received += value.toString("latin1");
    }
  }

  /** Waits until the service has closed the connection, and gives what else came before. */
  async rest(): Promise<string> {
    for (let { value, done } = await this.#chunks.next(); done !== true; { value, done } = await this.#chunks.next())
      this.#received += value.toString("latin1");
    return this.#received;
  }

  /** Closes the connection as a client does that is done, or `abruptly`, as one that was killed. */
  close({ abruptly = false } = {}): void {
    if (abruptly) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }
}
