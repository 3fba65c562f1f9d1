/** Requests a registry token as Docker clients do, and reads it. Draws no conclusions. */
import jwt from "jsonwebtoken";
import type { Reply } from "../http/ask.ts";
import type { Ask } from "./examined-pair.ts";

/** What a registry token says, unverified: verifying it is up to the registry. */
export interface RegistryTokenContents {
  readonly raw: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly x5c: readonly string[];
}

/** Requests a registry token of an endpoint with an access token's secret; answers with the reply where that holds none. */
export async function requestRegistryToken(
  ask: Ask,
  endpoint: string,
  { service, scopes, secret }: { service: string; scopes: readonly string[]; secret: string },
): Promise<RegistryTokenContents | { readonly refused: Reply }> {
  const url = new URL(endpoint);
  url.searchParams.set("service", service);
  for (const scope of scopes) url.searchParams.append("scope", scope);
  const credentials = Buffer.from(`doctor:${secret}`).toString("base64");
  const reply = await ask(url.href, { headers: { Authorization: `Basic ${credentials}` } });
  if (!reply.answered || reply.status !== 200) return { refused: reply };
  const token = readToken(reply.body);
  return token ?? { refused: reply };
}

function readToken(body: string): RegistryTokenContents | undefined {
  try {
    const { token } = JSON.parse(body) as { token: string };
    const decoded = jwt.decode(token, { complete: true });
    if (decoded === null || typeof decoded.payload === "string") return undefined;
    return { raw: token, claims: decoded.payload, x5c: [decoded.header.x5c ?? []].flat() };
  } catch {
    return undefined;
  }
}
