/** Lines that are ready to use, one way at a time: tabs that are radio buttons, so that they work without a script. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { copyButton } from "./copy-button.ts";

/** A way to use a thing. */
export interface Way {
  readonly name: string;
  readonly lines: string;
  /** What has to be known besides. */
  readonly note?: string | SafeHtml;
}

/** The ways, the first one chosen. `id`: of its own on the page; `label`: what they are ways of. */
export function readyLines(id: string, label: string, ways: readonly Way[]): SafeHtml {
  const tabs = ways.map(({ name, lines, note }, place) => {
    const own = `${id}-${place}`;
    const checked = place === 0 ? html` checked` : null;
    return html`<label><input type="radio" name="${id}" value="${place}"${checked}>${name}</label>
<div class="way"><div class="code"><pre id="${own}" tabindex="0" role="group" aria-label="${name}" translate="no">${lines}</pre>${copyButton({ from: own, object: `the lines for ${name}`, kind: "quiet" })}</div>${note === undefined ? null : html`<p class="sub">${note}</p>`}</div>
`;
  });
  return html`<div class="ways" role="radiogroup" aria-label="${label}">
${tabs}</div>`;
}
