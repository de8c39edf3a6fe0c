// The viewer: a map of any day, its time, and what is known of what it shows.
import { type Query, address, json } from "./address.ts";
import { change } from "./change.ts";
import { at } from "./dom.ts";
import * as days from "./days.ts";
import { exporting } from "./export.ts";
import { coordinates, tell } from "./here.ts";
import { legend } from "./legend.ts";
import { Ground } from "./map.ts";
import { OwnData } from "./own.ts";
import { menus, options } from "./menus.ts";
import { periodOf } from "./period.ts";
import { search } from "./search.ts";
import { share } from "./share.ts";
import type { Sheet, Styled, Tiles, Told } from "./sheet.ts";
import { Swipe } from "./swipe.ts";
import { type Period, TimeBar } from "./time.ts";
import { type View, read, written } from "./view.ts";
import { LANGUAGES, inOne, say, speak } from "./words.ts";

const usual: Partial<View> = {};
const view: View = {
  style: "",
  date: "",
  since: "",
  lang: "",
  worldview: "",
  ui: "",
  map: null,
  at: null,
  swipe: false,
  hide: [],
};
let styled: Styled;
let told: Told = {};
let period: Period = { first: "", last: "", changes: [], events: [], steps: [], bands: [] };
let collections: string[] = [];

const fail = (message: string): void => {
  at("told").hidden = false;
  at("told").textContent = message === "tiles" ? say("tiles-failed") : message;
};
const ground = new Ground(at("map"), fail);
const isEmbedded = location.pathname.endsWith("/embed");
document.body.classList.toggle("embedded", isEmbedded);
const swipe = new Swipe(ground.leaflet, (url, options) => ground.layer(url, options));
const own = new OwnData(ground.leaflet, () => ({ day: view.date }));
const narrow = matchMedia("(max-width: 640px)");

// The style's settings: with the day on which the map last changed, so that days alike are one.
const settings = (day = view.date): Query => {
  const query: Query = {};
  for (const key of ["lang", "worldview"] as const) {
    if (styled.state[key] && view[key] !== styled.state[key].default) query[key] = view[key];
  }
  if (styled.state.date && day) {
    const same = styled.stepwise ? (days.latest(period.changes, day) ?? day) : day;
    if (same !== styled.state.date.default) query.date = same;
  }
  if (view.hide.length) query.hide = view.hide.join(",");
  return query;
};

const link = (page = ""): string => {
  const query = written(view, usual);
  return address(page) + (query && `?${query}`);
};

// The address follows what is seen, when it holds still: browsers let it be changed so often and no
// more.
let addressSoon: ReturnType<typeof setTimeout>;
const remember = (): void => {
  const center = ground.leaflet.getCenter().wrap();
  view.map = [ground.leaflet.getZoom(), center.lat, center.lng];
  clearTimeout(addressSoon);
  addressSoon = setTimeout(() => {
    try {
      history.replaceState(null, "", link(isEmbedded ? "embed" : ""));
    } catch {
      /* The view stays as it is. */
    }
  }, 300);
};

let legendSoon: ReturnType<typeof setTimeout>;
const showLegend = (): void => {
  clearTimeout(legendSoon);
  legendSoon = setTimeout(() => {
    const { hide: _, ...state } = settings();
    const size = ground.leaflet.getSize();
    legend({
      style: styled.id,
      bounds: ground.bounds(),
      size: [size.x, size.y],
      state: state as Record<string, string>,
      hide: view.hide,
      toggle: (layers, isHidden) => {
        view.hide = view.hide.filter((layer) => !layers.includes(layer));
        if (isHidden) view.hide.push(...layers);
        ground.prepare([]);
        void show();
      },
    }).catch((error: Error) => fail(error.message));
  }, 250);
};

const described = (): void => {
  const day = at("caption-day").textContent;
  const center = ground.leaflet.getCenter();
  at("map").setAttribute(
    "aria-label",
    say("map-alt", {
      title: document.title,
      day: day ?? "",
      caption: at("caption-text").textContent ?? "",
      place: coordinates([center.wrap().lng, center.lat]),
    }),
  );
};

let askSoon: ReturnType<typeof setTimeout>;

// Draws what the view says.
const show = async (): Promise<void> => {
  at("told").hidden = true;
  remember();
  showLegend();
  described();
  const series =
    told.series && collections.includes(told.series.collection) ? told.series : undefined;
  const between =
    view.since && series
      ? {
          since: view.since,
          day: view.date,
          collection: series.collection,
          by: series.by,
          bands: period.bands,
        }
      : null;
  // While time is dragged nothing is asked of each day on the way.
  clearTimeout(askSoon);
  askSoon = setTimeout(() => {
    if (view.at) void here(view.at);
    void change(ground.leaflet, between, !view.swipe);
  }, 200);
  own.show(view.date);
  at("swipe").setAttribute("aria-pressed", String(view.swipe));
  swipe.show(
    between && view.swipe
      ? { url: Ground.url(styled.id, settings(view.since)), since: view.since, day: view.date }
      : null,
  );
  await ground.show(Ground.url(styled.id, settings()));
};

const time = new TimeBar(
  (day, since) => {
    [view.date, view.since] = [day, since];
    at("opening").hidden = true;
    return show();
  },
  (next) => ground.prepare(next.map((day) => Ground.url(styled.id, settings(day)))),
);

const here = async (place: [number, number] | null): Promise<void> => {
  view.at = place;
  at("here").hidden = !place;
  document.body.classList.toggle("asks", place !== null);
  ground.ring(place);
  remember();
  if (!place) return;
  await tell(
    {
      place,
      day: view.date,
      lang: view.lang,
      control: told.series?.collection ?? "",
      controlBy: told.series?.by ?? "",
      bands: period.bands,
      period,
      go: (day) => void time.go(day),
    },
    (collection) => collections.includes(collection),
  );
};

const opening = (): void => {
  const says = told.opens?.says;
  at("opening").hidden = !says || view.date !== told.opens?.date;
  at("opening").textContent = says ? inOne(says, view.ui) : "";
};

// The newest choice alone is shown.
let choice = 0;

const choose = async (all: Styled[], id: string, asked: Partial<View>): Promise<void> => {
  const own = ++choice;
  const first = all.find((one) => one.preferred) ?? (all[0] as Styled);
  const chosen = all.find((one) => one.id === id) ?? first;
  const [sheet, tiles] = await Promise.all([
    json<Sheet>(`styles/${encodeURIComponent(chosen.id)}/style.json`),
    json<Tiles>(`styles/${encodeURIComponent(chosen.id)}.json`),
  ]);
  if (own !== choice) return;
  styled = chosen;
  told = sheet.metadata?.["contactline:viewer"] ?? {};
  const setting = (key: "lang" | "worldview", wanted?: string) =>
    styled.state[key]?.values?.includes(wanted ?? "")
      ? (wanted as string)
      : (styled.state[key]?.default ?? "");
  view.style = styled.id;
  usual.style = first.id;
  usual.lang = setting("lang", view.ui);
  usual.worldview = setting("worldview");
  usual.date = styled.state.date ? (told.opens?.date ?? styled.state.date.default) : "";
  view.lang = setting("lang", asked.lang ?? view.ui);
  view.worldview = setting("worldview", asked.worldview);
  view.date = styled.state.date ? (asked.date ?? usual.date ?? "") : "";
  view.since = view.date && asked.since && asked.since < view.date ? asked.since : "";
  const layers = sheet.layers.map((layer) => layer.id);
  view.hide = (asked.hide ?? []).filter((layer) => layers.includes(layer));
  const unknown = (asked.hide ?? []).find((layer) => !layers.includes(layer));
  view.swipe = asked.swipe ?? false;
  document.title = inOne(told.title, view.ui) || styled.name || styled.id;
  at("title").textContent = document.title;
  ground.attribution = tiles.attribution ?? "";
  const time_ = await periodOf(
    styled,
    told,
    sheet.metadata?.["contactline:legend"] ?? [],
    collections,
    view.lang,
  );
  if (own !== choice) return;
  period = time_;
  const within = (day: string) =>
    day < period.first ? period.first : day > period.last ? period.last : day;
  if (view.date && period.first) view.date = within(view.date);
  if (view.since) view.since = within(view.since);
  if (view.since >= view.date) view.since = "";
  at("time").hidden = styled.state.date === undefined || period.first === "";
  document.body.classList.toggle("timeless", at("time").hidden === true);
  if (asked.map) {
    const [zoom, lat, lon] = asked.map;
    ground.leaflet.setView([lat, lon], zoom, { animate: false });
  } else if (tiles["contactline:frame"] && !tiles.center) {
    const [west, south, east, north] = tiles["contactline:frame"];
    ground.leaflet.fitBounds(
      [
        [south, west],
        [north, east],
      ],
      { animate: false, maxZoom: 12, padding: [40, 40] },
    );
  } else {
    const [lon, lat, zoom] = tiles.center ?? [0, 20, 2];
    ground.leaflet.setView([lat, lon], narrow.matches ? zoom - 1 : zoom, { animate: false });
  }
  menus(styled, view);
  time.set(period, view.date, view.since);
  at("range").setAttribute("aria-pressed", String(view.since !== ""));
  at("range").hidden = !told.series;
  opening();
  ground.prepare([]);
  await show();
  if (unknown) fail(say("no-layer", { name: unknown }));
  if (asked.at) void here(asked.at);
};

const panel = (isOpen: boolean): void => {
  document.body.classList.toggle("folded", !isOpen);
  at("fold").setAttribute("aria-expanded", String(isOpen));
};

const start = async (): Promise<void> => {
  const asked = read(location.search);
  const browsers =
    navigator.languages.map((one) => one.slice(0, 2)).find((one) => one in LANGUAGES) ?? "en";
  usual.ui = browsers;
  view.ui = asked.ui && asked.ui in LANGUAGES ? asked.ui : browsers;
  await speak(view.ui);
  panel(!narrow.matches && !isEmbedded);
  const [all, known] = await Promise.all([
    json<Styled[]>("styles.json"),
    json<{ collections: { id: string }[] }>("collections", { f: "json" }),
  ]);
  collections = known.collections.map((one) => one.id);
  options(
    "style",
    all.map((one) => [one.id, one.name || one.id] as const),
    asked.style ?? all.find((one) => one.preferred)?.id ?? "",
  );
  at("style-row").hidden = all.length < 2;

  at("style").addEventListener("change", () => {
    const { date, since, lang, worldview } = view;
    void choose(all, at<HTMLSelectElement>("style").value, { date, since, lang, worldview });
  });
  at("lang").addEventListener("change", () => {
    view.lang = at<HTMLSelectElement>("lang").value;
    void again(all);
  });
  at("worldview").addEventListener("change", () => {
    view.worldview = at<HTMLSelectElement>("worldview").value;
    ground.prepare([]);
    void show();
  });
  at("ui").addEventListener("change", async () => {
    view.ui = at<HTMLSelectElement>("ui").value;
    await speak(view.ui);
    if (styled.state.lang?.values?.includes(view.ui)) view.lang = view.ui;
    await again(all);
  });
  at("range").addEventListener("click", () => {
    view.since = view.since
      ? ""
      : (days.latest(period.changes, days.monthsAway(view.date, -3)) ?? period.first);
    at("range").setAttribute("aria-pressed", String(view.since !== ""));
    void time.go(view.date, view.since);
  });
  at("swipe").addEventListener("click", () => {
    view.swipe = !view.swipe;
    void show();
  });
  at("fold").addEventListener("click", () => panel(document.body.classList.contains("folded")));
  at("here-close").addEventListener("click", () => {
    void here(null);
    at("map").focus();
  });
  at("share-open").addEventListener("click", () => {
    remember();
    share({
      link: link(),
      frame: link("embed"),
      style: styled.id,
      center: view.map as [number, number, number],
      state: settings(),
    });
  });
  at("export-open").addEventListener("click", () => {
    const { date: _, hide: __, ...state } = settings();
    exporting({
      style: styled.id,
      bounds: ground.bounds(),
      state: state as Record<string, string>,
      hide: view.hide,
      day: view.date,
      since: view.since,
      collections,
    });
  });
  at("export-close").addEventListener("click", () => at<HTMLDialogElement>("export").close());
  at("share-close").addEventListener("click", () => at<HTMLDialogElement>("share").close());
  document.addEventListener("keydown", (event) => {
    const isOver = document.querySelector("dialog[open]") !== null;
    if (event.key === "Escape" && !isOver && !at("here").hidden) at("here-close").click();
  });
  ground.leaflet.on("click", ({ latlng }) => {
    const place = latlng.wrap();
    void here([place.lng, place.lat]);
  });
  at("map").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== at("map")) return;
    const center = ground.leaflet.getCenter().wrap();
    void here([center.lng, center.lat]);
  });
  ground.leaflet.on("moveend", () => {
    remember();
    showLegend();
    described();
  });
  search(
    () => ({ day: view.date, lang: view.lang }),
    (found) => {
      if (found.bounds && found.bounds[2] - found.bounds[0] > 0.02) {
        const [west, south, east, north] = found.bounds;
        ground.leaflet.fitBounds(
          [
            [south, west],
            [north, east],
          ],
          { maxZoom: 11 },
        );
      } else
        ground.leaflet.setView(
          [found.place[1], found.place[0]],
          Math.max(ground.leaflet.getZoom(), 10),
        );
      void here(found.place);
    },
  );
  window.addEventListener("offline", () => fail(say("offline")));
  window.addEventListener("online", () => {
    at("told").hidden = true;
  });
  await choose(all, asked.style ?? "", asked);
};

// The same view with other words.
const again = (all: Styled[]): Promise<void> => choose(all, view.style, { ...view });

start()
  .catch((error: Error) => fail(error.message))
  .finally(() => document.body.classList.add("ready"));
