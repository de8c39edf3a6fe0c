// Square kilometres by who holds them, over the whole period: areas one above the other.
import { drawn } from "./dom.ts";
import type { Scale } from "./scale.ts";
import * as days from "./days.ts";

export interface Step {
  date: string;
  until: string | null;
  groups: Record<string, { area_km2?: number }>;
}

export interface Band {
  name: string;
  label: string;
  color: string;
  hatch?: string;
}

export const HEIGHT = 56;

const pattern = (band: Band, number: number): SVGElement =>
  drawn(
    "pattern",
    {
      id: `band-${number}`,
      width: 6,
      height: 6,
      patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(45)",
    },
    drawn("rect", { width: 6, height: 6, fill: band.color }),
    drawn("rect", { width: 2.4, height: 6, fill: band.hatch ?? band.color }),
  );

// The bands that a series has, drawn over what the scale shows.
export const chart = (
  steps: readonly Step[],
  bands: readonly Band[],
  scale: Scale,
): SVGElement[] => {
  const total = (step: Step) =>
    Object.values(step.groups).reduce((sum, group) => sum + (group.area_km2 ?? 0), 0);
  const most = Math.max(1, ...steps.map(total));
  const out: SVGElement[] = [drawn("defs", {}, ...bands.map(pattern))];
  const below = steps.map(() => 0);
  for (const [number, band] of bands.entries()) {
    let path = "";
    for (const [i, step] of steps.entries()) {
      const km2 = step.groups[band.name]?.area_km2 ?? 0;
      const [from, to] = [
        scale.x(days.number(step.date)),
        step.until ? scale.x(days.number(step.until)) : scale.x(scale.last),
      ];
      const base = below[i] as number;
      const [low, high] = [
        HEIGHT - (base / most) * HEIGHT,
        HEIGHT - ((base + km2) / most) * HEIGHT,
      ];
      if (km2 > 0 && to >= 0 && from <= scale.width) {
        const [left, right] = [Math.max(from, -1), Math.min(to, scale.width + 1)].map((x) =>
          x.toFixed(1),
        );
        path += `M${left} ${low.toFixed(1)}V${high.toFixed(1)}H${right}V${low.toFixed(1)}Z`;
      }
      below[i] = base + km2;
    }
    if (path) out.push(drawn("path", { d: path, fill: `url(#band-${number})` }));
  }
  return out;
};
