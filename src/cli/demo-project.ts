/** The private project that shows a new user what Keyside does, and the commands that they paste into a shell. */
import { addDays, systemClock, utcDate } from "../clock.ts";
import { groupAddress, projectAddress } from "./addresses.ts";
import type { KeysideClient } from "./keyside-client.ts";

const DEMO_GROUP = "demo";
const DEMO_PROJECT = `${DEMO_GROUP}/app`;

/** The image of the registry itself, which everybody has whose registry runs in a container. */
export const REGISTRY_IMAGE = "registry:2";

/** A token that was shown on a screen should not live for long. */
const TOKEN_LIFETIME_DAYS = 30;

/**
 * Makes the demo project where it is missing, with the feature on for it alone, and a fresh token that pulls and pushes.
 *
 * @returns the token's secret
 * @throws RefusedError when the service refuses
 */
export async function createDemoToken(client: KeysideClient): Promise<string> {
  const project = projectAddress(DEMO_PROJECT);
  if ((await client.find(project)) === undefined) {
    const group =
      (await client.find(groupAddress(DEMO_GROUP))) ??
      (await client.call("POST", "/groups", { name: "Demo", path: DEMO_GROUP })).body;
    const { id } = group as { id: number };
    await client.call("POST", "/projects", { name: "App", path: "app", namespace_id: id, visibility: "private" });
    await client.call("POST", "/features/resource_access_token", { value: true, project: DEMO_PROJECT });
  }
  const { body } = await client.call("POST", `${project}/access_tokens`, {
    name: "Demo",
    description: "Made for the lines to paste",
    scopes: ["read_registry", "write_registry"],
    expires_at: addDays(utcDate(systemClock.now()), TOKEN_LIFETIME_DAYS),
  });
  return (body as { token: string }).token;
}

/**
 * The shell commands that log in, push an image into the demo project and pull it, a line each.
 *
 * @param registry `host:port` as the Docker client names it
 * @param image one that the user's engine has, or can pull
 */
export function pasteLines({ registry, secret, image }: { registry: string; secret: string; image: string }): string[] {
  const target = `${registry}/${DEMO_PROJECT}/hello:1`;
  return [
    `echo ${secret} | docker login ${registry} --username demo --password-stdin`,
    `docker tag ${image} ${target}`,
    `docker push ${target}`,
    `docker pull ${target}`,
  ];
}
