/** The addresses of this instance, as clients and people reach them. */
import { type Config, SSH_PORT, type SshAddress } from "./config.ts";

/** The path of the token endpoint (the realm of a registry's challenge), below `KEYSIDE_URL`. */
export const REALM_PATH = "/jwt/auth";

/** The path where registries send their notifications, below `KEYSIDE_URL`. */
export const NOTIFICATIONS_PATH = "/registry/notifications";

/** Makes addresses from full paths (`team/app`) and usernames. */
export interface Links {
  /** The page of a user, a group or a project. */
  web(path: string): string;
  /** Where Git finds a project by HTTP; null where Git is not served. */
  gitHttp(path: string): string | null;
  /** The same by SSH; null where Git over SSH is not served. */
  gitSsh(path: string): string | null;
  /** The registry, as clients name it: `registry.example.com`. */
  readonly registry: string;
  /** Where the API begins to be about a project, or about oneself. */
  api(path: string): string;
  /** The beginning of the names of a project's images: `registry.example.com/team/app`. */
  image(path: string): string;
  /**
   * The page that redeems a sign-in link. The secret is in the query, since a page without script sees nothing else that a
   * link could carry; Keyside's own log has no queries, a proxy's may, and the secret is worth nothing once it was used.
   */
  signInLink(secret: string): string;
}

/** Creates the links of this instance from its configuration. `servesGit`: whether there is a git, and it is on. */
export function createLinks(config: Pick<Config, "url" | "registry" | "ssh">, servesGit: boolean): Links {
  const ssh = servesGit ? config.ssh : undefined;
  const registry = new URL(config.registry.url).host;
  return {
    web: (path) => `${config.url}/${path}`,
    gitHttp: (path) => (servesGit ? `${config.url}/${path}.git` : null),
    gitSsh: (path) => (ssh === undefined ? null : sshAddressOf(ssh.address, path)),
    registry,
    api: (path) => `${config.url}/api/v4/${path}`,
    image: (path) => `${registry}/${path}`,
    signInLink: (secret) => `${config.url}/-/sign_in_link?token=${secret}`,
  };
}

/** In the short form of `scp`, which has no place for a port, where that is SSH's own. */
function sshAddressOf({ user, hostname, port }: SshAddress, path: string): string {
  return port === SSH_PORT ? `${user}@${hostname}:${path}.git` : `ssh://${user}@${hostname}:${port}/${path}.git`;
}
