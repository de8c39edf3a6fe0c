// The words of the page: one file for each language, English where one has none.
import english from "../words/en.json";
import { address } from "./address.ts";

export type Word = keyof typeof english;

export const LANGUAGES: Record<string, string> = {
  en: "English",
  az: "Azərbaycanca",
  hy: "Հայերեն",
  ru: "Русский",
  ka: "ქართული",
  fa: "فارسی",
  tr: "Türkçe",
  fr: "Français",
};
const RIGHT_TO_LEFT = ["fa"];

let own: Partial<Record<Word, string>> = {};
let language = "en";

let wish = 0;

// The newest wish alone is followed.
export const speak = async (wanted: string): Promise<void> => {
  const mine = ++wish;
  const chosen = wanted in LANGUAGES ? wanted : "en";
  let words = {};
  if (chosen !== "en") {
    const answer = await fetch(address(`assets/words-${chosen}.json`));
    if (answer.ok) words = await answer.json();
  }
  if (mine !== wish) return;
  [language, own] = [chosen, words];
  document.documentElement.lang = language;
  document.documentElement.dir = RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
  for (const element of document.querySelectorAll<HTMLElement>("[data-word]")) {
    element.textContent = say(element.dataset.word as Word);
  }
  for (const element of document.querySelectorAll<HTMLElement>("[data-label]")) {
    const text = say(element.dataset.label as Word);
    element.setAttribute("aria-label", text);
    if (element.tagName === "BUTTON") element.title = text;
    if (element instanceof HTMLInputElement) element.placeholder = text;
  }
};

// A word, with what it is said of in place of `{name}`.
export const say = (word: Word, of: Record<string, string | number> = {}): string =>
  (own[word] ?? english[word]).replace(/\{(\w+)\}/g, (_, name) => String(of[name] ?? ""));

export const spoken = (): string => language;

export const area = (km2: number): string =>
  `${new Intl.NumberFormat(language, { maximumFractionDigits: km2 < 100 ? 1 : 0 }).format(km2)} ${say("km2")}`;

export const distance = (m: number): string =>
  m < 1000
    ? `${new Intl.NumberFormat(language, { maximumFractionDigits: 0 }).format(m)} ${say("m")}`
    : `${new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(m / 1000)} ${say("km")}`;

export const date = (day: string): string =>
  new Intl.DateTimeFormat(language, {
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
    calendar: "gregory",
  }).format(new Date(`${day}T00:00:00Z`));

// Of texts by language the one that is read.
export const inOne = (
  texts: string | Record<string, string> | undefined,
  wanted: string,
): string =>
  typeof texts === "string"
    ? texts
    : (texts?.[wanted] ?? texts?.en ?? Object.values(texts ?? {})[0] ?? "");
