/** The scopes of a token that is to be made: a box for each, by its own name, with a line of what it allows. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { AccessLevel } from "../../principals/access-level.ts";
import type { TokenScope } from "../../principals/token-scope.ts";
import type { FormState } from "../protocol/form-state.ts";
import { type FieldWords, grouped } from "./labelled.ts";

/** A scope as the list shows it. */
export interface ListedScope {
  readonly scope: TokenScope;
  /** What it allows: a sentence. */
  readonly about: string;
  /** The lowest role that can use it. Where the form chooses a lower one in its field `access_level`, the scope says so. */
  readonly needs?: AccessLevel;
}

/** The field of the scopes. */
export interface ScopeList extends FieldWords {
  readonly groups: readonly { readonly title: string; readonly scopes: readonly ListedScope[] }[];
  /** What is said where pushing is chosen without pulling; undefined where that is no matter, as in a public project. */
  readonly pushAlone?: string;
}

/** The list, with what was chosen of it. @see docs/spec/web.md "Access tokens" */
export function scopeList(form: FormState, field: ScopeList): SafeHtml {
  const chosen = form.values(field.name);
  const first = field.groups[0]?.scopes[0]?.scope;
  const groups = field.groups.map(({ title, scopes }, place) => {
    const id = `${field.name}-group-${place}`;
    const boxes = scopes.map((each) => scopeBox(field.name, each, each.scope === first, chosen.includes(each.scope)));
    return html`<div role="group" aria-labelledby="${id}"><p class="group" id="${id}">${title}</p>${boxes}</div>`;
  });
  const note = field.pushAlone === undefined ? null : html`<p class="push-alone" role="status">${field.pushAlone}</p>`;
  return grouped(form, field, html`<div class="scope-list">${groups}${note}</div>`);
}

function scopeBox(name: string, { scope, about, needs }: ListedScope, isFirst: boolean, isChosen: boolean): SafeHtml {
  const id = isFirst ? name : `${name}-${scope}`;
  const checked = isChosen ? html` checked` : null;
  // The style shows it, by the role that is chosen: no script is needed.
  const unmet =
    needs === undefined
      ? null
      : html` <strong class="unmet" data-needs="${needs}">The chosen role cannot use it.</strong>`;
  return html`<div class="check"><input type="checkbox" id="${id}" name="${name}" value="${scope}"${checked} aria-describedby="${`${id}-about`}"><label for="${id}">${scope}</label><p id="${`${id}-about`}">${about}${unmet}</p></div>\n`;
}
