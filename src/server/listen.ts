/** Lets a server listen, and says what to do where it cannot. */
import type { AddressInfo, Server } from "node:net";
import { ConfigurationError } from "../errors.ts";

/** Where, and the variables that say so. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  readonly variables: { readonly host: string; readonly port: string };
}

/**
 * Listens, and answers where: of port 0, the one that was free.
 *
 * @throws ConfigurationError when it cannot, naming the variable to change
 */
export async function listen(server: Server, { host, port, variables }: ListenOptions): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(explain(error, { host, port, variables })));
    server.listen(port, host, resolve);
  });
  return server.address() as AddressInfo;
}

function explain(error: NodeJS.ErrnoException, { host, port, variables }: ListenOptions): Error {
  switch (error.code) {
    case "EADDRINUSE":
      return new ConfigurationError(
        `${variables.port}: port ${port} on ${host} is in use by another process; stop that one, or set another port`,
      );
    case "EACCES":
      return new ConfigurationError(`${variables.port}: this user may not listen on port ${port}; set one above 1023`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new ConfigurationError(`${variables.host}: ${host} is not an address of this machine`);
    default:
      return error;
  }
}
