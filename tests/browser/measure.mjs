// What the viewer costs: bytes and requests of its page, the time to the first whole map, the time of a step in time, and frames
// that are late while it plays. It measures and judges nothing. Usage: node measure.mjs PROGRAM
import { chromium } from "playwright-core";
import { serving } from "./serving.mjs";

const { server, url } = await serving(process.argv[2]);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
});
const share = (all, part) => [...all].sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * part))];
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const client = await page.context().newCDPSession(page);
  await client.send("Network.enable");
  const [sizes, kinds] = [new Map(), new Map()];
  client.on("Network.responseReceived", ({ requestId, response }) => kinds.set(requestId, response.url));
  client.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => sizes.set(requestId, encodedDataLength));
  const whole = () => page.waitForFunction(() => {
    const images = [...document.querySelectorAll(".leaflet-layer")].filter((layer) => layer.style.opacity !== "0").flatMap((layer) => [...layer.querySelectorAll("img")]);
    return images.length > 5 && images.every((image) => image.classList.contains("leaflet-tile-loaded"));
  }, null, { timeout: 60000 });
  for (const time of ["first", "again"]) {
    sizes.clear();
    const started = Date.now();
    await page.goto(`${url}/?date=2020-11-25`);
    await whole();
    const first = Date.now() - started;
    await page.waitForSelector("body.ready");
    await page.waitForTimeout(1500);
    const of = (test) => [...sizes].filter(([id]) => test(kinds.get(id) ?? "")).reduce((sum, [, bytes]) => sum + bytes, 0);
    const code = of((place) => place.includes("/assets/") || new URL(place).pathname === "/");
    const tiles = of((place) => /\/\d+\/\d+\/\d+(@2x)?\.png/.test(place));
    console.log(`${time}: ${sizes.size} requests; page, scripts, style sheets ${(code / 1000).toFixed(0)} kB, tiles ${(tiles / 1000).toFixed(0)} kB, all ${(of(() => true) / 1000).toFixed(0)} kB; whole map after ${first} ms`);
  }
  const steps = [];
  await page.focus("#time-handle");
  for (let i = 0; i < 40; i += 1) {
    steps.push(await page.evaluate(async () => {
      const shown = () => {
        const layers = [...document.querySelectorAll(".leaflet-layer")].filter((layer) => layer.style.opacity !== "0");
        return layers.at(-1)?.querySelector("img")?.src;
      };
      const [before, day, started] = [shown(), document.getElementById("date").value, performance.now()];
      document.getElementById("back").click();
      const same = () => document.getElementById("date").value === day;
      while (performance.now() - started < 5000 && shown() === before && !same()) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        // A stop that is no change of the map has the same tiles.
        if (performance.now() - started > 1500) return NaN;
      }
      return performance.now() - started;
    }));
    await page.waitForTimeout(120);
  }
  const changed = steps.filter(Number.isFinite);
  console.log(`steps to another map: ${changed.length} of ${steps.length}; p50 ${share(changed, 0.5).toFixed(0)} ms, p95 ${share(changed, 0.95).toFixed(0)} ms`);
  const frames = await page.evaluate(async () => {
    document.getElementById("date").value = "2020-09-20";
    document.getElementById("date").dispatchEvent(new Event("change"));
    document.getElementById("speed").click();
    document.getElementById("play").click();
    const gaps = [];
    let last = performance.now();
    const end = last + 12000;
    while (performance.now() < end) {
      const now = await new Promise((resolve) => requestAnimationFrame(resolve));
      gaps.push(now - last);
      last = now;
    }
    return gaps;
  });
  const late = frames.filter((gap) => gap > 34).length;
  console.log(`playing 12 s: ${frames.length} frames, ${late} late by a frame or more, the longest ${Math.max(...frames).toFixed(0)} ms`);
} finally {
  await browser.close();
  server.kill("SIGTERM");
}
