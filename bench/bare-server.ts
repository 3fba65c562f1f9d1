/**
 * The bare signing limit: a server that checks nothing, and signs one token with jsonwebtoken for each request.
 * A process of its own: says where it listens, and stops when its parent goes.
 */
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import jwt from "jsonwebtoken";
import { systemClock } from "../src/clock.ts";
import { openSigningKeys } from "../src/signing/signing-keys.ts";

const LIFETIME_SECONDS = 300;

const [, , directory = "", name] = process.argv;
const algorithm = name === "RS256" ? "RS256" : "ES256";
const key = (await openSigningKeys({ directory, algorithm, clock: systemClock })).current();

const server = createServer((_request, response) => {
  const seconds = Math.floor(Date.now() / 1000);
  const claims = {
    iss: "keyside",
    sub: "project_1_bot_00000000",
    aud: "container_registry",
    exp: seconds + LIFETIME_SECONDS,
    nbf: seconds - 10,
    iat: seconds,
    jti: randomUUID(),
    access: [{ type: "repository", name: "bench/app", actions: ["pull", "push"] }],
  };
  const header = { alg: algorithm, typ: "JWT", x5c: [...key.x5c] };
  const token = jwt.sign(claims, key.privateKey, { algorithm, header });
  const issuedAt = new Date().toISOString();
  const body = JSON.stringify({ token, access_token: token, expires_in: LIFETIME_SECONDS, issued_at: issuedAt });
  response.writeHead(200, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) });
  response.end(body);
});
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.once("disconnect", () => process.exit());
