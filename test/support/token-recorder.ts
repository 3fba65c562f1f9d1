/**
 * What registry clients ask of the token endpoint: a proxy in front of it that notes every request. The registry names
 * the proxy as its realm, so a client cannot come past it. It answers nothing itself and keeps no secret.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** One request to the token endpoint, as it came. */
export interface TokenRequest {
  readonly method: string;
  /** The way the caller says who it is. */
  readonly credentials: "none" | "basic" | "form";
  /** `grant_type` of a form. */
  readonly grant: string | undefined;
  /** Every `scope` parameter in its order, as it was written. */
  readonly scopes: readonly string[];
  /** The names of all parameters, in their order. */
  readonly parameters: readonly string[];
  readonly clientId: string | undefined;
  readonly userAgent: string | undefined;
  /** Of the answer. */
  readonly status: number;
}

export interface TokenRequestRecorder {
  /** The URL of the proxy, by name: some clients refuse a realm at a private address. */
  readonly realm: string;
  /** Gives what came since the last call, oldest first. */
  take(): TokenRequest[];
  close(): Promise<void>;
}

/** Listens on a free port and passes everything on to the token endpoint. */
export async function recordTokenRequests(endpoint: string): Promise<TokenRequestRecorder> {
  let noted: TokenRequest[] = [];
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await buffer(request);
    const url = new URL(endpoint);
    url.search = new URL(request.url ?? "/", endpoint).search;
    const { authorization, "content-type": type, "user-agent": userAgent } = request.headers;
    const answer = await fetch(url, {
      method: request.method ?? "GET",
      headers: { ...(authorization && { authorization }), ...(type && { "content-type": type }) },
      ...(body.length > 0 && { body }),
    });
    const parameters = request.method === "POST" ? new URLSearchParams(body.toString()) : url.searchParams;
    noted.push({
      method: request.method ?? "",
      credentials: credentialsOf(authorization, parameters),
      grant: parameters.get("grant_type") ?? undefined,
      scopes: parameters.getAll("scope"),
      parameters: [...parameters.keys()],
      clientId: parameters.get("client_id") ?? undefined,
      userAgent,
      status: answer.status,
    });
    const headers = [...answer.headers].filter(([name]) => !["connection", "content-encoding"].includes(name));
    response.writeHead(answer.status, Object.fromEntries(headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  };
  const server = createServer((request, response) => {
    pass(request, response).catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    realm: `http://localhost:${(server.address() as AddressInfo).port}${new URL(endpoint).pathname}`,
    take() {
      const taken = noted;
      noted = [];
      return taken;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function credentialsOf(authorization: string | undefined, parameters: URLSearchParams): TokenRequest["credentials"] {
  if (authorization !== undefined) return "basic";
  return parameters.has("password") || parameters.has("refresh_token") ? "form" : "none";
}
