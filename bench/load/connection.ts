/** A connection that sends one request after the other, and reads no more of an answer than where it ends. */
import { connect, type Socket } from "node:net";

const BUFFER_BYTES = 64 * 1024;
const HEAD_END = "\r\n\r\n";
const LAST_CHUNK = "0\r\n\r\n";
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const CHUNKED = /\r\ntransfer-encoding: *chunked/i;

/** Is told the status of each answer, or why there will be no more. */
export interface AnswerListener {
  answered(connection: Connection, status: number): void;
  failed(error: Error): void;
}

/** An open connection, with at most one request under way. */
export class Connection {
  readonly #socket: Socket;
  #isAsking = false;
  /** The head of the answer as far as it came; undefined while a body is read. */
  #head: string | undefined = "";
  #status = 0;
  /** The bytes of the body that are still to come; undefined: it comes in chunks. */
  #left: number | undefined = 0;
  /** The last bytes of a body in chunks. */
  #tail = "";
  /** When the request under way began. */
  since = 0;

  private constructor(port: number, localAddress: string | undefined, listener: AnswerListener) {
    this.#socket = connect({
      port,
      host: "127.0.0.1",
      noDelay: true,
      ...(localAddress === undefined ? {} : { localAddress }),
      // A buffer of its own spares a new one for each answer.
      onread: {
        buffer: Buffer.allocUnsafe(BUFFER_BYTES),
        callback: (length, bytes) => {
          if (this.#isWhole(bytes as Buffer, length)) {
            this.#isAsking = false;
            listener.answered(this, this.#status);
          }
          return true;
        },
      },
    });
    this.#socket.on("error", (error) => listener.failed(error));
    // A server may close a connection on which it is asked nothing for some seconds.
    this.#socket.on("end", () => {
      if (this.#isAsking) listener.failed(new Error("the server closed a connection"));
    });
  }

  static async open(port: number, localAddress: string | undefined, listener: AnswerListener): Promise<Connection> {
    const connection = new Connection(port, localAddress, listener);
    await new Promise((resolve) => connection.#socket.once("connect", resolve));
    return connection;
  }

  send(request: string, since: number): void {
    this.since = since;
    this.#isAsking = true;
    this.#head = "";
    this.#socket.write(request, "latin1");
  }

  close(): void {
    this.#socket.removeAllListeners("end").destroy();
  }

  /** Whether the answer is whole with these bytes. */
  #isWhole(bytes: Buffer, length: number): boolean {
    let bodyBytes = length;
    if (this.#head !== undefined) {
      const before = this.#head.length;
      this.#head += bytes.toString("latin1", 0, length);
      const end = this.#head.indexOf(HEAD_END);
      if (end === -1) return false;
      bodyBytes = length - (end + HEAD_END.length - before);
      this.#readHead(this.#head.slice(0, end));
    }
    if (this.#left === undefined) {
      this.#tail = (this.#tail + bytes.toString("latin1", 0, length)).slice(-LAST_CHUNK.length);
      return this.#tail === LAST_CHUNK;
    }
    this.#left -= bodyBytes;
    return this.#left <= 0;
  }

  #readHead(head: string): void {
    this.#status = Number(head.slice(9, 12));
    this.#head = undefined;
    this.#tail = "";
    this.#left = CHUNKED.test(head) ? undefined : Number(LENGTH.exec(head)?.[1] ?? 0);
  }
}
