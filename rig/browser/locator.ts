import type { Page as Driver } from "puppeteer-core";
import { until } from "./until.ts";

/** What elements are found by. */
export interface Wanted {
  /** Of CSS. */
  readonly selector: string;
  /** Part of their text, in whatever case. */
  readonly hasText: string;
}

type Field = HTMLInputElement | HTMLSelectElement;

/** The elements of a page that match, looked for again at each use. What is done is done to the first of them. */
export class Locator {
  readonly #page: Driver;
  readonly #wanted: Wanted;

  constructor(page: Driver, wanted: Wanted) {
    this.#page = page;
    this.#wanted = wanted;
  }

  /** Clicks, once the element is shown and enabled. */
  async click(): Promise<void> {
    await this.#waitFor(isReady);
    const element = await (await this.#all()).evaluateHandle(([first]) => first!);
    await element.click();
  }

  /** Gives a field a value, as typing or dragging does. */
  async fill(value: string): Promise<void> {
    await this.#waitFor(isReady);
    await this.evaluate(fill, value);
  }

  /** Selects an option by its value or its label, once there is one. */
  async selectOption(wanted: string): Promise<void> {
    await this.#waitFor(hasOption, wanted);
    await this.evaluate(selectOption, wanted);
  }

  async check(): Promise<void> {
    if (!(await this.evaluate(isChecked))) await this.click();
  }

  async uncheck(): Promise<void> {
    if (await this.evaluate(isChecked)) await this.click();
  }

  isDisabled(): Promise<boolean> {
    return this.evaluate((element) => element.matches(":disabled"));
  }

  isVisible(): Promise<boolean> {
    return this.evaluate((element) => element.checkVisibility());
  }

  innerText(): Promise<string> {
    return this.evaluate((element) => (element as HTMLElement).innerText);
  }

  inputValue(): Promise<string> {
    return this.evaluate((element) => (element as Field).value);
  }

  /** Runs a function in the page, on the element, once there is one. */
  async evaluate<Args extends unknown[], Result>(
    code: (element: Element, ...args: Args) => Result,
    ...args: Args
  ): Promise<Awaited<Result>> {
    await this.waitFor();
    const element = await (await this.#all()).evaluateHandle(([first]) => first!);
    return await element.evaluate(code as never, ...args);
  }

  /** Waits until there is one. */
  waitFor(timeoutMs?: number): Promise<void> {
    return this.#waitFor((elements) => elements.length > 0, undefined, timeoutMs);
  }

  /** How many there are now. */
  async count(): Promise<number> {
    return (await this.#all()).evaluate((elements) => elements.length);
  }

  /** The texts of all that there are now. */
  async allInnerTexts(): Promise<string[]> {
    return (await this.#all()).evaluate((elements) => elements.map((e) => (e as HTMLElement).innerText));
  }

  async #waitFor<Arg>(
    condition: (elements: Element[], arg: Arg) => boolean,
    arg?: Arg,
    timeoutMs?: number,
  ): Promise<void> {
    const look = async (): Promise<boolean> => (await this.#all()).evaluate(condition as never, arg);
    await until(look, `an element ${JSON.stringify(this.#wanted)}`, timeoutMs);
  }

  #all() {
    return this.#page.evaluateHandle(find, this.#wanted);
  }
}

// These run in the page.

function find({ selector, hasText }: Wanted): Element[] {
  const text = hasText.toLowerCase();
  return [...document.querySelectorAll(selector)].filter((e) => e.textContent.toLowerCase().includes(text));
}

function isReady([element]: Element[]): boolean {
  return element !== undefined && element.getClientRects().length > 0 && !element.matches(":disabled");
}

function fill(element: Element, value: string): void {
  (element as HTMLElement).focus();
  (element as Field).value = value;
  for (const type of ["input", "change"]) element.dispatchEvent(new Event(type, { bubbles: true }));
}

function hasOption([element]: Element[], wanted: string): boolean {
  const { options = [] } = (element ?? {}) as Partial<HTMLSelectElement>;
  return [...options].some(({ value, label }) => value === wanted || label === wanted);
}

function selectOption(element: Element, wanted: string): void {
  const select = element as HTMLSelectElement;
  const isWanted = ({ value, label }: HTMLOptionElement): boolean => value === wanted || label === wanted;
  select.selectedIndex = [...select.options].findIndex(isWanted);
  for (const type of ["input", "change"]) select.dispatchEvent(new Event(type, { bubbles: true }));
}

function isChecked(element: Element): boolean {
  return (element as HTMLInputElement).checked;
}
