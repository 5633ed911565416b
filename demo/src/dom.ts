/** The element of the page with this id. @throws TypeError when the page has none of that kind */
export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new TypeError(`expected #${id} to be ${kind.name}, got ${found?.tagName ?? "nothing"}`);
}

/** Sets a text only if it differs: a screen reader must not announce an unchanged text again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Colours an element as good or bad news, or neither. */
export function setMood(element: Element, mood: "good" | "bad" | undefined): void {
  element.classList.toggle("good", mood === "good");
  element.classList.toggle("bad", mood === "bad");
}

/** A new element with a text. */
export function make(tag: string, text: string, className = ""): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  element.className = className;
  return element;
}
