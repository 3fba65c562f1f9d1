/** The command line's way to the service: its public API, by HTTP, under the same rules as everybody. */
import type { Config } from "../config.ts";
import { readTextFile } from "../files.ts";
import { RefusedError } from "./refused-error.ts";

/** An answer of the API. */
export interface ClientAnswer {
  readonly status: number;
  readonly body: unknown;
  /** What the service warns of, in words. */
  readonly warning: string | undefined;
}

/** Calls the API with one secret. */
export class KeysideClient {
  readonly #url: string;
  readonly #secret: string;

  constructor(url: string, secret: string) {
    this.#url = url;
    this.#secret = secret;
  }

  /**
   * Calls `/api/v4` + `path`.
   *
   * @throws RefusedError when the service refuses or does not answer
   */
  async call(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: object): Promise<ClientAnswer> {
    const answer = await this.tryCall(method, path, body);
    if (answer.status >= 400) throw new RefusedError(describeRefusal(answer));
    return answer;
  }

  /** Like `call`, for a thing that may not be there: undefined on 404. */
  async find(path: string): Promise<unknown> {
    const answer = await this.tryCall("GET", path);
    if (answer.status === 404) return undefined;
    if (answer.status >= 400) throw new RefusedError(describeRefusal(answer));
    return answer.body;
  }

  /** Every row of a list, over all its pages. */
  async list(path: string): Promise<unknown[]> {
    const rows: unknown[] = [];
    for (let page = 1; ; page += 1) {
      const { body } = await this.call("GET", `${path}${joint(path)}per_page=100&page=${page}`);
      if (!Array.isArray(body)) throw new RefusedError(`${this.#url} does not answer like Keyside`);
      rows.push(...body);
      if (body.length < 100) return rows;
    }
  }

  async tryCall(method: string, path: string, body?: object): Promise<ClientAnswer> {
    const response = await this.#fetch(method, path, body);
    const text = await response.text();
    const warning = /^299 keyside "(.*)"$/.exec(response.headers.get("warning") ?? "")?.[1];
    return { status: response.status, body: text === "" ? undefined : parseJson(text, this.#url), warning };
  }

  async #fetch(method: string, path: string, body: object | undefined): Promise<Response> {
    const headers = { "PRIVATE-TOKEN": this.#secret, "Content-Type": "application/json" };
    try {
      return await fetch(`${this.#url}/api/v4${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new RefusedError(`no Keyside answers at ${this.#url}: ${cause || "connection refused"}`);
    }
  }
}

/**
 * The client for the commands of this process: `KEYSIDE_URL` with `KEYSIDE_TOKEN`; without one, the service on this very
 * machine with the operator's token, which is never sent anywhere else.
 *
 * @throws RefusedError when there is neither
 */
export function openClient(config: Config): KeysideClient {
  if (config.clientToken !== undefined) return new KeysideClient(config.url, config.clientToken);
  return new KeysideClient(`http://${localHost(config.host)}:${config.port}`, readOperatorToken(config));
}

function readOperatorToken({ operatorTokenFile }: Config): string {
  try {
    return readTextFile(operatorTokenFile).trim();
  } catch (error) {
    throw new RefusedError(
      "set KEYSIDE_URL and KEYSIDE_TOKEN, or run this on the server's machine: there is no operator's token to use: " +
        (error as Error).message,
    );
  }
}

function localHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}

/** What comes between an address and one more parameter. */
function joint(path: string): string {
  if (!path.includes("?")) return "?";
  return /[?&]$/.test(path) ? "" : "&";
}

function parseJson(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RefusedError(`${url} does not answer like Keyside`);
  }
}

function describeRefusal({ status, body }: ClientAnswer): string {
  const { message, error, error_description } = (body ?? {}) as Record<string, unknown>;
  const said = [message, error_description, error].find((part) => typeof part === "string");
  return typeof said === "string" ? said : `the service answered ${status}`;
}
