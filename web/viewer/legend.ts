// The legend of what is seen, as the printed one has it; a click on a row hides what it tells of.
import { json } from "./address.ts";
import { at, make, refill } from "./dom.ts";
import { say } from "./words.ts";

interface Row {
  label: string;
  layers: string[];
  swatch: string;
  width: number;
  height: number;
}

export interface Seen {
  style: string;
  bounds: [number, number, number, number];
  size: [number, number];
  state: Record<string, string>;
  hide: string[];
  toggle: (layers: string[], isHidden: boolean) => void;
}

// Of a larger view the legend is that of its middle.
const MOST_PX = 2400;

let asked = 0;
export const legend = async (seen: Seen): Promise<void> => {
  const own = ++asked;
  const box = at("legend");
  const [width, height] = seen.size.map((px) => Math.min(MOST_PX, Math.max(1, Math.round(px)))) as [
    number,
    number,
  ];
  const answer = await json<{ rows: Row[] }>(
    `styles/${encodeURIComponent(seen.style)}/legend.json`,
    {
      bbox: seen.bounds.map((v) => v.toFixed(6)).join(","),
      width,
      height,
      ...seen.state,
    },
  );
  if (own !== asked) return;
  at("legend-box").hidden = answer.rows.length === 0;
  refill(
    box,
    ...answer.rows.map((row) => {
      const isHidden = row.layers.every((layer) => seen.hide.includes(layer));
      const image = make("img", {
        src: row.swatch,
        alt: "",
        width: String(row.width),
        height: String(row.height),
      });
      return make(
        "li",
        {},
        make(
          "button",
          {
            type: "button",
            "data-key": row.label,
            "aria-pressed": String(!isHidden),
            title: say(isHidden ? "show-row" : "hide-row"),
            onclick: () => seen.toggle(row.layers, !isHidden),
          },
          image,
          make("span", {}, row.label),
        ),
      );
    }),
  );
};
