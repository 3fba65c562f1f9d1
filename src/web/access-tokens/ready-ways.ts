/** Lines to paste: how each client takes a new secret, by its standard input wherever it can. */
import type { TokenScope } from "../../principals/token-scope.ts";
import type { Way } from "../parts/ready-lines.ts";

/** What the lines are about. */
export interface ReadyToken {
  readonly secret: string;
  /** Clients want one; Keyside takes any. */
  readonly username: string;
  readonly scopes: readonly TokenScope[];
  /** `registry.example.com`. */
  readonly registry: string;
  /** The beginning of the names of the project's images; undefined for a personal token, which has no project. */
  readonly image: string | undefined;
  /** Keyside's URL, and the path of the API below it that the token is good for. */
  readonly api: string;
}

/** The ways that the scopes are good for. */
export function readyWays(token: ReadyToken): Way[] {
  const has = (...scopes: readonly TokenScope[]) => scopes.some((scope) => token.scopes.includes(scope));
  const ofRegistry = has("read_registry", "write_registry", "delete_registry");
  return [...(ofRegistry ? registryWays(token) : []), ...(has("api", "read_api") ? [apiWay(token)] : [])];
}

function registryWays({ secret, username, registry, image }: ReadyToken): Way[] {
  const login = (client: string) =>
    `printf %s ${quoted(secret)} | ${client} login ${registry} --username ${quoted(username)} --password-stdin`;
  const example = image ?? `${registry}/team/app`;
  return [
    { name: "Docker", lines: login("docker") },
    { name: "Podman", lines: login("podman") },
    {
      name: "GitHub Actions",
      lines: `- uses: docker/login-action@v3
  with:
    registry: ${registry}
    username: ${username}
    password: \${{ secrets.KEYSIDE_TOKEN }}`,
      note: "Keep the secret as KEYSIDE_TOKEN among the secrets of the repository, under Settings, Secrets and variables, Actions.",
    },
    {
      name: "GitLab CI",
      lines: `script:
  - printf %s "$KEYSIDE_TOKEN" | docker login ${registry} --username ${quoted(username)} --password-stdin
  - docker push ${example}:"$CI_COMMIT_SHORT_SHA"`,
      note: "Keep the secret as the masked variable KEYSIDE_TOKEN, under Settings, CI/CD, Variables.",
    },
    {
      name: "Kubernetes",
      lines: `kubectl create secret docker-registry keyside \\
  --docker-server=${registry} --docker-username=${quoted(username)} --docker-password=${quoted(secret)}
kubectl patch serviceaccount default --patch '{"imagePullSecrets": [{"name": "keyside"}]}'`,
      note: "The second line lets all pods of the namespace that run as its default account pull with it.",
    },
    {
      name: "Kubernetes YAML",
      lines: `apiVersion: v1
kind: Secret
metadata:
  name: keyside
type: kubernetes.io/dockerconfigjson
stringData:
  .dockerconfigjson: |
    ${JSON.stringify({ auths: { [registry]: { username, password: secret } } })}`,
    },
  ];
}

/** By a file that standard input is, so that the secret is in no list of processes. @see `man curl`, --config */
function apiWay({ secret, api }: ReadyToken): Way {
  return {
    name: "API",
    lines: `printf 'header = "PRIVATE-TOKEN: %s"' ${quoted(secret)} | curl --fail --config - ${quoted(api)}`,
  };
}

/** A text as one word of a POSIX shell. */
export function quoted(text: string): string {
  return /^[A-Za-z0-9_./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
