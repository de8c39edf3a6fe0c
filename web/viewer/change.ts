// What changed between two days: in words and square kilometres, and drawn over the map.
import type * as Leaflet from "leaflet";
import { json } from "./address.ts";
import type { Band } from "./chart.ts";
import { at, make } from "./dom.ts";
import { area, date as said, say } from "./words.ts";

declare const L: typeof Leaflet;

interface Change {
  features: { type: "Feature"; geometry: GeoJSON.Geometry; properties: Record<string, unknown> }[];
  sums?: { groups?: Record<string, { area_km2?: number }> };
  events?: { date: string; name: string }[];
}

export interface Between {
  since: string;
  day: string;
  collection: string;
  by: string;
  bands: Band[];
}

let drawn: Leaflet.GeoJSON | null = null;
let asked = 0;

// `isDrawn`: over the map, too.
export const change = async (map: Leaflet.Map, between: Between | null, isDrawn: boolean): Promise<void> => {
  const own = ++asked;
  at("change").hidden = between === null;
  if (!between) {
    drawn?.remove();
    drawn = null;
    return;
  }
  const { since, day, collection, by, bands } = between;
  const called = (value: string) => bands.find((band) => band.name === value)?.label ?? (value || say("no-one"));
  const answer = await json<Change>("query", { between: `${since}/${day}`, collections: collection, property: by, limit: 1000 });
  if (own !== asked) return;
  drawn?.remove();
  drawn = null;
  if (isDrawn) drawn = L.geoJSON(answer.features.filter((feature) => feature.geometry) as unknown as GeoJSON.Feature[], {
    interactive: false,
    style: { color: "#7a003c", weight: 2.5, dashArray: "6 4", fillColor: "#7a003c", fillOpacity: 0.16 },
    pointToLayer: (_, place) => L.circleMarker(place, { radius: 4 }),
  } as Leaflet.GeoJSONOptions).addTo(map);
  const groups = Object.entries(answer.sums?.groups ?? {}).filter(([, sum]) => (sum.area_km2 ?? 0) > 0.05);
  const rows = groups.sort(([, a], [, b]) => (b.area_km2 ?? 0) - (a.area_km2 ?? 0)).map(([way, sum]) => {
    const [from = "", to = ""] = way.split(" → ");
    return make("li", {}, say("changed", { area: area(sum.area_km2 ?? 0), from: called(from), to: called(to) }));
  });
  at("change-title").textContent = say("between", { from: said(since), to: said(day) });
  at("change-list").replaceChildren(...(rows.length ? rows : [make("li", {}, say("unchanged"))]));
};
