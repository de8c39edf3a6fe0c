// Our pages of MapLibre GL JS and OpenLayers, and Leaflet's and OpenLayers' WMS, in Chromium: each draws the right picture on the right day.
// Usage: node clients.mjs PROGRAM PICTURE_FOLDER
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { expect, failures, serving } from "./serving.mjs";

const [program, folder] = process.argv.slice(2);
const [WIDTH, HEIGHT] = [768, 512];
const DAYS = ["2001-01-01", "2020-11-25"];
// How much of the map as ol-mapbox-style draws it may be further than 40 of 255 from ours, per cent: as measured, and a little more.
const MOST_BY_STYLE = 8;
mkdirSync(folder, { recursive: true });
const { server, url } = await serving(program);
process.on("exit", () => server.kill());

// A page of somebody else's, which loads libraries and pictures from us.
const page_of = (scripts, body) => `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${scripts}
<style>body { margin: 0 } #map { width: ${WIDTH}px; height: ${HEIGHT}px; background: #fff } .leaflet-control-container, .ol-control { display: none }</style>
<div id="map"></div><script>${body}</script>`;
const pages = {
  // Zoom 9 of tiles of 256 px: whole px from the world's corner.
  "/leaflet": page_of(`<link rel="stylesheet" href="${url}/assets/leaflet.css"><script src="${url}/assets/leaflet.js"></script>`, `
    const day = new URLSearchParams(location.search).get("day");
    const map = L.map("map", { fadeAnimation: false, zoomAnimation: false }).setView(L.CRS.EPSG3857.pointToLatLng(L.point(82560, 49664), 9), 9);
    const layer = L.tileLayer.wms("${url}/wms", { layers: "conflict", version: "1.3.0", format: "image/png", time: day });
    layer.on("load", () => { window.loaded = true; }).addTo(map);`),
  "/openlayers": page_of(`<link rel="stylesheet" href="${url}/assets/ol.css"><script src="${url}/assets/ol.js"></script>`, `
    const day = new URLSearchParams(location.search).get("day");
    // 384 px a degree; both tiles and the picture lie on whole px.
    const projection = ol.proj.get("EPSG:4326");
    const tileGrid = new ol.tilegrid.TileGrid({ origin: [-180, 90], resolutions: [1 / 256], tileSize: 256 });
    const source = new ol.source.TileWMS({ url: "${url}/wms", params: { LAYERS: "conflict", TIME: day }, projection, tileGrid, crossOrigin: "anonymous" });
    const map = new ol.Map({ target: "map", pixelRatio: 1, layers: [new ol.layer.Tile({ source })],
      view: new ol.View({ projection, center: [46.5, 40], resolution: 1 / 256, resolutions: [1 / 256], constrainResolution: true }) });
    map.on("rendercomplete", () => { window.loaded = true; });`),
};
// The oldest MapLibre GL JS that draws the style with its settings written in.
const oldest = join(import.meta.dirname, "node_modules/maplibre-gl-3/dist");
pages["/oldest"] = page_of('<link rel="stylesheet" href="/maplibre-gl.css"><script src="/maplibre-gl.js"></script>', `
  const map = new maplibregl.Map({ container: "map", style: "${url}/styles/conflict/style.json?date=2020-11-25&lang=en", center: [46.7, 39.8], zoom: 7.5 });
  window.errors = [];
  map.on("error", (event) => window.errors.push(String(event.error?.message ?? event)));
  map.on("idle", () => { window.loaded = true; });`);
const others = createServer((request, response) => {
  const file = /^\/maplibre-gl\.(js|css)$/.exec(request.url);
  if (file) return response.setHeader("content-type", file[1] === "js" ? "text/javascript" : "text/css").end(readFileSync(join(oldest, file[0])));
  response.setHeader("content-type", "text/html").end(pages[new URL(request.url, "http://localhost").pathname] ?? "");
});
await new Promise((resolve) => others.listen(0, "127.0.0.1", resolve));
const other = `http://127.0.0.1:${others.address().port}`;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist", "--hide-scrollbars"],
});
const context = await browser.newContext({ viewport: { width: WIDTH, height: HEIGHT }, deviceScaleFactor: 1 });

// Per cent of pixels of two PNGs that are further than 40 of 255 from one another.
const compare = async (page, one, two) => page.evaluate(async ([a, b]) => {
  const pixels = async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const drawing = canvas.getContext("2d");
    drawing.drawImage(bitmap, 0, 0);
    return drawing.getImageData(0, 0, bitmap.width, bitmap.height).data;
  };
  const [p, q] = [await pixels(a), await pixels(b)];
  let off = 0;
  for (let i = 0; i < p.length; i += 4) {
    if (Math.max(Math.abs(p[i] - q[i]), Math.abs(p[i + 1] - q[i + 1]), Math.abs(p[i + 2] - q[i + 2])) > 40) off += 1;
  }
  return p.length === q.length ? (400 * off) / p.length : 100;
}, [one, two]);
const fetched = async (path) => Buffer.from(await (await fetch(`${url}${path}`)).arrayBuffer()).toString("base64");
const half = 20037508.342789244;
const at = (px) => (px / 131072) * 2 * half - half;
// The picture that each page's map is to be, by GetMap.
const single = {
  leaflet: (day) => `/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=conflict&STYLES=&CRS=EPSG:3857&FORMAT=image/png&WIDTH=${WIDTH}&HEIGHT=${HEIGHT}` +
    `&BBOX=${at(82560 - WIDTH / 2)},${-at(49664 + HEIGHT / 2)},${at(82560 + WIDTH / 2)},${-at(49664 - HEIGHT / 2)}&TIME=${day}`,
  openlayers: (day) => `/wms?SERVICE=WMS&VERSION=1.3.0&REQUEST=GetMap&LAYERS=conflict&STYLES=&CRS=EPSG:4326&FORMAT=image/png&WIDTH=${WIDTH}&HEIGHT=${HEIGHT}` +
    `&BBOX=${40 - HEIGHT / 512},${46.5 - WIDTH / 512},${40 + HEIGHT / 512},${46.5 + WIDTH / 512}&TIME=${day}`,
};
for (const client of ["leaflet", "openlayers"]) {
  const drawn = [];
  for (const day of DAYS) {
    const page = await context.newPage();
    await page.goto(`${other}/${client}?day=${day}`);
    await page.waitForFunction(() => window.loaded, null, { timeout: 60000 });
    await page.waitForTimeout(300);
    const shot = await page.locator("#map").screenshot();
    writeFileSync(join(folder, `${client}-wms-${day}.png`), shot);
    drawn.push(shot.toString("base64"));
    const off = await compare(page, drawn.at(-1), await fetched(single[client](day)));
    expect(off === 0, `${client}: WMS on ${day} is the single map, ${off.toFixed(2)} % of its pixels off`);
    await page.close();
  }
  expect(drawn[0] !== drawn[1], `${client}: another day is another picture`);
}

{
  const page = await context.newPage();
  await page.goto(`${other}/oldest`);
  await page.waitForFunction(() => window.loaded, null, { timeout: 120000 });
  const shot = await page.screenshot();
  writeFileSync(join(folder, "oldest.png"), shot);
  const errors = await page.evaluate(() => window.errors);
  const colors = await page.evaluate(async (base64) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const drawing = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    drawing.drawImage(bitmap, 0, 0);
    return new Set(new Uint32Array(drawing.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer)).size;
  }, shot.toString("base64"));
  expect(errors.length === 0 && colors > 500, `MapLibre GL JS 3.6.2 draws the style of a day (${colors} colours): ${errors.slice(0, 2).join("; ")}`);
  await page.close();
}

// Our own pages.
const tiles = [];
const complaints = [];
const page = await context.newPage();
page.on("request", (request) => { if (/\.pbf|\/\d+\/\d+\/\d+/.test(request.url()) && !request.url().includes("/fonts/")) tiles.push(request.url()); });
// What ol-mapbox-style asks a CDN for, web fonts, pages of ours may not have.
page.on("console", (message) => { if (message.type() === "error" && !message.text().includes("@fontsource")) complaints.push(message.text()); });
page.on("pageerror", (error) => complaints.push(String(error)));
const shown = async (name) => {
  const shot = await page.screenshot();
  writeFileSync(join(folder, `${name}.png`), shot);
  return shot.toString("base64");
};
const set_day = async (day) => page.evaluate((day) => {
  const date = document.getElementById("date");
  date.value = day;
  date.dispatchEvent(new Event("change"));
}, day);
await page.goto(`${url}/maplibre#7.5/39.8/46.7`);
await page.waitForFunction(() => window.map?.loaded() && window.map.areTilesLoaded(), null, { timeout: 120000 });
expect(tiles.length > 0, `/maplibre: ${tiles.length} tiles are asked for at first`);
const first = [];
for (const day of DAYS) {
  const before = tiles.length;
  await set_day(day);
  await page.waitForTimeout(500);
  await page.waitForFunction(() => window.map.loaded() && !window.map.isMoving(), null, { timeout: 120000 });
  await page.waitForTimeout(700);
  first.push(await shown(`maplibre-${day}`));
  expect(tiles.length === before, `/maplibre: ${day} asks for no tile (${tiles.length - before})`);
}
const turned = await compare(page, first[0], first[1]);
expect(turned > 3, `/maplibre: another day is another picture, ${turned.toFixed(1)} % of it`);
await page.goto(`${url}/openlayers`);
const by_ol = [];
for (const [by, day] of [["style", DAYS[0]], ["style", DAYS[1]], ["tiles", DAYS[1]]]) {
  // The element of this name is there before the map.
  await page.waitForFunction(() => window.map?.getView, null, { timeout: 60000 });
  await page.selectOption("#by", by);
  await set_day(day);
  await page.waitForFunction((asked) => document.body.dataset.drawn?.startsWith(asked), `${by} date=${day}`, { timeout: 60000 });
  await page.evaluate(() => new Promise((resolve) => { window.map.once("rendercomplete", resolve); window.map.render(); setTimeout(resolve, 30000); }));
  await page.waitForTimeout(500);
  by_ol.push(await shown(`openlayers-${by}-${day}`));
}
const days_off = await compare(page, by_ol[0], by_ol[1]);
expect(days_off > 3, `/openlayers: another day is another picture, ${days_off.toFixed(1)} % of it`);
// ol-mapbox-style has label rules of its own, and no hatching or relief as ours: what is compared is that it is the same map.
const by_off = await compare(page, by_ol[1], by_ol[2]);
expect(by_off < MOST_BY_STYLE, `/openlayers: drawn by it and by us, ${by_off.toFixed(1)} % of the pixels differ`);
expect(complaints.length === 0, `no page complains: ${complaints.slice(0, 3).join("; ")}`);
await browser.close();
others.close();
process.exit(failures.length ? 1 : 0);
