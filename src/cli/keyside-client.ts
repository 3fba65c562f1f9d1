/** The command line's client of the service: it calls the public API, under the rules that apply to any client. */
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Config } from "../config.ts";
import { readTextFile } from "../files.ts";
import { RefusedError } from "./refused-error.ts";
import { type ClientRequest, overHttp, overSocket, type Transport } from "./transport.ts";

/** An answer of the API. */
export interface ClientAnswer {
  readonly status: number;
  readonly body: unknown;
  /** The service's warning in words, if it sent one. */
  readonly warning: string | undefined;
}

/** The most that the service puts on one page of a list. */
const ROWS_PER_PAGE = 100;

/** Calls the API with one secret. */
export class KeysideClient {
  readonly #transport: Transport;
  readonly #secret: string;

  constructor(transport: Transport, secret: string) {
    this.#transport = transport;
    this.#secret = secret;
  }

  /**
   * Calls `/api/v4` + `path`.
   *
   * @throws RefusedError when the service refuses or does not answer
   */
  async call(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: object): Promise<ClientAnswer> {
    const answer = await this.#request(method, path, body);
    if (answer.status >= 400) throw new RefusedError(describeRefusal(answer));
    return answer;
  }

  /**
   * Like `call`, but for what may not exist: the body of the answer, or undefined on 404.
   *
   * @throws RefusedError when the service refuses otherwise or does not answer
   */
  async find(path: string): Promise<unknown> {
    const answer = await this.#request("GET", path);
    if (answer.status === 404) return undefined;
    if (answer.status >= 400) throw new RefusedError(describeRefusal(answer));
    return answer.body;
  }

  /**
   * Every row of a list, over all its pages. The path may have a query.
   *
   * @throws RefusedError when the service refuses or does not answer
   */
  async list(path: string): Promise<unknown[]> {
    const rows: unknown[] = [];
    for (let page = 1; ; page += 1) {
      const { body } = await this.call("GET", `${path}${querySeparator(path)}per_page=${ROWS_PER_PAGE}&page=${page}`);
      if (!Array.isArray(body)) throw new RefusedError(`${this.#transport.name} does not answer like Keyside`);
      rows.push(...body);
      if (body.length < ROWS_PER_PAGE) return rows;
    }
  }

  /**
   * What is sent as a file. The stream fails where it breaks off.
   *
   * @throws RefusedError when the service refuses or does not answer
   */
  async download(path: string): Promise<Readable> {
    const { status, body } = await this.#transport.open(this.#requestOf("GET", path));
    if (status < 400) return body;
    const refusal = parseJson(await text(body).catch(() => ""), this.#transport.name);
    throw new RefusedError(describeRefusal({ status, body: refusal }));
  }

  #requestOf(method: string, path: string, body?: object): ClientRequest {
    return {
      method,
      path: `/api/v4${path}`,
      headers: { "PRIVATE-TOKEN": this.#secret, "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    };
  }

  async #request(method: string, path: string, body?: object): Promise<ClientAnswer> {
    const answer = await this.#transport.send(this.#requestOf(method, path, body));
    const warning = /^299 keyside "(.*)"$/.exec(answer.warning)?.[1];
    const parsed = answer.text === "" ? undefined : parseJson(answer.text, this.#transport.name);
    return { status: answer.status, body: parsed, warning };
  }
}

/**
 * The client for the commands of this process: of the service at `KEYSIDE_URL` with `KEYSIDE_TOKEN`; without a token, of
 * the service on this machine with the operator's token, which goes by the socket in the data directory and nowhere else.
 *
 * @throws RefusedError when there is neither token
 * @see docs/spec/rest-api.md "The command line"
 */
export function openClient({ clientToken, url, socketFile, operatorTokenFile }: Config): KeysideClient {
  if (clientToken !== undefined) return new KeysideClient(overHttp(url), clientToken);
  return new KeysideClient(overSocket(socketFile, operatorTokenFile), readOperatorToken(operatorTokenFile));
}

function readOperatorToken(file: string): string {
  try {
    return readTextFile(file).trim();
  } catch (error) {
    throw new RefusedError(
      "set KEYSIDE_URL and KEYSIDE_TOKEN, or run this on the server's machine: there is no operator's token to use " +
        `(\`keyside operator-token\` makes one there): ${(error as Error).message}`,
    );
  }
}

/** What separates a path, with or without a query, from one more parameter. */
function querySeparator(path: string): string {
  if (!path.includes("?")) return "?";
  return /[?&]$/.test(path) ? "" : "&";
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RefusedError(`${name} does not answer like Keyside`);
  }
}

function describeRefusal({ status, body }: Pick<ClientAnswer, "status" | "body">): string {
  const { message, error, error_description } = (body ?? {}) as Record<string, unknown>;
  const reason = [describeFields(message), error_description, error].find((part) => typeof part === "string");
  return typeof reason === "string" ? reason : `the service answered ${status}`;
}

/** Some refusals list what is wrong by the field: `{"fingerprint_sha256": ["has already been taken"]}`. */
function describeFields(message: unknown): unknown {
  if (typeof message !== "object" || message === null) return message;
  return Object.entries(message)
    .map(([field, problems]) => `${field} ${[problems].flat().join(", ")}`)
    .join("; ");
}
