/** Asks a service's token endpoint as registry clients do, and verifies what it gives as registries do. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import jsonwebtoken from "jsonwebtoken";
import { expect } from "vitest";
import { z } from "zod";
import type { TestService } from "./service.ts";

/** What a client sends; without credentials it is anonymous. */
export interface TokenQuestion {
  readonly username?: string;
  readonly password?: string;
  readonly scopes?: readonly string[];
  /** Ours unless said otherwise; null leaves it out. */
  readonly service?: string | null;
  /** In the place of username and password. */
  readonly authorization?: string;
  /** The client's address, which the service believes where it trusts this machine as a proxy. */
  readonly from?: string;
}

/** What came back; `claims` and `access` are verified, and empty where no token came. */
export interface TokenAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Record<string, unknown>;
  readonly claims: jsonwebtoken.JwtPayload;
  /** `["team/app pull,push"]` */
  readonly access: readonly string[];
}

const accessClaim = z.array(z.object({ type: z.string(), name: z.string(), actions: z.array(z.string()) }));

/** Asks `GET /jwt/auth`. */
export async function requestToken(service: TestService, question: TokenQuestion = {}): Promise<TokenAnswer> {
  const url = new URL("/jwt/auth", service.url);
  const name = question.service === undefined ? "container_registry" : question.service;
  if (name !== null) url.searchParams.set("service", name);
  for (const scope of question.scopes ?? []) url.searchParams.append("scope", scope);
  const { username = "anybody", password } = question;
  const basic =
    password === undefined ? undefined : `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  const authorization = question.authorization ?? basic;
  const headers = {
    ...(authorization === undefined ? {} : { authorization }),
    ...(question.from === undefined ? {} : { "x-forwarded-for": question.from }),
  };
  return await readTokenAnswer(service, await fetch(url, { headers }));
}

/** Reads an answer of the token endpoint; verifies the token in it. */
export async function readTokenAnswer(service: TestService, response: Response): Promise<TokenAnswer> {
  const text = await response.text();
  const body = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  const claims = typeof body["token"] === "string" ? verify(service, body["token"]) : {};
  const access = accessClaim
    .parse(claims["access"] ?? [])
    .map(({ type, name, actions }) => `${type === "repository" ? "" : `${type}:`}${name} ${actions.join(",")}`);
  return { status: response.status, headers: response.headers, text, body, claims, access };
}

/** As a registry does: the chain up to the CA in its bundle, then the signature, issuer, audience and times. */
function verify(service: TestService, token: string): jsonwebtoken.JwtPayload {
  const { header } = z
    .object({ header: z.object({ x5c: z.array(z.string()).min(1) }) })
    .parse(jsonwebtoken.decode(token, { complete: true }));
  const leaf = new X509Certificate(Buffer.from(header.x5c[0] ?? "", "base64"));
  const ca = new X509Certificate(readFileSync(join(service.directory, "certs", "ca.crt")));
  expect(leaf.verify(ca.publicKey)).toBe(true);
  const claims = jsonwebtoken.verify(token, leaf.publicKey, {
    algorithms: ["ES256"],
    issuer: "keyside",
    audience: "container_registry",
    clockTimestamp: Math.floor(service.clock.now().getTime() / 1000),
  });
  if (typeof claims === "string") throw new Error("the token's payload is no object");
  return claims;
}
