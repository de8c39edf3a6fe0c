// The map: a style's tiles in Leaflet. Another day comes on a layer of its own, and the one before
// goes only
// when that is whole: nothing flashes.
import type * as Leaflet from "leaflet";
import { address, type Query } from "./address.ts";

declare const L: typeof Leaflet;

const AGAIN_MS = 1000;
const MOST_TRIES = 3;
// How long a day may take before it is shown as far as it is there.
const PATIENCE_MS = 2500;
// How long a day must be wanted while another is on its way.
const PASSED_MS = 150;

export class Ground {
  readonly leaflet: Leaflet.Map;
  private shown: Leaflet.TileLayer | null = null;
  private coming: Leaflet.TileLayer | null = null;
  private mark: Leaflet.CircleMarker | null = null;
  // Layers made ahead of their day, by their addresses.
  private readonly ahead = new Map<string, Leaflet.TileLayer>();
  private url = "";
  private due: ReturnType<typeof setTimeout> | undefined;
  private passed: () => void = () => {};
  attribution = "";

  constructor(
    element: HTMLElement,
    private readonly fail: (told: string) => void,
  ) {
    // Whole zooms alone: browsers draw hairs between tiles that they scale.
    this.leaflet = L.map(element, {
      zoomControl: false,
      minZoom: 2,
      maxZoom: 18,
      worldCopyJump: true,
      // A tile that fades in is, while it does, not the map.
      fadeAnimation: false,
    });
    this.leaflet.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
    L.control.zoom({ position: "bottomright" }).addTo(this.leaflet);
    L.control.scale({ position: "bottomleft" }).addTo(this.leaflet);
  }

  layer(url: string, options: Leaflet.TileLayerOptions = {}): Leaflet.TileLayer {
    const layer = L.tileLayer(url, { maxZoom: 18, attribution: this.attribution, ...options });
    // A busy server asks to come again.
    layer.on("tileerror", ({ tile }: Leaflet.TileErrorEvent) => {
      const tries = Number(tile.dataset.tries ?? 0) + 1;
      if (tries > MOST_TRIES) return this.fail("tiles");
      tile.dataset.tries = String(tries);
      const source = (tile as HTMLImageElement).src;
      setTimeout(() => {
        (tile as HTMLImageElement).src = source;
      }, AGAIN_MS * tries);
    });
    return layer;
  }

  static url(style: string, query: Query): string {
    const ratio = window.devicePixelRatio > 1 ? "@2x" : "";
    const url = address(`styles/${encodeURIComponent(style)}/Z/X/Y${ratio}.png`, query);
    return url.replace("/Z/X/Y", "/{z}/{x}/{y}");
  }

  // Asks for a day's tiles before it is shown.
  prepare(urls: string[]): void {
    for (const [url, layer] of this.ahead) {
      if (!urls.includes(url) && layer !== this.coming && layer !== this.shown) {
        layer.remove();
        this.ahead.delete(url);
      }
    }
    for (const url of urls) {
      if (url === this.url || this.ahead.has(url)) continue;
      const layer = this.layer(url).setOpacity(0).setZIndex(1).addTo(this.leaflet);
      this.ahead.set(url, layer);
    }
  }

  // Shows tiles, when they are all there. While some are on their way, those of days in between are
  // passed over: a bar of time that is dragged asks for no day that nobody would see.
  show(url: string): Promise<void> {
    clearTimeout(this.due);
    this.passed();
    this.passed = () => {};
    if (url === this.url) return Promise.resolve();
    if (!this.coming) return this.start(url);
    return new Promise((resolve) => {
      this.passed = resolve;
      this.due = setTimeout(() => void this.start(url).then(resolve), PASSED_MS);
    });
  }

  private start(url: string): Promise<void> {
    this.url = url;
    if (this.coming !== this.shown) this.coming?.remove();
    const made = this.ahead.get(url);
    const layer = made ?? this.layer(url).setOpacity(0).addTo(this.leaflet);
    this.ahead.delete(url);
    this.coming = layer;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(late);
        layer.off("load", done);
        if (this.coming !== layer) return resolve();
        const before = this.shown;
        layer.setOpacity(1).setZIndex(2);
        this.shown = layer;
        this.coming = null;
        if (before && before !== layer) before.remove();
        resolve();
      };
      const late = setTimeout(done, this.shown ? PATIENCE_MS : 0);
      if (made && !made.isLoading()) done();
      else layer.on("load", done);
    });
  }

  ring(place: [number, number] | null): void {
    this.mark?.remove();
    this.mark = null;
    if (!place) return;
    this.mark = L.circleMarker([place[1], place[0]], {
      radius: 8,
      color: "#1b1b1b",
      weight: 2.5,
      fillColor: "#fff",
      fillOpacity: 0.4,
      interactive: false,
    }).addTo(this.leaflet);
  }

  // West, south, east, north; the west is past the east where they lie on both sides of the
  // antimeridian.
  bounds(): [number, number, number, number] {
    const bounds = this.leaflet.getBounds();
    const clamped = (lat: number) => Math.max(-85, Math.min(85, lat));
    const [south, north] = [clamped(bounds.getSouth()), clamped(bounds.getNorth())];
    if (bounds.getEast() - bounds.getWest() >= 360) return [-180, south, 180, north];
    // Over the antimeridian the west has the higher number.
    const home = (lon: number) => ((((lon + 180) % 360) + 360) % 360) - 180;
    return [home(bounds.getWest()), south, home(bounds.getEast()), north];
  }
}
