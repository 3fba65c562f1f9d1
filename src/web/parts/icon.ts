/** The icons, from GitHub's set. They are decoration: the words beside them, or the name of their button, say it all. */
import octicons from "@primer/octicons";
import { html, type SafeHtml } from "@remix-run/html-template";

/** Which icon stands for what. */
const ICONS = {
  activity: "pulse",
  alert: "alert",
  check: "check",
  clock: "clock",
  close: "x",
  copy: "copy",
  danger: "stop",
  group: "organization",
  home: "home",
  image: "package",
  info: "info",
  key: "key",
  lock: "lock",
  members: "people",
  minus: "dash",
  more: "kebab-horizontal",
  next: "chevron-right",
  plus: "plus",
  previous: "chevron-left",
  project: "repo",
  public: "globe",
  registry: "server",
  search: "search",
  session: "device-desktop",
  settings: "sliders",
  user: "person",
} as const;

/** The name of an icon. */
export type IconName = keyof typeof ICONS;

const drawn = new Map<IconName, SafeHtml>();

/** An icon of 16 pixels in the colour of the text around it, hidden from those who hear the page. */
export function icon(name: IconName): SafeHtml {
  const known = drawn.get(name);
  if (known !== undefined) return known;
  const { path, width } = octicons[ICONS[name]].heights[16] ?? { path: "", width: 16 };
  const svg = html.raw`<svg class="i" viewBox="0 0 ${width} 16" aria-hidden="true">${path}</svg>`;
  drawn.set(name, svg);
  return svg;
}
