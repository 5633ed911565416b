import { make, setText } from "../dom.ts";
import { count, mib } from "../format.ts";
import { STATES } from "./states.ts";
import type { PagesOf } from "./states.ts";

/** The map in numbers and words: a row of the table for each state. */
export class Legend {
  readonly #rows: {
    readonly row: HTMLTableRowElement;
    readonly pages: HTMLElement;
    readonly size: HTMLElement;
    readonly says: HTMLElement;
  }[];

  constructor(table: HTMLTableElement) {
    this.#rows = STATES.map(({ name, label }) => {
      const row = table.tBodies[0]!.insertRow();
      row.style.setProperty("--swatch", `var(--${name})`);
      row.dataset.state = name;
      const head = make("th", label);
      head.setAttribute("scope", "row");
      const cells = { pages: make("td", ""), size: make("td", "", "size"), says: make("td", "", "says") };
      row.append(head, cells.pages, cells.size, cells.says);
      return { row, ...cells };
    });
  }

  /** Shows the number of pages in each state, and what the states mean for such pages. */
  show(counts: readonly number[], of: PagesOf): void {
    this.#rows.forEach(({ row, pages, size, says }, state) => {
      const meaning = STATES[state]!.says[of];
      row.hidden = meaning === undefined;
      setText(says, meaning ?? "");
      setText(pages, `${count(counts[state]!)} pages`);
      setText(size, mib(counts[state]!));
    });
  }
}
