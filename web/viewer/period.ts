// What a style's time is: its days of change, the events, and who held how much.
import { json } from "./address.ts";
import type { Band, Step } from "./chart.ts";
import * as days from "./days.ts";
import { type Answer, name, text } from "./feature.ts";
import type { Entry, Styled, Told } from "./sheet.ts";
import type { Period } from "./time.ts";
import { inOne } from "./words.ts";

const bands = (told: Told, entries: Entry[], lang: string): Band[] =>
  (told.series?.values ?? []).map(([name, i]) => {
    const entry = entries[i];
    return {
      name,
      label: inOne(entry?.label, lang),
      color: entry?.color ?? "#999",
      ...(entry?.hatch ? { hatch: entry.hatch } : {}),
    };
  });

const events = async (
  told: Told,
  collections: string[],
  lang: string,
): Promise<Period["events"]> => {
  if (!told.events || !collections.includes(told.events)) return [];
  const answer = await json<Answer>(`collections/${encodeURIComponent(told.events)}/items`, {
    f: "geojson",
    skipGeometry: "true",
    limit: 100_000,
  });
  return answer.features
    .flatMap((feature) => {
      const day = text(feature, "date");
      return days.isDay(day) ? [{ day, name: name(feature, lang) }] : [];
    })
    .sort((a, b) => a.day.localeCompare(b.day));
};

// What the style's time is: its days of change, the events, and who held how much.
export const periodOf = async (
  styled: Styled,
  told: Told,
  entries: Entry[],
  collections: string[],
  lang: string,
): Promise<Period> => {
  const changes = styled.dates;
  const happened = await events(told, collections, lang);
  const all = [...changes, ...happened.map((event) => event.day)].sort();
  const first = told.first ?? all[0] ?? "";
  const last = told.last ?? (all.length ? days.monthsAway(all.at(-1) as string, 1) : "");
  const series = told.series;
  const steps =
    series && first && collections.includes(series.collection)
      ? (
          await json<{ series: Step[] }>("query", {
            over: `${first}/${last}`,
            collections: series.collection,
            sum_by: series.by,
          })
        ).series
      : [];
  return { first, last, changes, events: happened, steps, bands: bands(told, entries, lang) };
};
