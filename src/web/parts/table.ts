/**
 * Tables. On a narrow screen each row becomes a card: the roles are written out, since a table that is laid out otherwise
 * would lose them.
 */
import { html, type SafeHtml } from "@remix-run/html-template";

/** A column; the first one that has no boxes heads its rows. */
export interface Column {
  readonly name: string;
  /** Takes a whole line of a card. */
  readonly isWide?: boolean;
  /** Holds buttons: its name is not shown, and it stands at the end. */
  readonly isActs?: boolean;
  /** Holds boxes that choose the row, as {@link rowBox} makes them. */
  readonly isBoxes?: boolean;
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
    ({ name, isActs, isBoxes }) =>
      html`<th role="columnheader" scope="col">${isActs === true || isBoxes === true ? html`<span class="vh">${name}</span>` : name}</th>`,
  );
  const header = columns.findIndex(({ isBoxes }) => isBoxes !== true);
  const body = rows.map((row) => {
    const [cells, marked] = "isNew" in row ? [row.cells, html` class="new"`] : [row, null];
    return html`<tr role="row"${marked}>${cells.map((content, place) => cell(columns[place], place === header, content))}</tr>\n`;
  });
  return html`<div class="card"><table role="table" aria-label="${label}">
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">
${body}</tbody></table></div>`;
}

/** A box that chooses a row. `form`: the id of the form that is sent with it, which stands elsewhere on the page. */
export function rowBox(form: string, name: string, value: string, object: string): SafeHtml {
  return html`<input type="checkbox" form="${form}" name="${name}" value="${value}" aria-label="${`Choose ${object}`}">`;
}

function cell(column: Column | undefined, isHeader: boolean, content: SafeHtml | string | null): SafeHtml {
  if (isHeader) return html`<th role="rowheader" scope="row">${content}</th>`;
  if (column?.isActs === true) return html`<td role="cell" class="end"><div class="acts">${content}</div></td>`;
  if (column?.isBoxes === true) return html`<td role="cell" class="boxes">${content}</td>`;
  const name = column?.name ?? "";
  if (column?.isWide === true) return html`<td role="cell" class="wide" data-h="${name}">${content}</td>`;
  return html`<td role="cell" data-h="${name}">${content}</td>`;
}
