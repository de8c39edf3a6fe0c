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

// Pieces that are drawn; the sums are of all.
const MOST = 1000;

let drawn: Leaflet.GeoJSON | null = null;
let asked = 0;

// `isDrawn`: over the map, too.
export const change = async (
  map: Leaflet.Map,
  between: Between | null,
  isDrawn: boolean,
): Promise<void> => {
  const own = ++asked;
  at("change").hidden = between === null;
  if (!between) {
    drawn?.remove();
    drawn = null;
    return;
  }
  const { since, day, collection, by, bands } = between;
  const box = at("change");
  at("change-title").textContent = say("between", { from: said(since), to: said(day) });
  at("change-list").replaceChildren();
  drawn?.remove();
  drawn = null;
  box.setAttribute("aria-busy", "true");
  const called = (value: string) =>
    value === "none" || value === ""
      ? say("no-one")
      : (bands.find((band) => band.name === value)?.label ?? value);
  try {
    const query = {
      between: `${since}/${day}`,
      collections: collection,
      property: by,
      limit: MOST,
    };
    const answer = await json<Change>("query", query);
    if (own !== asked) return;
    if (isDrawn) {
      drawn = L.geoJSON(
        answer.features.filter((feature) => feature.geometry) as unknown as GeoJSON.Feature[],
        {
          interactive: false,
          style: {
            color: "#7a003c",
            weight: 2.5,
            dashArray: "6 4",
            fillColor: "#7a003c",
            fillOpacity: 0.16,
          },
          pointToLayer: (_, place) => L.circleMarker(place, { radius: 4 }),
        } as Leaflet.GeoJSONOptions,
      ).addTo(map);
    }
    const groups = Object.entries(answer.sums?.groups ?? {});
    const rows = groups
      .sort(([, a], [, b]) => (b.area_km2 ?? 0) - (a.area_km2 ?? 0))
      .map(([way, sum]) => {
        const [from = "", to = ""] = way.split(" → ");
        return make(
          "li",
          {},
          say("changed", { area: area(sum.area_km2 ?? 0), from: called(from), to: called(to) }),
        );
      });
    at("change-list").replaceChildren(...(rows.length ? rows : [make("li", {}, say("unchanged"))]));
  } catch (error) {
    if (own === asked)
      at("change-list").replaceChildren(make("li", { role: "alert" }, (error as Error).message));
  } finally {
    if (own === asked) box.removeAttribute("aria-busy");
  }
};
