/** Renders what the service of a registry needs in a compose file, to trust Keyside. */
import { registryEnvironment } from "./registry-environment.ts";
import { type RegistryTrust, scalar } from "./render-registry-config.ts";

/**
 * The service `registry`, with Keyside's `ca.crt` beside the compose file.
 *
 * @see https://docs.docker.com/reference/compose-file/interpolation/
 */
export function renderComposeService(trust: RegistryTrust): string {
  // Compose puts values in for what begins with a dollar.
  const lines = registryEnvironment(trust).map(
    ([name, value]) => `      ${name}: ${scalar(value.replaceAll("$", "$$$$"))}`,
  );
  return `services:
  registry:
    image: registry:2
    environment:
${lines.join("\n")}
    volumes:
      - ${scalar(`./ca.crt:${trust.rootCertBundle}:ro`)}
`;
}
