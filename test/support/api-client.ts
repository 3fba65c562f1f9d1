/** A client of the API for tests: answers are results to assert on, whatever their status. */

/** An answer. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** What JSON.parse made of the body, or the text of one that is no JSON; undefined when there is none. A test looks into whatever came. */
  readonly body: ReturnType<typeof JSON.parse>;
}

/** Calls `/api/v4` with one secret. */
export class ApiClient {
  readonly #url: string;
  readonly #secret: string | undefined;

  constructor(url: string, secret: string | undefined) {
    this.#url = url;
    this.#secret = secret;
  }

  get(path: string): Promise<ApiAnswer> {
    return this.call("GET", path);
  }
  post(path: string, body?: unknown): Promise<ApiAnswer> {
    return this.call("POST", path, body);
  }
  put(path: string, body?: unknown): Promise<ApiAnswer> {
    return this.call("PUT", path, body);
  }
  delete(path: string): Promise<ApiAnswer> {
    return this.call("DELETE", path);
  }

  /** Any call; a body that is no string is sent as JSON. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<ApiAnswer> {
    const response = await fetch(`${this.#url}/api/v4${path}`, {
      method,
      headers: {
        ...(this.#secret === undefined ? {} : { "PRIVATE-TOKEN": this.#secret }),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const { status, headers: received } = response;
    const isStreamed = received.has("content-disposition");
    return { status, headers: received, body: text === "" ? undefined : isStreamed ? text : JSON.parse(text) };
  }
}
