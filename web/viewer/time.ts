// The bar of time: a slider over all days with the days of change and the events on it, a chart
// above it, and a
// player. It knows days alone; what they show is told to whoever listens.
import { type Band, HEIGHT, type Step, chart } from "./chart.ts";
import * as days from "./days.ts";
import { at, drawn } from "./dom.ts";
import { Scale } from "./scale.ts";
import { date as said, say, spoken } from "./words.ts";

export interface Happening {
  day: string;
  name: string;
}

export interface Period {
  first: string;
  last: string;
  // The days on which the map changes.
  changes: string[];
  events: Happening[];
  steps: Step[];
  bands: Band[];
}

// How near a stop the handle is drawn to it, px.
const SNAP_PX = 7;
const TRACK = 26;
const AXIS = 16;
// Milliseconds that a stop is shown for, by the player's speeds.
const SPEEDS = [2400, 1200, 600];

export class TimeBar {
  private readonly svg = at("time-chart");
  private readonly handle = at("time-handle");
  private readonly sinceHandle = at("since-handle");
  private scale = new Scale("1988-01-01", "2024-01-01");
  private period: Period = { first: "", last: "", changes: [], events: [], steps: [], bands: [] };
  private stops: string[] = [];
  private playing: ReturnType<typeof setTimeout> | null = null;
  private speed = 1;
  day = "";
  since = "";

  // `moved` is told of another day and answers when it is shown; `ahead` of the days that come
  // next.
  constructor(
    private readonly moved: (day: string, since: string) => Promise<void>,
    private readonly ahead: (days: string[]) => void,
  ) {
    const track = at("time-track");
    for (const [handle, which] of [
      [this.handle, "day"],
      [this.sinceHandle, "since"],
    ] as const) {
      handle.addEventListener("keydown", (event) => this.key(event, which));
    }
    track.addEventListener("pointerdown", (event) => this.press(event, track));
    track.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        const around = this.scale.day(this.at(event, track));
        if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
          this.scale.pan(
            ((event.deltaX || event.deltaY) / this.scale.width) * (this.scale.to - this.scale.from),
          );
        } else {
          this.scale.zoom(event.deltaY > 0 ? 1.25 : 0.8, around);
        }
        this.draw();
      },
      { passive: false },
    );
    at("time-in").addEventListener("click", () => {
      this.scale.zoom(0.4, days.number(this.day));
      this.draw();
    });
    at("time-out").addEventListener("click", () => {
      this.scale.zoom(2.5, days.number(this.day));
      this.draw();
    });
    at("play").addEventListener("click", () => (this.playing ? this.pause() : this.play()));
    at("back").addEventListener("click", () => {
      this.pause();
      this.step(-1);
    });
    at("forth").addEventListener("click", () => {
      this.pause();
      this.step(1);
    });
    at("speed").addEventListener("click", () => {
      this.speed = (this.speed + 1) % SPEEDS.length;
      this.told();
    });
    at<HTMLInputElement>("date").addEventListener("change", (event) => {
      const { value } = event.target as HTMLInputElement;
      if (days.isDay(value)) {
        this.pause();
        void this.go(value);
      }
    });
    new ResizeObserver(() => this.draw()).observe(track);
  }

  set(period: Period, day: string, since: string): void {
    this.pause();
    this.period = period;
    this.scale = new Scale(period.first, period.last);
    const all = new Set([...period.changes, ...period.events.map((event) => event.day)]);
    this.stops = [...all].filter((stop) => stop >= period.first && stop <= period.last).sort();
    [this.day, this.since] = [day, since];
    this.draw();
  }

  // What is said of a day: what happened on it, or which change was the last.
  caption(day: string): string {
    const names = this.period.events
      .filter((event) => event.day === day)
      .map((event) => event.name);
    if (names.length) return names.join("; ");
    const before = days.latest(
      this.period.events.map((event) => event.day),
      day,
    );
    const last = this.period.events
      .filter((event) => event.day === before)
      .map((event) => event.name);
    return before ? say("since-then", { day: said(before), what: last.join("; ") }) : "";
  }

  async go(day: string, since = this.since): Promise<void> {
    const kept =
      day < this.period.first ? this.period.first : day > this.period.last ? this.period.last : day;
    this.day = kept;
    this.since = since && since < kept ? since : since ? days.day(days.number(kept) - 1) : "";
    if (this.scale.follow(days.number(kept))) this.draw();
    else this.place();
    this.told();
    await this.moved(this.day, this.since);
    // Of a day that was passed over none is asked for ahead.
    if (this.day === kept) this.ahead(this.next());
  }

  step(by: number): void {
    const places =
      by > 0
        ? this.stops.find((stop) => stop > this.day)
        : this.stops.findLast((stop) => stop < this.day);
    if (places) void this.go(places);
  }

  private next(): string[] {
    return this.stops.filter((stop) => stop > this.day).slice(0, this.playing ? 3 : 1);
  }

  play(): void {
    if (!this.stops.some((stop) => stop > this.day)) {
      const [first] = this.stops;
      if (!first) return;
      this.day = first;
    }
    this.playing = setTimeout(() => {}, 0);
    this.told();
    void this.beat();
  }

  private async beat(): Promise<void> {
    const beat = this.playing;
    this.ahead(this.next());
    await this.go(this.day);
    if (this.playing !== beat) return;
    this.playing = setTimeout(() => {
      const next = this.stops.find((stop) => stop > this.day);
      if (!next) return this.pause();
      this.day = next;
      void this.beat();
    }, SPEEDS[this.speed]);
  }

  pause(): void {
    if (!this.playing) return;
    clearTimeout(this.playing);
    this.playing = null;
    this.told();
  }

  private key(event: KeyboardEvent, which: "day" | "since"): void {
    const here = which === "day" ? this.day : this.since;
    const later = this.stops.find((stop) => stop > here);
    const sooner = this.stops.findLast((stop) => stop < here);
    const by = (sign: number) =>
      event.shiftKey ? days.day(days.number(here) + sign) : sign > 0 ? later : sooner;
    const to: Record<string, () => string | undefined> = {
      ArrowRight: () => by(1),
      ArrowLeft: () => by(-1),
      ArrowUp: () => by(1),
      ArrowDown: () => by(-1),
      PageUp: () => days.monthsAway(here, event.shiftKey ? 12 : 1),
      PageDown: () => days.monthsAway(here, event.shiftKey ? -12 : -1),
      Home: () => this.stops[0],
      End: () => this.stops.at(-1),
    };
    const found = to[event.key]?.();
    if (event.key === " " && which === "day") {
      if (this.playing) this.pause();
      else this.play();
    } else if (!(event.key in to)) {
      return;
    }
    event.preventDefault();
    if (!found) return;
    this.pause();
    if (which === "day") void this.go(found);
    else if (found < this.day) void this.go(this.day, found);
  }

  private at(event: MouseEvent, track: HTMLElement): number {
    return event.clientX - track.getBoundingClientRect().left;
  }

  private press(event: PointerEvent, track: HTMLElement): void {
    if (event.button !== 0) return;
    this.pause();
    const x = this.at(event, track);
    const isNear = (day: string) => Math.abs(this.scale.x(days.number(day)) - x);
    const isSince = this.since !== "" && isNear(this.since) < isNear(this.day);
    const move = (one: PointerEvent) => {
      const day = this.snapped(this.at(one, track));
      if (isSince) {
        if (day < this.day) void this.go(this.day, day);
      } else void this.go(day);
    };
    track.setPointerCapture(event.pointerId);
    track.addEventListener("pointermove", move);
    const done = () => {
      track.removeEventListener("pointermove", move);
      track.removeEventListener("pointerup", done);
      track.removeEventListener("pointercancel", done);
    };
    track.addEventListener("pointerup", done);
    track.addEventListener("pointercancel", done);
    move(event);
    (isSince ? this.sinceHandle : this.handle).focus({ preventScroll: true });
    event.preventDefault();
  }

  private snapped(x: number): string {
    const off = (stop: string) => Math.abs(this.scale.x(days.number(stop)) - x);
    const near = this.stops.filter((stop) => off(stop) < SNAP_PX).sort((a, b) => off(a) - off(b));
    return (
      near[0] ?? days.day(Math.min(Math.max(this.scale.day(x), this.scale.first), this.scale.last))
    );
  }

  draw(): void {
    const { svg, scale, period } = this;
    // Of a style without time there is no bar.
    if (!period.first) return;
    scale.width = Math.max(1, at("time-track").clientWidth);
    const hasChart =
      period.steps.length > 0 &&
      getComputedStyle(svg).getPropertyValue("--chart").trim() !== "none";
    const top = hasChart ? HEIGHT : 0;
    svg.setAttribute("viewBox", `0 0 ${scale.width} ${top + TRACK + AXIS}`);
    svg.style.height = `${top + TRACK + AXIS}px`;
    const items: SVGElement[] = hasChart ? chart(period.steps, period.bands, scale) : [];
    items.push(
      drawn("line", {
        x1: 0,
        x2: scale.width,
        y1: top + TRACK / 2,
        y2: top + TRACK / 2,
        class: "track",
      }),
    );
    for (const change of period.changes.map(days.number).filter((day) => scale.holds(day))) {
      items.push(
        drawn("line", {
          x1: scale.x(change),
          x2: scale.x(change),
          y1: top + 5,
          y2: top + TRACK - 5,
          class: "change",
        }),
      );
    }
    for (const event of period.events.filter((event) => scale.holds(days.number(event.day)))) {
      const title = drawn("title", {});
      title.textContent = `${said(event.day)}: ${event.name}`;
      items.push(
        drawn(
          "circle",
          { cx: scale.x(days.number(event.day)), cy: top + TRACK / 2, r: 3.2, class: "event" },
          title,
        ),
      );
    }
    for (const mark of scale.marks()) {
      const text = drawn("text", {
        x: scale.x(mark.day),
        y: top + TRACK + AXIS - 4,
        class: "mark",
      });
      text.textContent = new Intl.DateTimeFormat(spoken(), {
        ...mark.label,
        timeZone: "UTC",
        calendar: "gregory",
      }).format(new Date(mark.day * 86_400_000));
      items.push(
        drawn("line", {
          x1: scale.x(mark.day),
          x2: scale.x(mark.day),
          y1: top + TRACK - 4,
          y2: top + TRACK + 2,
          class: "axis",
        }),
        text,
      );
    }
    svg.replaceChildren(...items);
    at("time-track").style.setProperty("--handle-top", `${top}px`);
    at<HTMLButtonElement>("time-out").disabled = scale.isWhole;
    this.place();
    this.told();
  }

  // Where the handles are.
  private place(): void {
    for (const [handle, day] of [
      [this.handle, this.day],
      [this.sinceHandle, this.since],
    ] as const) {
      handle.hidden = !day || !this.scale.holds(days.number(day));
      if (day) handle.style.left = `${this.scale.x(days.number(day))}px`;
    }
  }

  private told(): void {
    for (const [handle, day] of [
      [this.handle, this.day],
      [this.sinceHandle, this.since],
    ] as const) {
      if (!day) continue;
      handle.setAttribute("aria-valuemin", String(this.scale.first));
      handle.setAttribute("aria-valuemax", String(this.scale.last));
      handle.setAttribute("aria-valuenow", String(days.number(day)));
      handle.setAttribute("aria-valuetext", `${said(day)}: ${this.caption(day)}`);
    }
    at<HTMLInputElement>("date").value = this.day;
    at("caption-day").textContent = this.day ? said(this.day) : "";
    at("caption-text").textContent = this.day ? this.caption(this.day) : "";
    const play = at("play");
    play.dataset.state = this.playing ? "playing" : "paused";
    play.setAttribute("aria-label", say(this.playing ? "pause" : "play"));
    play.title = say(this.playing ? "pause" : "play");
    const speed = at("speed");
    speed.textContent = ["½×", "1×", "2×"][this.speed] as string;
    speed.setAttribute("aria-label", `${say("speed")}: ${speed.textContent}`);
  }
}
