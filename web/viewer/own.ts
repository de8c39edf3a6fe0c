// Data of one's own, dropped on the map: read, drawn and dated in the browser alone. Nothing of it is
// sent anywhere, unless who held its places is asked of the map.
import type * as Leaflet from "leaflet";
import { address } from "./address.ts";
import * as days from "./days.ts";
import { at, make } from "./dom.ts";
import { say } from "./words.ts";

declare const L: typeof Leaflet;

type Properties = Record<string, unknown>;
type Own = GeoJSON.Feature<GeoJSON.Geometry, Properties>;

const MOST_BYTES = 16 * 1024 * 1024;
const MOST_ROWS = 100_000;
const LONGITUDES = ["lon", "lng", "long", "longitude", "x"];
const LATITUDES = ["lat", "latitude", "y"];
const STARTS = ["valid_from", "start_date", "date", "datetime", "start", "from"];
const ENDS = ["valid_to", "end_date", "end", "to"];

// Rows of a table: fields in quotes may hold separators, line ends and doubled quotes (RFC 4180).
export const rows = (text: string): string[][] => {
  const first = text.slice(0, text.indexOf("\n") >>> 0);
  const [separator = ","] = [",", ";", "\t"].sort(
    (a, b) => first.split(b).length - first.split(a).length,
  );
  const out: string[][] = [];
  let [row, field, isQuoted]: [string[], string, boolean] = [[], "", false];
  const end = () => {
    row.push(field);
    if (row.some((one) => one !== "")) out.push(row);
    [row, field] = [[], ""];
  };
  for (let i = text.charCodeAt(0) === 0xfeff ? 1 : 0; i < text.length; i += 1) {
    const c = text[i] as string;
    if (isQuoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') field += text[(i += 1)];
      else isQuoted = false;
    } else if (c === '"' && field === "") isQuoted = true;
    else if (c === separator) {
      row.push(field);
      field = "";
    } else if (c === "\n") end();
    else if (c !== "\r") field += c;
  }
  end();
  return out;
};

// A table of points as features; what has no place is counted.
const ofTable = (text: string): { features: Own[]; left: number } => {
  const [head = [], ...body] = rows(text);
  const names = head.map((name) => name.trim());
  const column = (wanted: string[]) =>
    names.findIndex((name) => wanted.includes(name.toLowerCase()));
  const [lon, lat] = [column(LONGITUDES), column(LATITUDES)];
  if (lon < 0 || lat < 0) throw new Error(say("own-columns"));
  const features = body.flatMap((row): Own[] => {
    const position = [Number(row[lon] || NaN), Number(row[lat] || NaN)];
    if (!position.every(Number.isFinite) || Math.abs(position[1] as number) > 90) return [];
    const properties = Object.fromEntries(names.map((name, i) => [name, row[i] ?? ""]));
    return [{ type: "Feature", geometry: { type: "Point", coordinates: position }, properties }];
  });
  return { features, left: body.length - features.length };
};

const ofGeoJson = (text: string): { features: Own[]; left: number } => {
  const json = JSON.parse(text);
  const all: unknown[] =
    json.type === "FeatureCollection"
      ? json.features
      : json.type === "Feature"
        ? [json]
        : [{ type: "Feature", geometry: json, properties: {} }];
  const features = all.filter((one): one is Own => Boolean((one as Own)?.geometry?.type));
  return {
    features: features.map((one) => ({ ...one, properties: one.properties ?? {} })),
    left: all.length - features.length,
  };
};

const dayOf = (feature: Own, keys: string[]): string => {
  for (const key of keys) {
    const name = Object.keys(feature.properties).find((own) => own.toLowerCase() === key);
    const day = String((name && feature.properties[name]) ?? "").slice(0, 10);
    if (days.isDay(day)) return day;
  }
  return "";
};

export class OwnData {
  private features: Own[] = [];
  private layer: Leaflet.GeoJSON | null = null;
  private day = "";

  constructor(
    private readonly map: Leaflet.Map,
    private readonly style: () => { day: string },
  ) {
    const area = at("map");
    area.addEventListener("dragover", (event) => event.preventDefault());
    area.addEventListener("drop", (event) => {
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file) void this.read(file);
    });
    at<HTMLInputElement>("own-file").addEventListener("change", (event) => {
      const [file] = (event.target as HTMLInputElement).files ?? [];
      if (file) void this.read(file);
    });
    at("own-ask").addEventListener("click", () => void this.ask());
    at("own-away").addEventListener("click", () => this.clear());
  }

  private clear(): void {
    this.layer?.remove();
    [this.layer, this.features] = [null, []];
    at("own").hidden = true;
    at<HTMLInputElement>("own-file").value = "";
  }

  private async read(file: File): Promise<void> {
    this.clear();
    at("own").hidden = false;
    at("own-answer").replaceChildren();
    try {
      if (file.size > MOST_BYTES) throw new Error(say("own-large"));
      const text = await file.text();
      const isTable = /\.(csv|tsv|txt)$/i.test(file.name);
      const { features, left } = isTable ? ofTable(text) : ofGeoJson(text);
      if (features.length > MOST_ROWS) throw new Error(say("own-large"));
      this.features = features;
      at("own-told").textContent = say("own-told", {
        name: file.name,
        count: features.length,
        left,
      });
      this.show(this.style().day, true);
      const box = L.geoJSON(features).getBounds();
      if (box.isValid()) this.map.fitBounds(box, { maxZoom: 11, padding: [40, 40] });
    } catch (error) {
      at("own-told").textContent = `${file.name}: ${(error as Error).message}`;
    }
  }

  // Draws what holds on a day: what has no days does on all.
  show(day: string, isNew = false): void {
    if (!this.features.length || (day === this.day && !isNew)) return;
    this.day = day;
    this.layer?.remove();
    const holds = (feature: Own) => {
      const [from, to] = [dayOf(feature, STARTS), dayOf(feature, ENDS)];
      return !day || ((!from || from <= day) && (!to || day < to));
    };
    this.layer = L.geoJSON(this.features.filter(holds), {
      style: { color: "#006b3c", weight: 2, fillOpacity: 0.2 },
      pointToLayer: (_, place) =>
        L.circleMarker(place, {
          radius: 6,
          color: "#ffffff",
          weight: 1.5,
          fillColor: "#006b3c",
          fillOpacity: 0.9,
        }),
    } as Leaflet.GeoJSONOptions);
    this.layer.bindPopup((layer) => {
      const { properties } = (layer as unknown as { feature: Own }).feature;
      const rows = Object.entries(properties).flatMap(([key, value]) => [
        make("dt", {}, key),
        make("dd", { dir: "auto" }, String(value)),
      ]);
      return make("dl", { class: "names" }, ...rows);
    });
    this.layer.addTo(this.map);
  }

  // Who held the points on their own days, or on the day that is seen: counted, and as a table.
  private async ask(): Promise<void> {
    const points = this.features.filter((feature) => feature.geometry.type === "Point");
    const answer = at("own-answer");
    if (!points.length) return answer.replaceChildren(make("p", {}, say("own-no-points")));
    answer.replaceChildren(make("p", {}, "…"));
    const lines = points.map((feature, i) => {
      const [lon, lat] = (feature.geometry as GeoJSON.Point).coordinates;
      return JSON.stringify({ row: i, lon, lat, date: dayOf(feature, STARTS) || this.day });
    });
    try {
      const response = await fetch(
        address("query", { in: "control,districts", near: "places", f: "ndjson" }),
        {
          method: "POST",
          headers: { "Content-Type": "application/x-ndjson" },
          body: `${lines.join("\n")}\n`,
        },
      );
      const text = await response.text();
      if (!response.ok) throw new Error(JSON.parse(text).detail);
      const joined = text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Properties);
      const counts = new Map<string, number>();
      for (const row of joined) {
        const holder = String(row["control.control"] ?? "") || say("no-one");
        counts.set(holder, (counts.get(holder) ?? 0) + 1);
      }
      const file = new Blob([text], { type: "application/x-ndjson" });
      answer.replaceChildren(
        make(
          "ul",
          {},
          ...[...counts].map(([holder, count]) => make("li", {}, `${holder}: ${count}`)),
        ),
        make("a", { href: URL.createObjectURL(file), download: "held.ndjson" }, say("export-file")),
      );
    } catch (error) {
      answer.replaceChildren(make("p", { role: "alert" }, (error as Error).message));
    }
  }
}
