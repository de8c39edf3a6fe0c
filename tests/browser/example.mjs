// The page of examples/ in a real browser.
// Usage: node example.mjs PROGRAM SCREENSHOT_FOLDER
import { mkdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { expect, failures, serving } from "./serving.mjs";

const [program, folder] = process.argv.slice(2);
const { server, url } = await serving(program);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
});
try {
  mkdirSync(folder, { recursive: true });
  const errors = [];
  // It names the server's usual port, and takes Leaflet from elsewhere: here both are our server's.
  const example = await browser.newPage({ viewport: { width: 800, height: 600 } });
  const asked = [];
  example.on("pageerror", (error) => errors.push(error.message));
  await example.route("http://127.0.0.1:8080/**", (route) => {
    asked.push(route.request().url());
    return route.continue({ url: route.request().url().replace("http://127.0.0.1:8080", url) });
  });
  await example.route("https://unpkg.com/**", async (route) => {
    const file = new URL(route.request().url()).pathname.split("/").pop();
    return route.fulfill({ response: await example.request.get(`${url}/assets/${file}`) });
  });
  await example.goto(pathToFileURL(`${import.meta.dirname}/../../examples/map.html`).href);
  const drawn = () => example.waitForFunction(() => {
    const images = [...document.querySelectorAll("img.leaflet-tile")];
    return images.length > 5 && images.every((image) => image.complete && image.naturalWidth > 0);
  }, null, { timeout: 20000 });
  await drawn();
  await example.fill("#day", "2020-12-01");
  await example.waitForFunction(() => document.querySelector("img.leaflet-tile").src.includes("date=2020-12-01"));
  await drawn();
  expect(asked.some((u) => u.includes("date=2020-11-25")), "the example asks for the tiles of its day");
  expect((await example.textContent(".leaflet-control-attribution")).includes("GeoNames"), "the example credits the sources");
  await example.screenshot({ path: `${folder}/example.png` });
  expect(errors.length === 0, `the example has no error ${errors.join("; ")}`);
} finally {
  await browser.close();
  server.kill("SIGTERM");
}
const code = await new Promise((resolve) => server.on("exit", resolve));
expect(code === 0, `the server stops cleanly (${code})`);
process.exit(failures.length ? 1 : 0);
