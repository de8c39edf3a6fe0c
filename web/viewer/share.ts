// Links to what is seen: the page, its picture, a frame in another page.
import { address, type Query } from "./address.ts";
import { at, make } from "./dom.ts";
import { type Word, say } from "./words.ts";

export interface Shared {
  link: string;
  frame: string;
  style: string;
  center: [number, number, number];
  state: Query;
}

const row = (word: Word, value: string): HTMLElement => {
  const text = make("textarea", { readonly: true, rows: "2", "aria-label": say(word) }, value);
  const button = make(
    "button",
    {
      type: "button",
      onclick: async () => {
        try {
          await navigator.clipboard.writeText(value);
        } catch {
          text.select();
        }
        button.textContent = say("copied");
      },
    },
    say("copy"),
  );
  return make("div", { class: "share-row" }, make("h3", {}, say(word)), text, button);
};

export const share = (shared: Shared): void => {
  const [zoom, lat, lon] = shared.center;
  // A style's zoom is of tiles of 512 px, Leaflet's of 256.
  const place = `${lon.toFixed(4)},${lat.toFixed(4)},${(zoom - 1).toFixed(2)}`;
  const picture = address(
    `styles/${encodeURIComponent(shared.style)}/static/${place}/1200x800@2x.png`,
    { ...shared.state, furniture: "all" },
  );
  const attribute = (text: string) =>
    text
      .replaceAll("&", "&amp;")
      .replaceAll('"', "&quot;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;");
  const frame = [
    `<iframe src="${attribute(shared.frame)}" width="100%" height="600" style="border:0"`,
    ` loading="lazy" title="${attribute(document.title)}"></iframe>`,
  ].join("");
  at("share-rows").replaceChildren(
    row("share-link", shared.link),
    row("share-picture", picture),
    row("share-frame", frame),
    make(
      "p",
      {},
      make("a", { href: picture, target: "_blank", rel: "noopener" }, say("share-open")),
      " · ",
      make("a", { href: address("add") }, say("add-map")),
    ),
  );
  at<HTMLDialogElement>("share").showModal();
};
