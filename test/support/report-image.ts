/** Stores what a registry reports of a bot and an image, without the registry. */
import { storeRegistryEvents } from "../../src/registry/store-registry-events.ts";
import type { TestService } from "./service.ts";
import type { ProjectAccessToken } from "./world.ts";

/** An image by its repository's whole name, and when something was done with it: now unless said otherwise. */
export interface ReportedImage {
  readonly repository?: string;
  readonly tag?: string | null;
  readonly at?: Date;
}

/** Stores one report; throws unless it was new. */
export async function reportImage(
  { container, clock }: TestService,
  { client }: Pick<ProjectAccessToken, "client">,
  action: "pull" | "push",
  { repository = "olga/app/web", tag = "1.8.2", at = clock.now() }: ReportedImage,
): Promise<void> {
  const actor: string = (await client.get("/user")).body.username;
  const nothing = { fromRepository: null, mediaType: null, address: undefined, client: undefined };
  const digest = `sha256:${"a".repeat(64)}`;
  const event = { id: container.ids.uuid(), happenedAt: at, action, repository, tag, digest, actor, ...nothing };
  if ((await storeRegistryEvents(container, [event])) !== 1) throw new Error("the report was not new");
}
