// Sets the strings of target/shaping/ours.json in Chromium with the same fonts, measures them, and prints each on a page of
// its own, whose glyphs shaping.py reads. Usage: node shaping.mjs FONTS_FOLDER WORK_FOLDER
import { readFileSync, writeFileSync } from "node:fs";
import { chromium } from "playwright-core";

const [fonts, folder] = process.argv.slice(2);
const SIZE = 100;
const { strings } = JSON.parse(readFileSync(`${folder}/ours.json`, "utf8"));
const families = ["NotoSans", "NotoSansArmenian", "NotoSansGeorgian", "NotoSansArabic"];
const face = (family) => `@font-face{font-family:"${family}";src:url(data:font/ttf;base64,${readFileSync(`${fonts}/${family}-Regular.ttf`).toString("base64")})}`;
const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
const html = `<!doctype html><meta charset="utf-8"><style>${families.map(face).join("")}
  @page{size:4000px 300px;margin:20px} body{margin:0;font:${SIZE}px ${families.map((f) => `"${f}"`).join(",")}}
  div{break-after:page;white-space:pre}</style>${strings.map((s) => `<div><span>${escaped(s.text)}</span></div>`).join("")}`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--font-render-hinting=none", "--no-first-run"],
});
try {
  const page = await browser.newPage({ viewport: { width: 4000, height: 300 } });
  await page.setContent(html);
  await page.evaluate(() => document.fonts.ready);
  const widths = await page.evaluate(() => [...document.querySelectorAll("span")].map((s) => s.getBoundingClientRect().width));
  writeFileSync(`${folder}/chromium.json`, JSON.stringify(widths.map((w) => w / SIZE)));
  await page.pdf({ path: `${folder}/chromium.pdf`, preferCSSPageSize: true });
} finally {
  await browser.close();
}
