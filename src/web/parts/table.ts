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

/** A row: a cell for each column. */
export type Row = readonly (SafeHtml | string | null)[];

/** A row that stands out, since it was just made; its words say so too. */
export interface NewRow {
  readonly isNew: true;
  readonly cells: Row;
}

/** A table of some columns. `label`: what it lists, for those who hear the page. */
export function table(label: string, columns: readonly Column[], rows: readonly (Row | NewRow)[]): SafeHtml {
  const heads = columns.map(
    ({ name, isActs }) =>
      html`<th role="columnheader" scope="col">${isActs === true ? html`<span class="vh">${name}</span>` : name}</th>`,
  );
  const body = rows.map((row) => {
    const cells = "isNew" in row ? row.cells : row;
    const marked = "isNew" in row ? html` class="new"` : null;
    return html`<tr role="row"${marked}>${cells.map((content, place) => cell(columns[place], place === 0, content))}</tr>\n`;
  });
  return html`<div class="card"><table role="table" aria-label="${label}">
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">
${body}</tbody></table></div>`;
}

/** The first cell of a row that can be chosen. */
export interface ChoosableRow {
  /** The id of the form that is sent with those chosen: it stands elsewhere, since a form cannot hold the forms in the rows. */
  readonly form: string;
  readonly name: string;
  readonly value: string | number;
  /** What the row is about, for those who hear the box alone. */
  readonly object: string;
}

/** What heads a row, with a box before it that chooses the row. */
export function choosable({ form, name, value, object }: ChoosableRow, head: SafeHtml): SafeHtml {
  return html`<input type="checkbox" form="${form}" name="${name}" value="${value}" aria-label="${`Choose ${object}`}">${head}`;
}

function cell(column: Column | undefined, isHeader: boolean, content: SafeHtml | string | null): SafeHtml {
  if (isHeader) return html`<th role="rowheader" scope="row">${content}</th>`;
  if (column?.isActs === true) return html`<td role="cell" class="end"><div class="acts">${content}</div></td>`;
  const name = column?.name ?? "";
  if (column?.isWide === true) return html`<td role="cell" class="wide" data-h="${name}">${content}</td>`;
  return html`<td role="cell" data-h="${name}">${content}</td>`;
}
