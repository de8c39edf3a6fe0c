// Search of places by name in any script, and of coordinates: a list that is led by the keyboard
// (ARIA's combobox).
import { json } from "./address.ts";
import { at, make } from "./dom.ts";
import { type Answer, type Feature, name, text } from "./feature.ts";
import { say } from "./words.ts";

export interface Found {
  name: string;
  place: [number, number];
  bounds?: [number, number, number, number];
}

const WAIT_MS = 150;
const MOST = 8;

// `39.76, 46.75`, latitude first, as people write it; with N, S, E, W in any order.
export const coordinates = (text: string): [number, number] | null => {
  const plain = text
    .trim()
    .match(/^([+-]?\d+(?:\.\d+)?)\s*°?\s*([NSEW]?)[\s,;]+([+-]?\d+(?:\.\d+)?)\s*°?\s*([NSEW]?)$/i);
  if (!plain) return null;
  const [, a, first, b, second] = plain as unknown as [string, string, string, string, string];
  const signed = (value: string, side: string) => Number(value) * (/[SW]/i.test(side) ? -1 : 1);
  const isSwapped = /[EW]/i.test(first) || /[NS]/i.test(second);
  const [lat, lon] = isSwapped
    ? [signed(b, second), signed(a, first)]
    : [signed(a, first), signed(b, second)];
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? [lon, lat] : null;
};

const bounds = (geometry: GeoJSON.Geometry): [number, number, number, number] => {
  const box: [number, number, number, number] = [180, 90, -180, -90];
  const take = (value: unknown): void => {
    if (!Array.isArray(value)) return;
    if (typeof value[0] === "number") {
      const [x, y] = value as [number, number];
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    } else value.forEach(take);
  };
  if (geometry.type === "GeometryCollection")
    geometry.geometries.forEach((one) => take("coordinates" in one ? one.coordinates : []));
  else take(geometry.coordinates);
  return box;
};

const found = (feature: Feature, lang: string): Found[] => {
  if (!feature.geometry) return [];
  const box = bounds(feature.geometry);
  const called = name(feature, lang);
  const matched = feature.matched && feature.matched !== called ? ` (${feature.matched})` : "";
  return [
    {
      name: called + matched,
      place: [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2],
      ...(box[0] < box[2] ? { bounds: box } : {}),
    },
  ];
};

export const search = (
  settings: () => { day: string; lang: string },
  go: (found: Found) => void,
): void => {
  const input = at<HTMLInputElement>("search");
  const list = at("search-list");
  let results: Found[] = [];
  let active = -1;
  let waiting: ReturnType<typeof setTimeout>;
  let asked = 0;

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (place: Found) => {
    input.value = place.name;
    close();
    go(place);
  };
  const show = (told = "") => {
    list.replaceChildren(
      ...results.map((place, i) =>
        make(
          "li",
          {
            role: "option",
            id: `found-${i}`,
            "aria-selected": String(i === active),
            dir: "auto",
            onpointerdown: (event: PointerEvent) => {
              event.preventDefault();
              choose(place);
            },
          },
          place.name,
        ),
      ),
    );
    if (!results.length && told)
      list.replaceChildren(
        make("li", { role: "option", "aria-disabled": "true", "aria-selected": "false" }, told),
      );
    list.hidden = !list.children.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    if (active >= 0) input.setAttribute("aria-activedescendant", `found-${active}`);
    else input.removeAttribute("aria-activedescendant");
  };
  const ask = async () => {
    const own = ++asked;
    const text_ = input.value.trim();
    active = -1;
    if (!text_) {
      results = [];
      return close();
    }
    const place = coordinates(text_);
    if (place) {
      results = [{ name: `${place[1]}, ${place[0]}`, place }];
      return show();
    }
    const { day, lang } = settings();
    try {
      const answer = await json<Answer>("query", {
        name: text_,
        limit: MOST * 2,
        ...(day ? { datetime: day } : {}),
      });
      if (own !== asked) return;
      const known = new Set<string>();
      results = answer.features
        .flatMap((feature) => (text(feature, "kind") === "event" ? [] : found(feature, lang)))
        .filter((one) => !known.has(one.name) && known.add(one.name))
        .slice(0, MOST);
      show(say("not-found"));
    } catch (error) {
      if (own === asked) {
        results = [];
        show((error as Error).message);
      }
    }
  };
  input.addEventListener("input", () => {
    results = [];
    clearTimeout(waiting);
    waiting = setTimeout(ask, WAIT_MS);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && results.length) {
      active = (active + by + results.length) % results.length;
      show();
      event.preventDefault();
    } else if (event.key === "Enter") {
      event.preventDefault();
      const first = () => {
        const place = results[Math.max(0, active)];
        if (place) choose(place);
      };
      clearTimeout(waiting);
      if (results.length) first();
      else void ask().then(first);
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      close();
    }
  });
};
