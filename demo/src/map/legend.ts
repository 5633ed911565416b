import { make, setText } from "../dom.ts";
import { count, mib } from "../format.ts";
import { STATES } from "./states.ts";

/** The map in numbers: a row of the table for each state. */
export class Legend {
  readonly #rows: { readonly pages: HTMLElement; readonly size: HTMLElement }[];

  constructor(table: HTMLTableElement) {
    this.#rows = STATES.map(({ name, label, says }) => {
      const row = table.tBodies[0]!.insertRow();
      row.style.setProperty("--swatch", `var(--${name})`);
      row.title = says;
      row.dataset.state = name;
      const head = make("th", label);
      head.setAttribute("scope", "row");
      const cells = { pages: make("td", ""), size: make("td", "") };
      row.append(head, cells.pages, cells.size);
      return cells;
    });
  }

  show(counts: readonly number[]): void {
    this.#rows.forEach(({ pages, size }, state) => {
      setText(pages, `${count(counts[state]!)} pages`);
      setText(size, mib(counts[state]!));
    });
  }
}
