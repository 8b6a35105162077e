import { html, type Markup, type Part } from './markup.ts';

/** A head cell; `number` columns are set flush right. */
export interface Column {
  title: string;
  number?: boolean;
}

export interface Row {
  cells: readonly Part[];
  /** A sentence under the row, over its whole width. */
  why?: string;
}

/** A table that scrolls sideways by itself where the page is narrow; nothing for no rows. */
export function tableOf(columns: readonly Column[], rows: readonly Row[]): Markup | null {
  if (rows.length === 0) return null;
  const style = (at: number): string => (columns[at]?.number ? 'n' : '');
  return html`<div class="scroll"><table><thead><tr>${columns.map(({ title }, at) => html`<th scope="col" class="${style(at)}">${title}</th>`)}</tr></thead><tbody>${rows.map(
    ({ cells, why }) =>
      html`<tr class="${why === undefined ? '' : 'has-why'}">${cells.map((cell, at) => html`<td class="${style(at)}">${cell}</td>`)}</tr>${
        why === undefined ? null : html`<tr class="why"><td colspan="${columns.length}">${why}</td></tr>`
      }`,
  )}</tbody></table></div>
`;
}
