// A real MapLibre GL JS draws our style from our own endpoints (style, glyphs, sprite, vector tiles or GeoJSON), beside our raster.
// Usage: node maplibre.mjs PROGRAM PICTURE_FOLDER
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { chromium } from "playwright-core";
import { expect, failures, serving } from "./serving.mjs";

const [program, folder] = process.argv.slice(2);
const [WIDTH, HEIGHT] = [900, 600];
// How much of a picture may be further than 64 of 255 from ours, per cent, and how many of our labels must be there: as measured,
// and a little more. The two place labels by rules of their own.
const [MOST, LEAST] = [3.5, 0.9];
const VIEWS = [
  { center: [46.75, 39.8], zoom: 7.5, date: "2020-11-25", lang: "en" },
  { center: [46.75, 39.76], zoom: 9.5, date: "2001-04-10", lang: "en" },
  { center: [46.4, 40.1], zoom: 8.2, date: "2024-01-01", lang: "hy" },
  { center: [47.0, 39.6], zoom: 10.3, date: "2020-11-15", lang: "ru" },
  { center: [45.5, 40.5], zoom: 6, date: "1995-01-01", lang: "ka" },
];
// The same from vector tiles: each place on each day, in one language or the other. Another day or language is to fetch no tile again.
const PLACES = [[46.75, 39.8, 7.5], [46.75, 39.76, 9.5], [46.4, 40.1, 8.2], [47.0, 39.6, 10.3], [45.5, 40.5, 6], [46.66, 39.09, 11.4]];
const DAYS = ["1995-01-01", "2020-11-25", "2024-01-01"];
const LANGUAGES = ["en", "hy"];
// Where the ground alone is drawn, and how much of it may be further than 8 of 255 from ours, per cent.
const GROUNDS = [[46.3, 39.7, 5.5], [46.3, 39.7, 7], [44.5, 40.3, 8.6], [46.2, 39.3, 10], [46.6, 40.1, 11.5]];
const MOST_GROUND = 0.1;
const { server, url } = await serving(program);

// Our style's ground, and nothing else, served from files.
const root = join(import.meta.dirname, "../..");
const whole = JSON.parse(readFileSync(join(root, "styles/conflict.json"), "utf8"));
const ground = { version: 8, sources: { relief: { ...whole.sources.relief, url: join(root, "geodata/relief.pmtiles") } },
  layers: [{ id: "paper", type: "background", paint: { "background-color": "#c8c0a8" } }, whole.layers.find((l) => l.id === "relief")] };
const ground_file = join(mkdtempSync(join(tmpdir(), "ground-")), "ground.json");
writeFileSync(ground_file, JSON.stringify(ground));
const grounds = await serving(program, ["--style", ground_file, "--root", join(root, "geodata")]);

// A program that was not optimised is slow to make glyph ranges: they are made before they are waited for.
for (const face of ["Regular", "Medium", "Italic"]) {
  for (const first of [0, 256, 1024, 1280, 4096, 8192]) await fetch(`${url}/fonts/Noto Sans ${face}/${first}-${first + 255}.pbf`);
}

// The library comes from another origin, as on a page of somebody else's.
const dist = join(import.meta.dirname, "node_modules/maplibre-gl/dist");
const page_text = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><link rel="stylesheet" href="/maplibre-gl.css">
<style>body { margin: 0 } #map { width: ${WIDTH}px; height: ${HEIGHT}px }</style><div id="map"></div>
<script type="module">import * as maplibregl from "/maplibre-gl.mjs"; window.maplibregl = maplibregl;</script>`;
const kinds = { ".mjs": "text/javascript", ".css": "text/css", ".map": "application/json" };
const library = createServer((request, response) => {
  const path = new URL(request.url, "http://localhost").pathname;
  if (path === "/") return response.setHeader("content-type", "text/html").end(page_text);
  try {
    const bytes = readFileSync(join(dist, path.replaceAll("..", "")));
    response.setHeader("content-type", kinds[extname(path)] ?? "application/octet-stream").end(bytes);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => library.listen(0, "127.0.0.1", resolve));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist", "--hide-scrollbars"],
});
try {
  mkdirSync(folder, { recursive: true });
  const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
  const errors = [];
  const answers = [];
  // The graphics of a machine without any have warnings of their own.
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && !/GPU stall|swiftshader/i.test(message.text()) && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("requestfailed", (request) => errors.push(`${request.url()} failed: ${request.failure().errorText}`));
  page.on("response", (response) => answers.push({ url: response.url(), status: response.status() }));
  await page.goto(`http://127.0.0.1:${library.address().port}/`);
  await page.waitForFunction(() => window.maplibregl);

  // Ends when nothing is left to fetch or draw.
  const draw = (view, style) => page.evaluate(async ({ view, style }) => {
    window.drawn?.remove();
    window.said = [];
    const map = new maplibregl.Map({ container: "map", style, center: view.center, zoom: view.zoom,
      fadeDuration: 0, attributionControl: false, interactive: false, pixelRatio: 1 });
    window.drawn = map;
    map.on("error", (e) => window.said.push(String(e.error?.message ?? e.error)));
    map.on("styleimagemissing", (e) => window.said.push(`no image ${e.id}`));
    await new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error("the map is not idle after 60 s")), 60000);
      map.once("load", () => {
        if (view.date) {
          map.setGlobalStateProperty("date", view.date);
          map.setGlobalStateProperty("lang", view.lang);
        }
        map.once("idle", () => map.once("idle", resolve) && map.triggerRepaint());
      });
    });
  }, { view, style });
  // Changes the day and the language of what is drawn.
  const turn = ({ date, lang }) => page.evaluate(async ({ date, lang }) => {
    await new Promise((resolve) => {
      window.drawn.setGlobalStateProperty("date", date);
      window.drawn.setGlobalStateProperty("lang", lang);
      window.drawn.once("idle", () => window.drawn.once("idle", resolve) && window.drawn.triggerRepaint());
    });
  }, { date, lang });
  const found = () => page.evaluate(() => {
    const map = window.drawn;
    const symbols = new Set(map.getStyle().layers.filter((l) => l.type === "symbol").map((l) => l.id));
    const shown = map.queryRenderedFeatures().filter((f) => symbols.has(f.layer.id));
    const texts = shown.map((f) => String(f.layer.layout?.["text-field"] ?? "")).filter((t) => t);
    return { said: window.said, symbols: shown.length, texts };
  });

  // How much of two pictures is further than so much of 255 from the other, per cent.
  const compare = (ours, theirs, far) => page.evaluate(async ([ours, theirs, far]) => {
    const pixels = async (data) => {
      const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext("2d");
      context.drawImage(bitmap, 0, 0);
      return context.getImageData(0, 0, bitmap.width, bitmap.height).data;
    };
    const [a, b] = [await pixels(ours), await pixels(theirs)];
    if (a.length !== b.length) return 100;
    let off = 0;
    for (let i = 0; i < a.length; i += 4) {
      if (Math.max(...[0, 1, 2].map((c) => Math.abs(a[i + c] - b[i + c]))) > far) off += 1;
    }
    return off / (a.length / 4) * 100;
  }, [ours, theirs, far]);

  const clip = { x: 0, y: 0, width: WIDTH, height: HEIGHT };
  // What is drawn beside ours.
  const beside = async (file, view) => {
    const name = `${file} at ${view.center}, ${view.zoom}, ${view.date}, ${view.lang}`;
    const { said, symbols, texts } = await found();
    const theirs = await page.screenshot({ path: `${folder}/${file}-maplibre.png`, clip });
    const place = `${url}/styles/conflict/static/${view.center},${view.zoom}/${WIDTH}x${HEIGHT}`;
    const ours = Buffer.from(await (await fetch(`${place}.png?date=${view.date}&lang=${view.lang}`)).arrayBuffer());
    writeFileSync(`${folder}/${file}-ours.png`, ours);
    const svg = await (await fetch(`${place}.svg?date=${view.date}&lang=${view.lang}`)).text();
    const labels = new Set([...svg.matchAll(/aria-label="([^"]*)"/g)].map((m) => m[1]));
    const off = await compare(ours.toString("base64"), theirs.toString("base64"), 64);
    console.log(`     ${name}: ${symbols} symbols, ${texts.length} texts, our labels: ${labels.size}, ${off.toFixed(2)} % differ`);
    expect(said.length === 0, `${name}: MapLibre says nothing ${said.slice(0, 3).join("; ")}`);
    expect(symbols >= LEAST * labels.size && symbols > 3, `${name}: ${symbols} labels where we draw ${labels.size}`);
    expect(off < MOST, `${name}: ${off.toFixed(2)} % differ`);
  };
  const style = `${url}/styles/conflict/style.json`;
  for (const [i, view] of VIEWS.entries()) {
    await draw(view, `${style}?sources=geojson`);
    await beside(`geojson-${i}`, view);
  }
  expect(!answers.some((a) => a.url.includes("/vector/")), "no vector tile is asked for where features are GeoJSON");
  for (const [i, [lon, lat, zoom]] of PLACES.entries()) {
    const view = { center: [lon, lat], zoom, date: DAYS[0], lang: LANGUAGES[0] };
    const tiles = () => answers.filter((a) => a.url.includes("/vector/") || a.url.includes("/collections/")).length;
    const none = tiles();
    await draw(view, style);
    const before = tiles();
    for (const [n, date] of DAYS.entries()) {
      const lang = LANGUAGES[(i + n) % LANGUAGES.length];
      await turn({ date, lang });
      await beside(`tiles-${i}-${date}-${lang}`, { ...view, date, lang });
    }
    expect(before > none && tiles() === before, `${lon},${lat}: ${tiles() - before} tiles are asked for again`);
  }
  for (const [i, [lon, lat, zoom]] of GROUNDS.entries()) {
    await draw({ center: [lon, lat], zoom }, `${grounds.url}/styles/ground/style.json`);
    const { said } = await found();
    const theirs = await page.screenshot({ path: `${folder}/ground-${i}-maplibre.png`, clip });
    const ours = Buffer.from(await (await fetch(`${grounds.url}/styles/ground/static/${lon},${lat},${zoom}/${WIDTH}x${HEIGHT}.png`)).arrayBuffer());
    writeFileSync(`${folder}/ground-${i}-ours.png`, ours);
    const off = await compare(ours.toString("base64"), theirs.toString("base64"), 8);
    expect(said.length === 0 && off < MOST_GROUND, `the ground at ${lon},${lat},${zoom}: ${off.toFixed(2)} % differ ${said.slice(0, 3).join("; ")}`);
  }
  const of = (part) => answers.filter((a) => a.url.startsWith(url) && a.url.includes(part));
  // Beyond the map's region there are no heights but the coarsest, which stand for the others.
  const missing = answers.filter((a) => a.status === 404 && a.url.includes("/sources/relief/"));
  expect(missing.length < of("/sources/relief/").length, `${missing.length} of ${of("/sources/relief/").length} tiles of heights are not there`);
  for (const part of ["/style.json", "/fonts/", "/sprite", "/collections/", "/vector.json", "/vector/"]) {
    expect(of(part).length > 0 && of(part).every((a) => a.status < 400), `${of(part).length} answers of ${part}`);
  }
  // Each of them is an error that names no URL.
  for (const _ of missing) {
    const told = errors.findIndex((error) => /status of 404/.test(error));
    if (told >= 0) errors.splice(told, 1);
  }
  expect(errors.length === 0, `no console error ${[...new Set(errors)].slice(0, 5).join("; ")}`);
} finally {
  await browser.close();
  library.close();
  server.kill("SIGTERM");
  grounds.server.kill("SIGTERM");
}
process.exit(failures.length ? 1 : 0);
