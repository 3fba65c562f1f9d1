/** What stands in a project where nothing was pushed yet: how the first image comes there. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { quoted } from "../access-tokens/ready-ways.ts";
import { emptyState } from "../parts/empty-state.ts";
import { readyLines } from "../parts/ready-lines.ts";
import { sectionHead } from "../parts/section-head.ts";

/** The lines to paste, for those who may push; the others are told that there is nothing. */
export function firstPush(
  { registry, prefix }: { readonly registry: string; readonly prefix: string },
  mayPush: boolean,
): SafeHtml {
  if (!mayPush) {
    const text = "Registries report what is pushed here, and it shows in this place.";
    return emptyState({ icon: "image", title: "No images yet", text });
  }
  const lines = (client: string) => `${client} login ${quoted(registry)}
${client} build --tag ${quoted(`${prefix}/hello:1`)} .
${client} push ${quoted(`${prefix}/hello:1`)}`;
  const note =
    "In a directory with a Dockerfile. Log in with your username and your password, or with any username and the secret of an access token that may push.";
  return html`<section class="card pad" aria-labelledby="first-push">${sectionHead("first-push", "Push your first image")}
${readyLines("push", "How to push it", [
  { name: "Docker", lines: lines("docker"), note },
  { name: "Podman", lines: lines("podman"), note },
])}</section>`;
}
