/** Whole HTTP requests as the client sends them. */

const TOKEN_PATH = "/jwt/auth?service=container_registry";

/** Who asks the token endpoint, and for what. */
export interface TokenRequest {
  readonly username?: string;
  /** A password or the secret of an access token; without it, nobody in particular asks. */
  readonly secret?: string;
  readonly scopes?: readonly string[];
}

/** A request of the token endpoint, as docker sends it. */
export function tokenRequest({ username = "bench", secret, scopes = [] }: TokenRequest, path = TOKEN_PATH): string {
  const query = scopes.map((scope) => `&scope=${scope}`).join("");
  const basic = secret && `Authorization: Basic ${Buffer.from(`${username}:${secret}`).toString("base64")}`;
  return httpRequest("GET", path + query, basic === undefined ? [] : [basic]);
}

/** A request of the API. */
export function apiRequest(secret: string, method: string, path: string, body?: object): string {
  return httpRequest(method, `/api/v4${path}`, [`Private-Token: ${secret}`], body);
}

/** Any request; the headers that docker's client sends are with each. */
export function httpRequest(method: string, path: string, headers: readonly string[] = [], body?: object): string {
  const text = body === undefined ? "" : JSON.stringify(body);
  const type = body === undefined ? [] : ["Content-Type: application/json", `Content-Length: ${text.length}`];
  const common = ["Host: 127.0.0.1", "User-Agent: docker/28.5.1 go/go1.24.8", "Accept-Encoding: gzip"];
  return `${[`${method} ${path} HTTP/1.1`, ...common, ...headers, ...type].join("\r\n")}\r\n\r\n${text}`;
}
