// The viewer in a real browser: its time, what it tells of a place, search, languages, legend, links, a phone, the keyboard alone.
// Usage: node viewer.mjs PROGRAM SCREENSHOT_FOLDER
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { chromium } from "playwright-core";
import { expect, failures, serving } from "./serving.mjs";

const [program, folder] = process.argv.slice(2);
const { server, url } = await serving(program);
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
});
const errors = [];

// A page that tells of all that goes wrong, and of what is asked outside our origin.
const opened = async (path, options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-US", ...options });
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(error.message));
  // What is no longer wanted is broken off.
  page.on("requestfailed", (request) => request.failure().errorText === "net::ERR_ABORTED" || errors.push(`${request.url()}: ${request.failure().errorText}`));
  page.on("request", (request) => /^(http|ws)/.test(request.url()) && !request.url().startsWith(url) && errors.push(`asked of another: ${request.url()}`));
  page.on("response", (response) => response.status() >= 400 && errors.push(`${response.status()} ${response.url()}`));
  await page.goto(url + path);
  await page.waitForSelector("body.ready", { timeout: 60000 });
  await settled(page);
  return page;
};
const settled = async (page) => {
  await page.waitForFunction(() => {
    const images = [...document.querySelectorAll("img.leaflet-tile")].filter((image) => image.closest(".leaflet-layer").style.opacity !== "0");
    return images.length > 3 && images.every((image) => image.complete && image.naturalWidth > 0 && image.classList.contains("leaflet-tile-loaded"));
  }, null, { timeout: 60000 });
  await page.waitForTimeout(400);
};
// Rules of accessibility that a state of the page breaks (axe-core); Leaflet's panes are the map itself.
const axe = readFileSync(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const accessible = async (page, state) => {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const told = violations.map(({ id, nodes }) => `${id} (${nodes.slice(0, 2).map((node) => node.target.join(" ")).join("; ")})`);
  expect(told.length === 0, `no rule of accessibility is broken: ${state} ${told.join(", ")}`);
};
// Whether the map becomes that of a day.
const becomes = (page, wanted) => page.waitForFunction((day) => {
  const layers = [...document.querySelectorAll(".leaflet-layer")].filter((layer) => layer.style.opacity !== "0");
  const image = layers.at(-1)?.querySelector("img");
  return image && new URL(image.src).searchParams.get("date") === day;
}, wanted, { timeout: 30000 }).then(() => true, () => false);
const text = (page, selector) => page.textContent(selector);

try {
  const page = await opened("/");
  expect((await text(page, "#title")) === "Nagorno-Karabakh conflict", "the map has its title");
  expect((await page.inputValue("#date")) === "2020-11-10" && (await page.isVisible("#opening")), "it opens on the day that tells the story, with a sentence");
  expect((await text(page, ".leaflet-control-attribution")).includes("GeoNames"), "the sources are credited");
  await page.waitForSelector("#legend li");
  expect((await page.locator("#legend li").count()) >= 5, "the legend tells of what is seen");
  expect(await page.evaluate(() => [...document.querySelectorAll("#legend img")].every((image) => image.naturalWidth > 20)), "with pieces of the map");
  await page.screenshot({ path: `${folder}/open.png` });
  await accessible(page, "open");

  // Time: the stops one after another, the keys, the handle.
  await page.focus("#time-handle");
  await page.keyboard.press("Home");
  const stops = [];
  for (let last = ""; ; ) {
    const now = await page.inputValue("#date");
    if (now === last) break;
    stops.push(now);
    last = now;
    await page.keyboard.press("ArrowRight");
  }
  expect(stops.length > 60 && stops[0] === "1988-02-20", `every stop is reached by keys: ${stops.length}`);
  expect(stops.every((stop, i) => i === 0 || stops[i - 1] < stop), "in their order");
  expect((await page.getAttribute("#time-handle", "aria-valuetext")).length > 20, "each is told");
  for (const [key, wanted] of [["PageDown", 1], ["Shift+ArrowLeft", 1], ["Home", 0]]) {
    const before = await page.inputValue("#date");
    await page.keyboard.press(key);
    expect((await page.inputValue("#date")) < before || wanted === 0, `${key} goes back`);
  }
  await page.fill("#date", "2020-11-27");
  await page.dispatchEvent("#date", "change");
  await settled(page);
  expect(await becomes(page, "2020-11-25"), "a day between two changes is the map of the first of them");
  expect((await text(page, "#caption-text")).includes("Kalbajar handed over"), "and says since when");
  const track = await page.locator("#time-track").boundingBox();
  const drag = async (from, to) => {
    await page.mouse.move(track.x + from * track.width, track.y + track.height - 26);
    await page.mouse.down();
    await page.mouse.move(track.x + (from + to) / 2 * track.width, track.y + track.height - 26, { steps: 4 });
    await page.mouse.move(track.x + to * track.width, track.y + track.height - 26, { steps: 4 });
    await page.mouse.up();
  };
  await drag(0.86, 0.4);
  const dragged = await page.inputValue("#date");
  expect(dragged > "2002" && dragged < "2004", `the handle is dragged: ${dragged}`);
  await settled(page);
  expect(await becomes(page, "2001-07-01"), "and the map is of then");

  // The player: from stop to stop, without a moment in which nothing is drawn.
  await page.fill("#date", "2020-11-08");
  await page.dispatchEvent("#date", "change");
  await settled(page);
  await page.evaluate(() => {
    window.bare = 0;
    const look = () => {
      const layers = [...document.querySelectorAll(".leaflet-layer")].filter((layer) => Number(getComputedStyle(layer).opacity) > 0.95);
      const loaded = layers.some((layer) => [...layer.querySelectorAll("img")].filter((image) => image.classList.contains("leaflet-tile-loaded")).length > 3);
      if (!loaded) window.bare += 1;
      window.looking = requestAnimationFrame(look);
    };
    look();
  });
  await page.click("#speed");
  await page.click("#play");
  await page.waitForFunction(() => document.getElementById("date").value >= "2020-12-01", null, { timeout: 60000 });
  await page.click("#play");
  expect((await page.evaluate(() => window.bare)) === 0, "playing never shows an empty map");
  expect((await page.getAttribute("#play", "data-state")) === "paused", "it pauses");
  await page.evaluate(() => cancelAnimationFrame(window.looking));

  // A range, in words and square kilometres.
  await page.fill("#date", "2020-12-05");
  await page.dispatchEvent("#date", "change");
  await page.click("#range");
  await page.waitForFunction(() => document.querySelectorAll("#change-list li").length > 1, null, { timeout: 30000 });
  expect(/[\d,.]+ km²: .+ → .+/.test(await text(page, "#change-list")), `what changed: ${(await text(page, "#change-list")).slice(0, 120)}`);
  expect((await page.locator(".leaflet-overlay-pane path").count()) > 0, "it is drawn over the map");
  expect(!(await text(page, "#change-list")).includes("none"), "in the words of the page");
  await page.waitForFunction(() => location.search.includes("since="));
  await page.screenshot({ path: `${folder}/range.png` });
  await accessible(page, "range");
  // Both days on either side of a line.
  await page.click("#swipe");
  await page.waitForFunction(() => document.querySelectorAll(".leaflet-since-pane img.leaflet-tile-loaded").length > 3, null, { timeout: 30000 });
  const middle = await page.locator("#swipe-line").boundingBox();
  await page.mouse.move(middle.x + 22, 300);
  await page.mouse.down();
  await page.mouse.move(820, 300, { steps: 5 });
  await page.mouse.up();
  const moved = await page.locator("#swipe-line").boundingBox();
  expect(Math.abs(moved.x + 22 - 820) < 3, "the line is dragged");
  await page.waitForFunction(() => location.search.includes("compare=swipe"));
  await page.focus("#swipe-line");
  await page.keyboard.press("ArrowLeft");
  expect((await page.locator("#swipe-line").boundingBox()).x < moved.x, "and moved by keys");
  await accessible(page, "swipe");
  await page.screenshot({ path: `${folder}/swipe.png` });
  await page.click("#swipe");
  await page.click("#range");

  // What is here.
  await page.fill("#date", "2020-11-25");
  await page.dispatchEvent("#date", "change");
  await page.goto(`${url}/?date=2020-11-25&map=10/39.76/46.75&at=46.7499,39.7601`);
  await page.waitForSelector("#here .held button");
  const panel = await text(page, "#here");
  for (const word of ["Şuşa", "Շուշի", "Held by Azerbaijan", "Held by Armenian forces", "Line of contact", "Source", "Licence", "Accuracy", "GeoJSON", "Cite"]) {
    expect(panel.includes(word), `the panel of Shusha says ${word}`);
  }
  await page.screenshot({ path: `${folder}/here.png` });
  await accessible(page, "place");
  await page.click("#here .held button >> nth=0");
  await settled(page);
  expect((await page.inputValue("#date")) === "1994-05-12", "a piece of its time goes there");
  await page.keyboard.press("Escape");
  expect(!(await page.isVisible("#here")), "the panel closes");
  await page.mouse.click(520, 420);
  await page.waitForSelector("#here:not([hidden]) .fact");
  await page.waitForFunction(() => location.search.includes("at="));
  await page.click("#here-close");

  // Search, in three scripts, and coordinates.
  for (const [words, wanted] of [["Շուշի", "Shusha"], ["Агдам", "Agdam"], ["شوشا", "شوشا"]]) {
    await page.fill("#search", words);
    const isFound = await page.waitForFunction((name) => document.getElementById("search-list").textContent.includes(name), wanted, { timeout: 10000 })
      .then(() => true, () => false);
    expect(isFound, `${words} is found: ${(await text(page, "#search-list")).slice(0, 60)}`);
  }
  await page.press("#search", "ArrowDown");
  await page.press("#search", "Enter");
  await page.waitForSelector("#here:not([hidden])");
  await page.fill("#search", "39.82 N, 46.75 E");
  await page.waitForTimeout(400);
  await page.press("#search", "Enter");
  await page.waitForFunction(() => document.getElementById("here-title").textContent.includes("Stepanakert"), null, { timeout: 20000 });
  await page.keyboard.press("Escape");

  // The legend: a row is hidden, and its layers with it.
  await page.goto(`${url}/?date=2020-11-25&map=9/39.8/46.75`);
  await page.waitForSelector("#legend li");
  await settled(page);
  await page.click("#legend li:first-child button");
  await page.waitForFunction(() => location.search.includes("hide="));
  await settled(page);
  expect(await page.evaluate(() => [...document.querySelectorAll("img.leaflet-tile")].some((image) => image.src.includes("hide="))), "a row is left out of the map");
  await page.waitForSelector("#legend button[aria-pressed=false]");
  expect(await page.evaluate(() => document.activeElement.closest("#legend") !== null), "the focus stays on the row");
  await page.waitForTimeout(600);
  // A link to it is the same picture.
  const link = page.url();
  const clip = { x: 640, y: 70, width: 600, height: 440 };
  const first = await page.screenshot({ clip });
  const again = await opened(link.slice(url.length));
  const second = await again.screenshot({ clip });
  expect(first.equals(second), "the link gives the same pixels");
  await again.click("#share-open");
  const [shared, picture, frame] = await again.locator("#share textarea").evaluateAll((all) => all.map((one) => one.value));
  expect(shared === link, `the shared link is the address: ${shared}`);
  const answer = await again.request.get(picture);
  expect(answer.status() === 200 && answer.headers()["content-type"] === "image/png", `the picture is there: ${picture}`);
  expect(frame.includes("/embed?"), "and a frame");
  await accessible(again, "share");
  await again.click("#share-close");
  // A finished map: what is previewed is the file that is given.
  await again.click("#export-open");
  await again.fill("#export-title", "Kalbajar, 25 November 2020");
  await again.selectOption("#export-theme", "dark");
  await again.waitForFunction(() => { const image = document.querySelector(".preview img"); return image.complete && image.naturalWidth === 1200 && image.src.includes("theme=dark"); }, null, { timeout: 60000 });
  const previewed = await again.getAttribute(".preview img", "src");
  expect(previewed === await again.getAttribute(".preview a", "href"), "the preview is the file");
  const [address, command, asked] = await again.locator("#export textarea").evaluateAll((all) => all.map((one) => one.value));
  const [byUrl, byDocument] = [await again.request.get(address), await again.request.post(`${url}/styles/conflict/static`, { data: JSON.parse(asked) })];
  expect(byUrl.status() === 200 && byDocument.status() === 200, `the address and the document are answered: ${byDocument.status()} ${byDocument.status() === 200 ? "" : await byDocument.text()}`);
  expect(command.startsWith("contactline export --style conflict"), `the command: ${command.slice(0, 100)}`);
  await accessible(again, "export");
  await again.screenshot({ path: `${folder}/export.png` });
  await again.click("#export-close");
  await again.context().close();

  // In a frame of another page.
  const outside = await browser.newPage({ viewport: { width: 900, height: 640 } });
  await outside.setContent(`<h1>An article</h1>${frame}`);
  await outside.frameLocator("iframe").locator("body.ready").waitFor({ timeout: 60000 });
  expect((await outside.frameLocator("iframe").locator("#date").inputValue()) === "2020-11-25", "the map stands in another page");
  await outside.waitForTimeout(1500);
  await outside.screenshot({ path: `${folder}/embed.png` });
  await outside.close();

  // The page in Persian, from right to left.
  await page.goto(`${url}/?date=2020-11-25`);
  await page.waitForSelector("body.ready");
  await page.selectOption("#ui", "fa");
  await page.waitForFunction(() => document.documentElement.dir === "rtl");
  await page.waitForFunction(() => [...document.querySelectorAll("img.leaflet-tile")].some((image) => image.src.includes("lang=fa")));
  expect((await text(page, "#range")) === "چه تغییر کرد" && (await text(page, "#title")).includes("قره"), "the page is in Persian");
  await settled(page);
  await page.screenshot({ path: `${folder}/persian.png` });
  await accessible(page, "Persian");
  await page.context().close();

  // A phone, by touch.
  const phone = await opened("/?date=2020-11-25", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
  expect(await phone.evaluate(() => document.documentElement.scrollWidth <= 390), "nothing is wider than a phone");
  const attribution = await phone.locator(".leaflet-control-attribution").boundingBox();
  const bar = await phone.locator("#time").boundingBox();
  expect(attribution.y + attribution.height <= bar.y + 1, "the sources are not covered");
  await phone.tap("#forth");
  await settled(phone);
  expect((await phone.inputValue("#date")) === "2020-12-01", "a tap goes on");
  await phone.touchscreen.tap(200, 360);
  await phone.waitForSelector("#here:not([hidden]) .fact");
  await phone.screenshot({ path: `${folder}/phone.png` });
  await accessible(phone, "phone");
  await phone.context().close();

  // The keyboard alone.
  const keys = await opened("/?date=2020-11-25&map=9/39.76/46.75");
  await keys.focus("#map");
  await keys.keyboard.press("Enter");
  await keys.waitForSelector("#here:not([hidden]) .fact");
  expect((await text(keys, "#here-title")).length > 3, "Enter asks what is in the middle");
  await keys.keyboard.press("Escape");
  const reached = new Set();
  for (let i = 0; i < 60; i += 1) {
    await keys.keyboard.press("Tab");
    reached.add(await keys.evaluate(() => document.activeElement.id));
  }
  for (const id of ["search", "share-open", "fold", "ui", "play", "date", "range", "time-handle"]) expect(reached.has(id), `Tab reaches ${id}`);
  await keys.context().close();

  // A street's width, far in, and both sides of the antimeridian: the legend is asked for what is seen.
  for (const place of ["18/39.76/46.75", "4/60/179.5"]) {
    const far = await opened(`/?date=2020-11-25&map=${place}`);
    await far.waitForTimeout(900);
    expect(await far.locator("#told").isHidden(), `nothing is wrong at ${place}`);
    await far.context().close();
  }
  const odd = await opened("/?date=2020-02-31&hide=foo&map=8/39.8/46.75");
  expect((await odd.inputValue("#date")) === "2020-11-10", "a day that there is not is none");
  expect((await text(odd, "#told")).includes("'foo'"), "a layer that there is not is told");
  await odd.context().close();

  // A table of one's own is drawn here, by its days, and asked against the map.
  const dropped = await opened("/?date=2020-11-25&map=8/39.8/46.75");
  const table = 'name,lon,lat,date\n"Shusha, a",46.75,39.76,2020-09-01\nShusha b,46.75,39.76,2020-12-15\nKalbajar,46.04,40.1,2001-01-01\nnowhere,,,\n';
  await dropped.evaluate((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], "mine.csv", { type: "text/csv" }));
    document.getElementById("map").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  }, table);
  await dropped.waitForFunction(() => document.getElementById("own-told").textContent.includes("3"));
  expect((await text(dropped, "#own-told")).includes("without a place: 1"), "what has no place is told");
  const points = () => dropped.locator(".leaflet-overlay-pane path").count();
  expect((await points()) === 2, "what has not begun is not drawn");
  await dropped.fill("#date", "2020-12-20");
  await dropped.dispatchEvent("#date", "change");
  await dropped.waitForFunction(() => document.querySelectorAll(".leaflet-overlay-pane path").length === 3);
  await dropped.click("#own-ask");
  await dropped.waitForSelector("#own-answer li");
  const held = await text(dropped, "#own-answer ul");
  expect(held.includes("armenian: 2") && held.includes("azerbaijan: 1"), `who held each then: ${held}`);
  await accessible(dropped, "own data");
  await dropped.screenshot({ path: `${folder}/dropped.png` });
  await dropped.context().close();

  // Dark, and moved as little as is asked for.
  const dark = await opened("/?date=2020-11-25", { colorScheme: "dark", reducedMotion: "reduce" });
  await dark.screenshot({ path: `${folder}/dark.png` });
  await accessible(dark, "dark");
  await dark.context().close();

  // What is told to those who run no scripts.
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const bare = await plain.newPage();
  await bare.goto(`${url}/?date=2020-11-25&map=9/39.8/46.75&lang=hy`);
  const card = await bare.getAttribute("meta[property='og:image']", "content");
  expect(card.includes("date=2020-11-25") && card.includes("lang=hy"), `the card is of the view: ${card}`);
  expect((await bare.request.get(card)).headers()["content-type"] === "image/png", "and is a picture");
  expect(await bare.locator("noscript img").count() === 1 || await bare.locator("img").first().isVisible(), "a picture stands for the map");
  await plain.close();
  // Behind a path of a proxy.
  const outer = createServer((asked, answer) => {
    if (!asked.url.startsWith("/maps/")) return answer.writeHead(404).end();
    const inner = request(url + asked.url.slice(5), { method: asked.method, headers: asked.headers }, (got) => {
      answer.writeHead(got.statusCode, got.headers);
      got.pipe(answer);
    });
    asked.pipe(inner);
  });
  await new Promise((resolve) => outer.listen(0, "127.0.0.1", resolve));
  const behind = await (await browser.newContext({ viewport: { width: 900, height: 700 } })).newPage();
  behind.on("response", (response) => response.status() >= 400 && errors.push(`${response.status()} ${response.url()}`));
  await behind.goto(`http://127.0.0.1:${outer.address().port}/maps/?date=2020-11-25`);
  await behind.waitForSelector("body.ready", { timeout: 60000 });
  await settled(behind);
  await behind.waitForSelector("#legend li");
  expect((await behind.inputValue("#date")) === "2020-11-25", "it works behind a path");
  await behind.context().close();
  outer.close();

  // Data of one's own: it opens on them, dated or not.
  for (const [name, feature, day] of [
    ["dated", { valid_from: "2022-02-24", valid_to: "2022-04-02" }, "2022-02-24"],
    ["undated", {}, ""],
  ]) {
    const data = mkdtempSync(`${tmpdir()}/viewer-`);
    const geometry = { type: "Polygon", coordinates: [[[36, 49.5], [37, 49.5], [37, 50.3], [36, 50.3], [36, 49.5]]] };
    writeFileSync(`${data}/sites.geojson`, JSON.stringify({ type: "FeatureCollection", features: [{ type: "Feature", id: "a", geometry, properties: { name: "Here", ...feature } }] }));
    const own = await serving(program, ["--data", data]);
    const mine = await (await browser.newContext({ viewport: { width: 900, height: 700 } })).newPage();
    mine.on("pageerror", (error) => errors.push(error.message));
    await mine.goto(own.url);
    await mine.waitForSelector("body.ready", { timeout: 60000 });
    await settled(mine);
    expect((await text(mine, "#title")) === "Data" && (await mine.inputValue("#date")) === day, `${name} data: it opens on them`);
    await mine.waitForSelector("#legend li");
    const center = await mine.evaluate(() => new URLSearchParams(location.search).get("map").split("/").map(Number));
    expect(Math.abs(center[1] - 49.9) < 0.2 && Math.abs(center[2] - 36.5) < 0.2 && center[0] > 6, `${name} data: they fill the page ${center}`);
    expect((await mine.isVisible("#time")) === (day !== ""), `${name} data: time where there is any`);
    await mine.screenshot({ path: `${folder}/own-${name}.png` });
    await mine.context().close();
    own.server.kill("SIGTERM");
  }
  expect(errors.length === 0, `no error, nothing failed, nothing asked of another: ${errors.slice(0, 5).join("; ")}`);
} finally {
  await browser.close();
  server.kill("SIGTERM");
}
const code = await new Promise((resolve) => server.on("exit", resolve));
expect(code === 0, `the server stops cleanly (${code})`);
process.exit(failures.length ? 1 : 0);
