/**
 * Tables. On a narrow screen each row becomes a card: the roles are written out, since a table that is laid out otherwise
 * would lose them.
 */
import { html, type SafeHtml } from "@remix-run/html-template";

/** A column; the first one heads its rows. */
export interface Column {
  readonly name: string;
  /** Takes a whole line of a card. */
  readonly isWide?: boolean;
  /** Holds buttons: its name is not shown, and it stands at the end. */
  readonly isActs?: boolean;
}

/** A row: a cell for each column, and whether it is marked as new. */
export type Row = readonly (SafeHtml | string | null)[];

/** A table of some columns. `label`: what it lists, for those who hear the page. */
export function table(label: string, columns: readonly Column[], rows: readonly Row[]): SafeHtml {
  const heads = columns.map(
    ({ name, isActs }) =>
      html`<th role="columnheader" scope="col">${isActs === true ? html`<span class="vh">${name}</span>` : name}</th>`,
  );
  const body = rows.map(
    (row) => html`<tr role="row">${row.map((content, place) => cell(columns[place], place, content))}</tr>\n`,
  );
  return html`<div class="card"><table role="table" aria-label="${label}">
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">
${body}</tbody></table></div>`;
}

function cell(column: Column | undefined, place: number, content: SafeHtml | string | null): SafeHtml {
  if (place === 0) return html`<th role="rowheader" scope="row">${content}</th>`;
  if (column?.isActs === true) return html`<td role="cell" class="end"><div class="acts">${content}</div></td>`;
  const name = column?.name ?? "";
  if (column?.isWide === true) return html`<td role="cell" class="wide" data-h="${name}">${content}</td>`;
  return html`<td role="cell" data-h="${name}">${content}</td>`;
}
