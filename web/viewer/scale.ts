// The piece of time that the bar shows, and where in it a day is.
import * as days from "./days.ts";

const LEAST_DAYS = 20;

export class Scale {
  readonly first: number;
  readonly last: number;
  from: number;
  to: number;
  width = 1;

  constructor(first: string, last: string) {
    this.first = days.number(first);
    this.last = Math.max(days.number(last), this.first + LEAST_DAYS);
    this.from = this.first;
    this.to = this.last;
  }

  x(day: number): number {
    return ((day - this.from) / (this.to - this.from)) * this.width;
  }

  day(x: number): number {
    return Math.round(this.from + (x / this.width) * (this.to - this.from));
  }

  holds(day: number): boolean {
    return day >= this.from && day <= this.to;
  }

  get isWhole(): boolean {
    return this.from === this.first && this.to === this.last;
  }

  // Shows a longer or shorter time, with a day where it is.
  zoom(times: number, around: number): void {
    const length = Math.min(
      Math.max((this.to - this.from) * times, LEAST_DAYS),
      this.last - this.first,
    );
    const share = (around - this.from) / (this.to - this.from);
    this.from = around - length * Math.min(Math.max(share, 0), 1);
    this.to = this.from + length;
    this.within();
  }

  // Moves so far that a day is shown.
  follow(day: number): boolean {
    if (this.holds(day)) return false;
    const length = this.to - this.from;
    this.from = day - length / 2;
    this.to = this.from + length;
    this.within();
    return true;
  }

  pan(by: number): void {
    this.from += by;
    this.to += by;
    this.within();
  }

  private within(): void {
    const length = this.to - this.from;
    if (this.from < this.first) [this.from, this.to] = [this.first, this.first + length];
    if (this.to > this.last) [this.from, this.to] = [this.last - length, this.last];
  }

  // The first days of years, or of months, that divide what is shown into few pieces.
  marks(): { day: number; label: Intl.DateTimeFormatOptions }[] {
    const most = Math.max(2, Math.floor(this.width / 70));
    const years = (this.to - this.from) / 365.25;
    const steps = [
      [1, "month"],
      [3, "month"],
      [12, "year"],
      [24, "year"],
      [60, "year"],
      [120, "year"],
      [300, "year"],
    ] as const;
    const [months, unit] = steps.find(([months]) => (years * 12) / months <= most) ?? [600, "year"];
    const start = new Date(this.from * 86_400_000);
    const out = [];
    let month =
      unit === "year"
        ? Math.floor(start.getUTCFullYear() / (months / 12)) * months
        : start.getUTCFullYear() * 12 + start.getUTCMonth();
    if (unit === "month") month -= month % months;
    for (; ; month += months) {
      const day = days.number(
        `${String(Math.floor(month / 12)).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}-01`,
      );
      if (day > this.to) return out;
      if (day >= this.from) {
        out.push({
          day,
          label:
            unit === "year"
              ? ({ year: "numeric" } as const)
              : ({ month: "short", year: "2-digit" } as const),
        });
      }
    }
  }
}
