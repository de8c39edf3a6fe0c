// What the page shows, as its address says it: a link to the page is a link to this.
import { isDay } from "./days.ts";

export interface View {
  style: string;
  date: string;
  // The first day of a range that `date` ends, whose changes are shown; or nothing.
  since: string;
  lang: string;
  worldview: string;
  // The language of the page itself.
  ui: string;
  // Zoom, latitude, longitude; none where the map is fitted.
  map: [number, number, number] | null;
  // Longitude and latitude of the place that is asked about.
  at: [number, number] | null;
  // Whether both days of a range are drawn, on either side of a line.
  swipe: boolean;
  // Layers that are not drawn.
  hide: string[];
}

const numbers = (text: string | null, split: string, count: number): number[] | null => {
  const all = (text ?? "").split(split).map(Number);
  return text && all.length === count && all.every(Number.isFinite) ? all : null;
};

export const read = (search: string): Partial<View> => {
  const query = new URLSearchParams(search);
  const view: Partial<View> = {};
  for (const key of ["style", "lang", "worldview", "ui"] as const) {
    const value = query.get(key);
    if (value) view[key] = value;
  }
  for (const key of ["date", "since"] as const) {
    const value = query.get(key);
    if (value && isDay(value)) view[key] = value;
  }
  view.map = numbers(query.get("map"), "/", 3) as View["map"];
  view.at = numbers(query.get("at"), ",", 2) as View["at"];
  view.swipe = query.get("compare") === "swipe";
  view.hide = (query.get("hide") ?? "").split(",").filter(Boolean);
  return view;
};

// The address of a view, without what is as it would be anyway.
export const written = (view: View, usual: Partial<View>): string => {
  const query = new URLSearchParams();
  // The map's language is always said: whoever follows the link may read another.
  for (const key of ["style", "date", "since", "lang", "worldview", "ui"] as const) {
    if (view[key] && (view[key] !== usual[key] || key === "lang")) query.set(key, view[key]);
  }
  if (view.map) {
    const [zoom, lat, lon] = view.map;
    query.set("map", `${+zoom.toFixed(2)}/${lat.toFixed(4)}/${lon.toFixed(4)}`);
  }
  if (view.at) query.set("at", view.at.map((v) => v.toFixed(4)).join(","));
  if (view.swipe && view.since) query.set("compare", "swipe");
  if (view.hide.length) query.set("hide", view.hide.join(","));
  // What is plain within a query stays readable.
  return query.toString().replaceAll("%2F", "/").replaceAll("%2C", ",");
};
