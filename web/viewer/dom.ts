// Elements of the page, by their ids and made anew.
export const at = <T extends HTMLElement = HTMLElement>(id: string): T =>
  document.getElementById(id) as T;

type Members = Record<string, string | boolean | ((event: never) => void)>;

// An element with attributes, handlers (`onclick`) and what is in it.
export const make = <K extends keyof HTMLElementTagNameMap>(
  name: K,
  members: Members = {},
  ...inside: (Node | string)[]
): HTMLElementTagNameMap[K] => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(members)) {
    if (typeof value === "function") element.addEventListener(key.slice(2), value as EventListener);
    else if (typeof value === "boolean") element.toggleAttribute(key, value);
    else element.setAttribute(key, value);
  }
  element.append(...inside);
  return element;
};

export const drawn = (
  name: string,
  members: Record<string, string | number>,
  ...inside: Node[]
): SVGElement => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(members)) element.setAttribute(key, String(value));
  element.append(...inside);
  return element;
};

// Other children in place of those before: the focus stays on what has the same `data-key`, and
// what was opened is open.
export const refill = (parent: HTMLElement, ...children: (Node | string)[]): void => {
  const keyOf = (element: Element | null) =>
    element?.closest<HTMLElement>("[data-key]")?.dataset.key;
  const focused = parent.contains(document.activeElement)
    ? keyOf(document.activeElement)
    : undefined;
  const opened = [...parent.querySelectorAll<HTMLDetailsElement>("details[open][data-key]")].map(
    keyOf,
  );
  parent.replaceChildren(...children);
  for (const details of parent.querySelectorAll<HTMLDetailsElement>("details[data-key]"))
    details.open = opened.includes(details.dataset.key);
  if (focused === undefined) return;
  const same = [...parent.querySelectorAll<HTMLElement>("[data-key]")].find(
    (element) => element.dataset.key === focused,
  );
  (same?.matches("details") ? same.querySelector("summary") : same)?.focus({ preventScroll: true });
};
