// Two days in one map: the earlier one on the left of a line that is moved, the later one on its
// right.
import type * as Leaflet from "leaflet";
import { at } from "./dom.ts";
import { date as said, say } from "./words.ts";

const STEP = 0.05;

export class Swipe {
  // The newest last; those before it stay until it is whole.
  private layers: Leaflet.TileLayer[] = [];
  private url = "";
  private share = 0.5;
  private readonly line = at("swipe-line");

  constructor(
    private readonly map: Leaflet.Map,
    private readonly make: (url: string, options: Leaflet.TileLayerOptions) => Leaflet.TileLayer,
  ) {
    map.createPane("since").style.zIndex = "250";
    map.on("move zoom resize viewreset zoomend", () => this.clip());
    const move = (event: PointerEvent) => {
      const box = map.getContainer().getBoundingClientRect();
      this.to((event.clientX - box.left) / box.width);
    };
    this.line.addEventListener("pointerdown", (event) => {
      this.line.setPointerCapture(event.pointerId);
      this.line.addEventListener("pointermove", move);
      const done = () => {
        this.line.removeEventListener("pointermove", move);
        this.line.removeEventListener("pointerup", done);
        this.line.removeEventListener("pointercancel", done);
      };
      this.line.addEventListener("pointerup", done);
      this.line.addEventListener("pointercancel", done);
      event.preventDefault();
      event.stopPropagation();
      this.line.focus({ preventScroll: true });
    });
    this.line.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -STEP, ArrowRight: STEP, Home: -1, End: 1 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      this.to(this.share + by);
    });
  }

  private to(share: number): void {
    this.share = Math.min(0.98, Math.max(0.02, share));
    this.clip();
  }

  private clip(): void {
    if (!this.layers.length) return;
    const size = this.map.getSize();
    const x = Math.round(size.x * this.share);
    const [from, to] = [
      this.map.containerPointToLayerPoint([0, 0]),
      this.map.containerPointToLayerPoint([x, size.y]),
    ];
    const corners = [
      [from.x, from.y],
      [to.x, from.y],
      [to.x, to.y],
      [from.x, to.y],
    ];
    const pane = this.map.getPane("since") as HTMLElement;
    pane.style.clipPath = `polygon(${corners.map(([x, y]) => `${x}px ${y}px`).join(", ")})`;
    this.line.style.left = `${x}px`;
    this.line.setAttribute("aria-valuenow", String(Math.round(this.share * 100)));
  }

  // Removes all layers before one, or all.
  private keep(newest: Leaflet.TileLayer | null): void {
    const place = newest ? this.layers.indexOf(newest) : this.layers.length;
    for (const layer of this.layers.splice(0, Math.max(0, place))) layer.remove();
  }

  // Shows a day on the left; nothing where there is none.
  show(days: { url: string; since: string; day: string } | null): void {
    this.line.hidden = days === null;
    if (!days) {
      this.keep(null);
      this.url = "";
      return;
    }
    this.line.setAttribute(
      "aria-valuetext",
      say("between", { from: said(days.since), to: said(days.day) }),
    );
    at("swipe-since").textContent = said(days.since);
    at("swipe-day").textContent = said(days.day);
    if (days.url !== this.url) {
      this.url = days.url;
      const layer = this.make(days.url, { pane: "since" }).addTo(this.map);
      this.layers.push(layer);
      layer.once("load", () => this.keep(layer));
    }
    this.clip();
  }
}
