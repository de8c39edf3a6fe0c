// A finished map of what is seen: its form is chosen beside the map itself, as the server draws it,
// and what comes
// of it is a file, its address, the command and the document that make it again; and the data of
// the day.
import { type Query, address } from "./address.ts";
import { at, make } from "./dom.ts";
import { type Word, say } from "./words.ts";

export interface Exported {
  style: string;
  bounds: [number, number, number, number];
  state: Record<string, string>;
  hide: string[];
  day: string;
  since: string;
  collections: string[];
}

const PRESETS = [
  "web-1200",
  "web-1200-2x",
  "social-square",
  "social-story",
  "slide-16x9",
  "newspaper-1col",
  "newspaper-2col",
  "a4-landscape-300dpi",
  "a4-portrait-300dpi",
  "a3-landscape-300dpi",
  "a3-portrait-300dpi",
];
const FORMATS = ["png", "svg", "pdf", "webp", "jpg", "tif"];
const THEMES = ["light", "dark", "print-grey", "high-contrast"];
const PROJECTIONS = ["web-mercator", "lambert", "utm"];
const PARTS = [
  "title",
  "date",
  "legend",
  "scale",
  "north",
  "inset",
  "sources",
  "graticule",
  "frame",
];
// As many features as the server gives at most: a file is whole.
const ALL = 10_000_000;
const WAIT_MS = 500;

const options = (values: readonly string[]): HTMLOptionElement[] =>
  values.map((value) => new Option(value, value));

const field = (word: Word, input: HTMLElement, id: string): HTMLElement => {
  input.id = id;
  return make("div", { class: "row" }, make("label", { for: id }, say(word)), input);
};

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

export const exporting = (what: Exported): void => {
  const preset = make("select", {}, ...options(PRESETS));
  const format = make("select", {}, ...options(FORMATS));
  const theme = make("select", {}, ...options(THEMES));
  const projection = make("select", {}, ...options(PROJECTIONS));
  const title = make("input", { type: "text", maxlength: "200" });
  const subtitle = make("input", { type: "text", maxlength: "200" });
  const days = make("select", {}, new Option(say("export-day"), ""));
  if (what.since) days.add(new Option(say("export-change"), "change"));
  if (what.since) days.add(new Option(say("export-compare"), "compare"));
  if (what.since) days.add(new Option(say("export-film"), "film"));
  const parts = PARTS.map((part) => {
    const box = make("input", { type: "checkbox", value: part, id: `part-${part}` });
    box.checked = part !== "graticule";
    return [box, make("label", { for: `part-${part}` }, part)] as const;
  });
  const image = make("img", { alt: "" });
  const told = make("p", { role: "status" });
  const links = make("p", {});
  const outcome = (word: Word) =>
    [
      make("h3", {}, say(word)),
      make("textarea", { readonly: true, rows: "3", "aria-label": say(word) }),
    ] as const;
  const [urlTitle, url] = outcome("export-url");
  const [commandTitle, command] = outcome("export-command");
  const [documentTitle, text] = outcome("export-document");

  // What was chosen, as a document; members that say nothing are left out.
  const chosen = (): Record<string, unknown> => {
    const wanted = parts.filter(([box]) => box.checked).map(([box]) => box.value);
    const { date: _, ...state } = what.state;
    const of = days.value;
    const film = of === "film";
    return {
      bbox: what.bounds.map((v) => +v.toFixed(4)),
      preset: preset.value,
      format: film ? "gif" : format.value,
      ...(title.value ? { title: title.value } : {}),
      ...(subtitle.value ? { subtitle: subtitle.value } : {}),
      furniture: wanted.length === 0 ? "none" : wanted.join(","),
      ...(theme.value !== "light" ? { theme: theme.value } : {}),
      ...(projection.value !== "web-mercator" ? { projection: projection.value } : {}),
      ...(of === "change" || of === "compare" ? { [of]: `${what.since}/${what.day}` } : {}),
      ...(film ? { animate: { from: what.since, to: what.day } } : {}),
      ...(what.hide.length ? { hide: what.hide } : {}),
      state: of ? state : { ...state, ...(what.day ? { date: what.day } : {}) },
    };
  };

  const place = (map: Record<string, unknown>): string => {
    const { bbox, preset: size, format: extension, state, hide, animate, ...rest } = map;
    const film = animate as { from: string; to: string } | undefined;
    return address(
      `styles/${encodeURIComponent(what.style)}/static/${(bbox as number[]).join(",")}/${size}.${extension}`,
      {
        ...(rest as Query),
        ...(state as Query),
        ...(hide ? { hide: (hide as string[]).join(",") } : {}),
        ...(film ?? {}),
      },
    );
  };

  const commanded = (map: Record<string, unknown>): string => {
    const film = map.animate as { from: string; to: string } | undefined;
    const flags = Object.entries(map).flatMap(([key, value]) => {
      if (["format", "state", "animate", "hide"].includes(key)) return [];
      return [`--${key} ${quoted(Array.isArray(value) ? value.join(",") : String(value))}`];
    });
    const state = Object.entries(map.state as Record<string, string>).map(
      ([key, value]) => `--state ${key}=${value}`,
    );
    // What flags cannot say is said by the document.
    if (map.hide)
      return `contactline export --style ${what.style} --spec map.json -o map.${map.format}`;
    const verb = film ? `animate --from ${film.from} --to ${film.to}` : "export";
    return [
      `contactline ${verb} --style ${what.style}`,
      ...flags,
      ...state,
      `-o map.${map.format}`,
    ].join(" ");
  };

  let soon: ReturnType<typeof setTimeout>;
  const draw = () => {
    const map = chosen();
    const whole = place(map);
    url.value = whole;
    command.value = commanded(map);
    text.value = JSON.stringify(map, null, 2);
    links.replaceChildren(
      make(
        "a",
        { href: whole, download: `map.${map.format}`, class: "button" },
        say("export-file"),
      ),
    );
    // The map itself, as a picture that a page can show.
    const isShown = ["png", "webp", "jpg", "svg", "gif"].includes(String(map.format));
    const shown = isShown ? whole : place({ ...map, format: "png" });
    told.textContent = say("export-drawing");
    clearTimeout(soon);
    soon = setTimeout(() => {
      image.src = shown;
    }, WAIT_MS);
  };
  image.addEventListener("load", () => {
    told.textContent = "";
    image.alt = title.value || say("export");
  });
  image.addEventListener("error", async () => {
    const answer = await fetch(image.src, { headers: { Accept: "application/json" } });
    told.textContent = answer.ok ? "" : (await answer.json()).detail;
  });

  const data = (collection: string) =>
    ["geojson", "csv", "fgb"].map((f) =>
      make(
        "a",
        {
          href: address(`collections/${encodeURIComponent(collection)}/items`, {
            f,
            limit: ALL,
            ...(what.day ? { datetime: what.day } : {}),
          }),
          download: `${collection}.${f}`,
        },
        f,
      ),
    );
  const rows = what.collections.map((collection) =>
    make(
      "li",
      {},
      `${collection}: `,
      ...data(collection).flatMap((link) => [link, " "]),
      make(
        "a",
        {
          href: address(`collections/${encodeURIComponent(collection)}/items`, {
            f: "geojson",
            limit: ALL,
          }),
          download: `${collection}-all.geojson`,
        },
        say("export-all-days"),
      ),
    ),
  );

  const form = make(
    "form",
    { onsubmit: (event: Event) => event.preventDefault(), oninput: draw },
    field("export-days", days, "export-days"),
    field("export-size", preset, "export-preset"),
    field("export-format", format, "export-format"),
    field("export-title", title, "export-title"),
    field("export-subtitle", subtitle, "export-subtitle"),
    field("export-theme", theme, "export-theme"),
    field("export-projection", projection, "export-projection"),
    make(
      "fieldset",
      {},
      make("legend", {}, say("export-parts")),
      ...parts.flatMap(([box, label]) => [make("span", {}, box, label), " "]),
    ),
  );
  at("export-body").replaceChildren(
    form,
    make("div", { class: "preview" }, told, image, links),
    make(
      "details",
      {},
      make("summary", {}, say("export-again")),
      urlTitle,
      url,
      commandTitle,
      command,
      documentTitle,
      text,
    ),
    make("details", {}, make("summary", {}, say("export-data")), make("ul", {}, ...rows)),
  );
  if (what.since) days.value = "change";
  draw();
  at<HTMLDialogElement>("export").showModal();
};
