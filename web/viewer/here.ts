// What is here: the names of a place in every language, who held it when, what it lies in, what is
// near, and what each
// of these rests on.
import { address, json } from "./address.ts";
import { at, make, refill } from "./dom.ts";
import { type Answer, type Feature, name, text } from "./feature.ts";
import type { Band } from "./chart.ts";
import * as days from "./days.ts";
import { area, date as said, distance, say } from "./words.ts";

export interface Asked {
  place: [number, number];
  day: string;
  lang: string;
  // What can be asked: collections by what they are for; none where the map has no such one.
  control: string;
  controlBy: string;
  bands: Band[];
  period: { first: string; last: string };
  go: (day: string) => void;
}

export const coordinates = ([lon, lat]: [number, number]): string =>
  `${Math.abs(lat).toFixed(4)}° ${lat < 0 ? "S" : "N"}, ${Math.abs(lon).toFixed(4)}° ${lon < 0 ? "W" : "E"}`;

// What a fact rests on: its source, licence, accuracy, and how sure its day is; and the feature
// itself.
const basis = (feature: Feature): HTMLElement => {
  const list = make("ul");
  const row = (word: Parameters<typeof say>[0], value: string) => {
    if (value) list.append(make("li", {}, `${say(word)}: ${value}`));
  };
  row("source", text(feature, "source"));
  row("licence", text(feature, "license"));
  const accuracy = Number(text(feature, "accuracy_m"));
  row("accuracy", accuracy ? `± ${distance(accuracy)}` : "");
  row("date-certainty", text(feature, "date_certainty"));
  row("note", text(feature, "note"));
  const item = `collections/${encodeURIComponent(feature.collection)}/items/${encodeURIComponent(feature.id)}`;
  list.append(
    make(
      "li",
      {},
      make("a", { href: address(item, { f: "html" }) }, say("feature")),
      " · ",
      make("a", { href: address(item, { f: "geojson" }) }, "GeoJSON"),
      " · ",
      make("a", { href: address(`${item}/versions`, { f: "html" }) }, say("history")),
    ),
  );
  return make(
    "details",
    { class: "basis", "data-key": `${feature.collection}/${feature.id}` },
    make("summary", {}, say("basis")),
    list,
  );
};

const fact = (feature: Feature, asked: Asked, more = ""): HTMLElement =>
  make(
    "div",
    { class: "fact" },
    make("b", {}, name(feature, asked.lang)),
    more ? ` ${more}` : "",
    basis(feature),
  );

// A property that is a day, or begins with one.
const dayOf = (feature: Feature, key: string): string => {
  const day = text(feature, key).slice(0, 10);
  return days.isDay(day) ? day : "";
};

// Who held the place when, as pieces of a bar; each goes to its first day.
const timeline = (features: Feature[], asked: Asked): HTMLElement => {
  const from = days.number(asked.period.first);
  const length = days.number(asked.period.last) - from;
  const held: { value: string; start: string; end: string }[] = [];
  const starts = features
    .map((feature) => ({
      value: text(feature, asked.controlBy),
      start: dayOf(feature, "valid_from") || asked.period.first,
      end: dayOf(feature, "valid_to") || asked.period.last,
    }))
    .sort((a, b) => a.start.localeCompare(b.start));
  for (const one of starts) {
    const last = held.at(-1);
    if (last && last.value === one.value && last.end === one.start) last.end = one.end;
    else held.push({ ...one });
  }
  const rows = held.map((one) => {
    const band = asked.bands.find((band) => band.name === one.value);
    const label = band?.label ?? one.value;
    const swatch = make("i", {});
    swatch.style.background = band?.hatch
      ? `repeating-linear-gradient(135deg, ${band.hatch} 0 2px, ${band.color} 2px 5px)`
      : (band?.color ?? "#999");
    const when =
      one.end >= asked.period.last
        ? say("from-day", { day: said(one.start) })
        : say("from-to", { from: said(one.start), to: said(days.day(days.number(one.end) - 1)) });
    const isNow = one.start <= asked.day && asked.day < one.end;
    const share = make("span", { class: "piece" });
    share.style.insetInlineStart = `${(Math.max(0, days.number(one.start) - from) / length) * 100}%`;
    const lasts = days.number(one.end) - Math.max(from, days.number(one.start));
    share.style.width = `${Math.max(1.5, (lasts / length) * 100)}%`;
    share.style.background = swatch.style.background;
    return make(
      "li",
      {},
      make(
        "button",
        {
          type: "button",
          "data-key": one.start,
          ...(isNow ? { "aria-current": "date" } : {}),
          onclick: () => asked.go(one.start),
        },
        swatch,
        make("span", {}, label, make("small", {}, when)),
        make("span", { class: "span", "aria-hidden": "true" }, share),
      ),
    );
  });
  return make("ol", { class: "held" }, ...rows);
};

const section = (word: Parameters<typeof say>[0], ...inside: Node[]): HTMLElement[] =>
  inside.length ? [make("section", {}, make("h3", {}, say(word)), ...inside)] : [];

// Names by language, each once.
const names = (feature: Feature): HTMLElement => {
  const all = Object.entries(feature.properties).flatMap(([key, value]) => {
    const lang = key.startsWith("name:") ? key.slice(5) : "";
    return /^[a-z]{2}$/.test(lang) && value ? [[lang, String(value)] as const] : [];
  });
  return make(
    "dl",
    { class: "names" },
    ...all.flatMap(([lang, value]) => [
      make("dt", {}, lang),
      make("dd", { lang, dir: "auto" }, value),
    ]),
  );
};

const EARTH_M = 6_371_000;
const apart = ([lon, lat]: [number, number], [lon2, lat2]: [number, number]): number => {
  const rad = Math.PI / 180;
  const across = (lon2 - lon) * rad * Math.cos(((lat + lat2) / 2) * rad);
  return Math.hypot(across, (lat2 - lat) * rad) * EARTH_M;
};

const NEAR_M = 25_000;

// Fills the panel; the newest question alone is answered.
let question = 0;
export const tell = async (asked: Asked, has: (collection: string) => boolean): Promise<void> => {
  const own = ++question;
  const panel = at("here-body");
  panel.setAttribute("aria-busy", "true");
  const [lon, lat] = asked.place.map((v) => +v.toFixed(5)) as [number, number];
  const place = `${lon},${lat}`;
  const ask = (query: Record<string, string>, isThere = true): Promise<Answer> =>
    isThere ? json<Answer>("query", query) : Promise.resolve({ features: [] });
  const day = asked.day ? { datetime: asked.day } : {};
  const near = (collection: string, k: string, more = {}) =>
    ask(
      { near: place, k, collections: collection, skipGeometry: "true", ...day, ...more },
      has(collection),
    );
  try {
    const [here, held, lines, towns, events] = await Promise.all([
      ask({ at: place, skipGeometry: "true", ...day }),
      ask(
        {
          at: place,
          collections: asked.control,
          skipGeometry: "true",
          datetime: `${asked.period.first}/${asked.period.last}`,
        },
        has(asked.control),
      ),
      near("lines", "1"),
      near("places", "1"),
      ask({ near: place, k: "40", collections: "events" }, has("events")),
    ]);
    if (own !== question) return;
    const town = towns.features[0];
    const isTown = town && (town.distance_m ?? Infinity) < 3000;
    const title = isTown ? name(town, asked.lang) : coordinates([lon, lat]);
    at("here-title").textContent = title;
    const within = here.features.filter((feature) => feature.collection !== asked.control);
    const control = here.features.filter((feature) => feature.collection === asked.control);
    const around = events.features
      .filter((feature) => {
        if (!dayOf(feature, "date")) return false;
        const point =
          feature.geometry?.type === "Point"
            ? (feature.geometry.coordinates as [number, number])
            : null;
        return point && apart([lon, lat], point) < NEAR_M;
      })
      .sort((a, b) => text(a, "date").localeCompare(text(b, "date")));
    const parts = [
      make("p", { class: "place" }, isTown ? coordinates([lon, lat]) : ""),
      ...(isTown ? [names(town)] : []),
      ...section(
        "held-by",
        ...control.map((feature) =>
          fact(feature, asked, feature.area_km2 ? `(${area(feature.area_km2)})` : ""),
        ),
      ),
      ...(held.features.length ? section("held-when", timeline(held.features, asked)) : []),
      ...section(
        "lies-in",
        ...within.map((feature) =>
          fact(feature, asked, feature.area_km2 ? area(feature.area_km2) : ""),
        ),
      ),
      ...section(
        "near",
        ...[...lines.features, ...(isTown ? [] : towns.features)].map((feature) =>
          fact(feature, asked, say("away", { distance: distance(feature.distance_m ?? 0) })),
        ),
      ),
      ...section(
        "events-near",
        ...around.map((feature) =>
          make(
            "div",
            { class: "fact" },
            make(
              "button",
              { type: "button", class: "link", onclick: () => asked.go(dayOf(feature, "date")) },
              said(dayOf(feature, "date")),
            ),
            " ",
            make("b", {}, name(feature, asked.lang)),
            make("p", {}, text(feature, "description")),
            basis(feature),
          ),
        ),
      ),
      make(
        "section",
        {},
        make("h3", {}, say("cite")),
        make(
          "p",
          { class: "cite" },
          `${title}, ${asked.day ? said(asked.day) : ""}. contactline, ${document.title}. ${location.href}`,
        ),
      ),
    ];
    if (!here.features.length && !held.features.length)
      parts.splice(1, 0, make("p", {}, say("nothing-here")));
    refill(panel, ...parts);
  } catch (error) {
    if (own === question)
      panel.replaceChildren(make("p", { role: "alert" }, (error as Error).message));
  } finally {
    if (own === question) panel.removeAttribute("aria-busy");
  }
};
