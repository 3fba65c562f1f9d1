/** docker_auth, the service that most people would take otherwise: joins the table where `DOCKER_AUTH` names its program. */
import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { systemClock } from "../src/clock.ts";
import { openSigningKeys } from "../src/signing/signing-keys.ts";
import { freePort } from "../test/support/free-port.ts";
import { answers, type Environment, type Server, serverOf } from "./service.ts";

/** The path and query of its token endpoint. */
export const DOCKER_AUTH_PATH = "/auth?service=container_registry";

/** One of its users, whose password is ROOT_PASSWORD at bcrypt's cost of 5, the least that its own examples have. */
export const DOCKER_AUTH_USER = "bench";
const PASSWORD_DIGEST = "$2a$05$l4sx6JiJzxRHwEZLOdEsFOYpQoz6TYqDh6lmoVtuYeNvY9Kr52m06";

/** Starts it with a key and certificate of Keyside's: ES256, anonymous pulls, a user of its own who may do all. */
export async function startDockerAuth(program: string, directory: string, environment: Environment): Promise<Server> {
  const { KEYSIDE_CERTS_DIR = "" } = environment;
  const keys = await openSigningKeys({ directory: KEYSIDE_CERTS_DIR, algorithm: "ES256", clock: systemClock });
  const { certificate, privateKey } = keys.current();
  await mkdir(directory);
  const file = (name: string) => join(directory, name);
  await writeFile(file("token.crt"), certificate.toString());
  await writeFile(file("token.key"), privateKey.export({ type: "sec1", format: "pem" }), { mode: 0o600 });
  const port = await freePort();
  const configuration = {
    server: { addr: `127.0.0.1:${port}` },
    token: { issuer: "keyside", expiration: 300, certificate: file("token.crt"), key: file("token.key") },
    users: { "": {}, [DOCKER_AUTH_USER]: { password: PASSWORD_DIGEST } },
    acl: [
      { match: { account: "" }, actions: ["pull"] },
      { match: { account: DOCKER_AUTH_USER }, actions: ["*"] },
    ],
  };
  await writeFile(file("config.yml"), stringify(configuration));
  const child = spawn(program, ["-logtostderr", file("config.yml")], { stdio: "ignore" });
  await answers(`http://127.0.0.1:${port}${DOCKER_AUTH_PATH}`, child);
  return serverOf(child, port);
}
