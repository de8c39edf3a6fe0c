// The viewer: a style's tiles in Leaflet, with the style's own state (date, language) as controls.
"use strict";

const element = (id) => document.getElementById(id);
const getJson = async (url) => {
  const response = await fetch(url);
  const body = await response.json();
  if (!response.ok) throw new Error(body.detail || response.statusText);
  return body;
};

const map = L.map("map", { zoomControl: false, minZoom: 3, maxZoom: 18 }).setView([39.75, 46.75], 8);
map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
L.control.zoom({ position: "topleft" }).addTo(map);
L.control.scale({ position: "bottomleft" }).addTo(map);

let layer = null;
let current = null;

// Parameters that differ from the style's defaults.
const stateQuery = () => {
  const query = new URLSearchParams();
  for (const key of ["date", "lang"]) {
    const value = element(key).value;
    if (current.state[key] && value && value !== current.state[key].default) query.set(key, value);
  }
  const text = query.toString();
  return text && `?${text}`;
};

// A busy server asks to come again.
const again = ({ tile }) => {
  const tries = Number(tile.dataset.tries || 0) + 1;
  if (tries > 3) return;
  tile.dataset.tries = tries;
  const source = tile.src;
  setTimeout(() => { tile.src = source; }, 1000 * tries);
};

const draw = () => {
  showLegend(current.legend);
  const ratio = window.devicePixelRatio > 1 ? "@2x" : "";
  const url = `/styles/${current.id}/{z}/{x}/{y}${ratio}.png${stateQuery()}`;
  if (layer) layer.setUrl(url);
  else layer = L.tileLayer(url, { maxZoom: 18, attribution: current.attribution }).on("tileerror", again).addTo(map);
  for (const button of element("steps").children) {
    button.setAttribute("aria-pressed", String(button.dataset.date === element("date").value));
  }
};

// The legend comes from the style's metadata: [{label, color} or {label, line}]; a label is text, or text by language.
const showLegend = (entries) => {
  element("legend").replaceChildren(...(entries || []).map((entry) => {
    const row = document.createElement("div");
    const swatch = document.createElement("i");
    if (entry.line) {
      swatch.className = "line";
      swatch.style.borderTopColor = entry.line;
      if (entry.dashed) swatch.style.borderTopStyle = "dashed";
    } else if (entry.hatch) {
      swatch.style.background = `repeating-linear-gradient(135deg, ${entry.hatch} 0 2px, ${entry.color || "transparent"} 2px 6px)`;
    } else {
      swatch.style.background = entry.color;
    }
    const language = element("lang").value;
    row.append(swatch, typeof entry.label === "string" ? entry.label : entry.label[language] || entry.label.en);
    return row;
  }));
};

const choose = async (entry) => {
  // By our own origin, whatever the links say: the page may load nothing from another.
  const here = `/styles/${encodeURIComponent(entry.id)}`;
  const [tiles, style] = await Promise.all([getJson(`${here}.json`), getJson(`${here}/style.json`)]);
  current = { ...entry, attribution: tiles.attribution || "" };
  element("title").textContent = entry.name;
  const { date, lang } = entry.state;
  element("date-row").hidden = element("steps").hidden = !date;
  if (date) element("date").value = date.default;
  const days = (style.metadata && style.metadata["contactline:steps"]) || [];
  element("steps").replaceChildren(...days.map((day) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.date = day;
    button.textContent = day;
    button.addEventListener("click", () => { element("date").value = day; draw(); });
    return button;
  }));
  element("lang-row").hidden = !(lang && lang.values);
  const names = new Intl.DisplayNames(["en"], { type: "language" });
  element("lang").replaceChildren(...((lang && lang.values) || []).map((code) => {
    const label = code === "local" ? "local" : names.of(code);
    return new Option(label, code, code === lang.default, code === lang.default);
  }));
  current.legend = style.metadata && style.metadata["contactline:legend"];
  if (layer) { layer.remove(); layer = null; }
  if (tiles.center) map.setView([tiles.center[1], tiles.center[0]], tiles.center[2]);
  draw();
};

const ask = async ({ lng, lat }) => {
  const date = element("date").value;
  const when = !element("date-row").hidden && date ? `&datetime=${date}` : "";
  const answer = await getJson(`/query?at=${L.Util.wrapNum(lng, [-180, 180], true).toFixed(6)},${lat.toFixed(6)}&skipGeometry=true${when}`);
  const box = document.createElement("div");
  box.className = "answer";
  const list = document.createElement("dl");
  for (const feature of answer.features) {
    const term = document.createElement("dt");
    term.textContent = feature.collection;
    const text = document.createElement("dd");
    text.append(feature.properties[`name:${element("lang").value}`] || feature.properties.name || feature.id);
    if (feature.area_km2) {
      const area = document.createElement("small");
      area.textContent = ` ${Math.round(feature.area_km2).toLocaleString("en")} km²`;
      text.append(area);
    }
    list.append(term, text);
  }
  if (!list.children.length) list.append("Nothing is recorded here.");
  box.append(list);
  return box;
};

map.on("click", async (event) => {
  const popup = L.popup({ maxWidth: 300 }).setLatLng(event.latlng).setContent("…").openOn(map);
  try { popup.setContent(await ask(event.latlng)); } catch (error) { popup.setContent(document.createTextNode(error.message)); }
});
element("date").addEventListener("change", draw);
element("lang").addEventListener("change", draw);
element("panel").addEventListener("submit", (event) => event.preventDefault());

getJson("/styles.json").then((styles) => {
  element("style").replaceChildren(...styles.map((s) => new Option(s.name, s.id)));
  element("style-row").hidden = styles.length < 2;
  element("style").addEventListener("change", () => choose(styles[element("style").selectedIndex]));
  return choose(styles[0]);
}).catch((error) => { element("title").textContent = error.message; });
