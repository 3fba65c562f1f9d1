/** Git over SSH where nothing is said of it: `keyside up`, the image and compose have it on. `keyside serve` alone has it off. */
import { createServer } from "node:net";
import { type Config, processEnvironment, readConfig } from "../config.ts";
import type { Output } from "./output.ts";

/** For `readConfig`. */
export const SSH_BY_DEFAULT = { KEYSIDE_SSH_PORT: "2222" };

/** The configuration of `keyside up`, which does without SSH where nobody asked for it and another program has its port. */
export async function withSshByDefault(config: Config, output: Output): Promise<Config> {
  if (config.ssh !== undefined) return config;
  const { ssh } = readConfig(processEnvironment(), SSH_BY_DEFAULT);
  if (ssh === undefined || (await canListen(ssh))) return { ...config, ssh };
  output.line(
    `No Git over SSH: port ${ssh.port} on ${ssh.host} is taken; set KEYSIDE_SSH_PORT to another one, or to off.`,
  );
  return config;
}

function canListen({ host, port }: { readonly host: string; readonly port: number }): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", () => resolve(false));
  server.listen(port, host, () => server.close(() => resolve(true)));
  return promise;
}
