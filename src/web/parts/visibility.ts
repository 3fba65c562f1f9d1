/** Who sees a project. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { Visibility } from "../../projects/project.entity.ts";
import { icon } from "./icon.ts";

const VISIBILITIES = {
  private: { icon: "lock", words: "Private" },
  internal: { icon: "group", words: "Internal" },
  public: { icon: "public", words: "Public" },
} as const;

/** A visibility, in a word with its icon. */
export function visibilityBadge(visibility: Visibility): SafeHtml {
  const { icon: shown, words } = VISIBILITIES[visibility];
  return html`<span class="visibility">${icon(shown)}${words}</span>`;
}
