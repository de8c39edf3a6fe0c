// The viewer page in a real browser: the map shows, nothing fails, date and language change it, a click is answered. Then the page
// of examples/, by itself.
// Usage: node smoke.mjs PROGRAM SCREENSHOT_FOLDER
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
  const page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
  const errors = [];
  const answers = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("requestfailed", (request) => errors.push(`${request.url()} failed: ${request.failure().errorText}`));
  page.on("response", (response) => answers.push({ url: response.url(), status: response.status() }));
  const tiles = () => answers.filter((a) => /\/\d+\/\d+\/\d+(@2x)?\.png/.test(a.url));
  const settled = () => page.waitForFunction(() => {
    const images = [...document.querySelectorAll("img.leaflet-tile")];
    return images.length > 5 && images.every((image) => image.complete && image.naturalWidth > 0 && image.classList.contains("leaflet-tile-loaded"));
  }, null, { timeout: 20000 });

  await page.goto(url, { waitUntil: "networkidle" });
  await settled();
  expect(tiles().length >= 12, `${tiles().length} tiles were asked for`);
  expect(tiles().every((a) => a.status === 200), "every tile is 200");
  expect(answers.every((a) => a.url.startsWith(url) && a.status === 200), "everything came from the server, with 200");
  expect((await page.textContent("#title")) === "Nagorno-Karabakh conflict", "the style's name is the title");
  expect((await page.textContent(".leaflet-control-attribution")).includes("GeoNames"), "the sources are credited");
  expect((await page.locator("#legend div").count()) >= 5, "there is a legend");
  await page.screenshot({ path: `${folder}/page.png` });

  const before = await page.locator("img.leaflet-tile").first().getAttribute("src");
  await page.click("#steps button[data-date='2020-11-25']");
  await page.waitForFunction((old) => document.querySelector("img.leaflet-tile").src !== old, before);
  await settled();
  expect(tiles().some((a) => a.url.includes("date=2020-11-25")), "a click on a day asks for that day's tiles");
  await page.screenshot({ path: `${folder}/page-2020-11-25.png` });
  await page.selectOption("#lang", "hy");
  await page.waitForFunction(() => document.querySelector("img.leaflet-tile").src.includes("lang=hy"));
  await settled();
  expect(tiles().every((a) => a.status === 200), "every tile of every state is 200");
  await page.mouse.click(500, 430);
  await page.waitForSelector(".answer dd");
  expect((await page.textContent(".answer")).length > 10, `a click is answered: ${(await page.textContent(".answer")).slice(0, 120)}`);
  await page.screenshot({ path: `${folder}/page-answer.png` });
  expect(errors.length === 0, `no console error ${errors.join("; ")}`);

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
