// Elements of the page, by their ids and made anew.
export const at = <T extends HTMLElement = HTMLElement>(id: string): T => document.getElementById(id) as T;

type Members = Record<string, string | boolean | ((event: never) => void)>;

// An element with attributes, handlers (`onclick`) and what is in it.
export const make = <K extends keyof HTMLElementTagNameMap>(
  name: K, members: Members = {}, ...inside: (Node | string)[]
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

export const drawn = (name: string, members: Record<string, string | number>, ...inside: Node[]): SVGElement => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(members)) element.setAttribute(key, String(value));
  element.append(...inside);
  return element;
};
