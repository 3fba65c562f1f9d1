/** A token endpoint for trying a registry without Keyside: grants whatever one user asks for, and nothing to others. */
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import jsonwebtoken from "jsonwebtoken";
import forge from "node-forge";

/** The endpoint: what a registry's configuration must say of it, and the user it knows. */
export interface TokenServer {
  readonly trust: { realm: string; service: string; issuer: string; rootCertBundle: string };
  readonly credentials: { username: string; password: string };
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1; `certificateFile` is where its certificate is written. */
export async function startTokenServer(certificateFile: string): Promise<TokenServer> {
  const { privateKey, certificate } = makeSigner();
  writeFileSync(certificateFile, forge.pki.certificateToPem(certificate));
  const x5c = [forge.util.encode64(forge.asn1.toDer(forge.pki.certificateToAsn1(certificate)).getBytes())];
  const credentials = { username: "ann", password: randomUUID() };
  const expected = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;

  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? "/", "http://token.test");
    response.setHeader("content-type", "application/json");
    if (request.headers.authorization !== undefined && request.headers.authorization !== expected) {
      response.writeHead(401).end(JSON.stringify({ errors: [{ code: "UNAUTHORIZED", message: "wrong password" }] }));
      return;
    }
    const known = request.headers.authorization === expected;
    const scopes = searchParams.getAll("scope").flatMap((scope) => scope.split(" "));
    const access = known ? scopes.map(accessOf) : [];
    const token = jsonwebtoken.sign({ access }, privateKey, {
      algorithm: "RS256",
      issuer: "token-server",
      audience: searchParams.get("service") ?? "",
      subject: known ? credentials.username : "",
      expiresIn: 300,
      notBefore: -10,
      jwtid: randomUUID(),
      header: { alg: "RS256", x5c },
    });
    response.end(JSON.stringify({ token, access_token: token, expires_in: 300 }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const realm = `http://127.0.0.1:${port}/token`;
  return {
    trust: { realm, service: 'the "local" registry: #1', issuer: "token-server", rootCertBundle: certificateFile },
    credentials,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function accessOf(scope: string): { type: string; name: string; actions: string[] } {
  const [type = "", name = "", actions = ""] = scope.split(":");
  return { type, name, actions: actions.split(",") };
}

function makeSigner(): { privateKey: string; certificate: forge.pki.Certificate } {
  const encoding = { type: "pkcs8", format: "pem" } as const;
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: encoding,
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const key = forge.pki.privateKeyFromPem(privateKey);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e);
  certificate.serialNumber = "01";
  const hour = 3_600_000;
  certificate.validity.notBefore = new Date(Date.now() - hour);
  certificate.validity.notAfter = new Date(Date.now() + hour);
  const name = [{ name: "commonName", value: "token server of a test" }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([{ name: "basicConstraints", cA: true }]);
  certificate.sign(key, forge.md.sha256.create());
  return { privateKey, certificate };
}
