// The page in headless Chromium: what a reader sees and does, and what must not happen.
// usage: node check.mjs CHROMIUM REPORT.html [HOSTILE.html]
import assert from "node:assert/strict";
import fs from "node:fs";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";
import { faint, stray } from "./inside.mjs";

const [, , chromium, report, hostile] = process.argv;
const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu"] });

/** So that a click meets what does not move any more. */
const STILL = { name: "prefers-reduced-motion", value: "reduce" };

/** Opens a file and records every request, message, error and dialog. */
async function open(file) {
  const page = await browser.newPage();
  const url = pathToFileURL(fs.realpathSync(file)).href;
  const bad = [];
  const note = (what) => (item) => bad.push(`${what}: ${item.text?.() ?? item.message?.() ?? item.message}`);
  page.on("console", note("console"));
  page.on("pageerror", note("error"));
  page.on("dialog", (dialog) => (note("dialog")(dialog), dialog.dismiss()));
  page.on("request", (request) => {
    if (request.url() !== url && !request.url().startsWith("data:")) bad.push(`request: ${request.url()}`);
  });
  await page.setViewport({ width: 1280, height: 900 });
  await page.emulateMediaFeatures([STILL]);
  await page.goto(url, { waitUntil: "load" });
  return { page, url, bad };
}

/** The mouse on the middle of an element, also of a line that has no height. */
async function press(page, selector) {
  const { x, y } = await page.$eval(selector, (node) => {
    node.scrollIntoView({ block: "center", behavior: "instant" });
    const { left, width, top, height } = node.getBoundingClientRect();
    return { x: left + width / 2, y: top + height / 2 };
  });
  await page.mouse.click(x, y);
}

const checks = {
  async "every link leads to a place on the page"({ page }) {
    assert.deepEqual(await page.evaluate(stray), []);
  },

  async "findings are filtered by outcome and by words"({ page }) {
    const shown = () => page.$$eval("#findings tbody tr", (rows) => rows.filter((row) => row.checkVisibility()).length);
    const all = await shown();
    await page.select('.filter select[name="outcome"]', "fail");
    const failed = await shown();
    assert.ok(failed > 0 && failed < all, `${failed} of ${all}`);
    assert.equal(await page.$eval(".filter output", (out) => out.textContent), `${failed} of ${all} findings`);
    const words = await page.$eval('#findings tr[data-o="fail"] bdi', (subject) => subject.textContent);
    await page.type('.filter input[name="words"]', words.toUpperCase());
    const some = await shown();
    assert.ok(some > 0 && some < failed, `${some} of ${failed} hold ${words}`);
    await page.type('.filter input[name="words"]', " nothing-has-this-name");
    assert.equal(await shown(), 0);
    await page.$eval(".filter", (form) => form.reset());
  },

  async "a click on a drawn step opens why it holds, and its evidence stands in the index"({ page }) {
    const seen = (selector) => page.$eval(selector, (node) => node.checkVisibility());
    assert.equal(await seen("#hero-1"), false);
    await press(page, '#summary svg a[href="#hero-1"] .hit');
    await page.waitForFunction(() => document.querySelector("#hero-1").checkVisibility());
    const evidence = await page.$eval("#hero-1 + .ev a", (link) => link.getAttribute("href"));
    await press(page, "#hero-1 + .ev a");
    await page.waitForFunction((id) => location.hash === id, {}, evidence);
    assert.match(await page.$eval(`${evidence} code`, (node) => node.textContent), /^[0-9a-f]{64}$/);
  },

  async "the page is walked by keyboard alone"({ page, url }) {
    await page.goto(url);
    const focused = () =>
      page.evaluate(() => {
        const { tagName, className, href } = document.activeElement;
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
        return { tag: tagName, name: String(className?.baseVal ?? className), href: String(href?.baseVal ?? href ?? ""), ring: outlineStyle !== "none" && outlineWidth !== "0px" };
      });
    await page.keyboard.press("Tab");
    assert.equal((await focused()).name, "skip");
    await page.keyboard.press("Enter");
    assert.equal(new URL(page.url()).hash, "#summary");
    const reached = [];
    for (let step = 0; step < 60; step++) {
      await page.keyboard.press("Tab");
      reached.push(await focused());
    }
    assert.deepEqual(reached.filter((at) => !at.ring), [], "focus is seen everywhere");
    assert.ok(reached.some((at) => at.href === "#hero-1"), "steps of the drawn path are reached");
    assert.ok(reached.some((at) => at.tag === "SUMMARY"), "folded parts are reached");
    await page.focus("#summary details summary");
    const folded = () => page.$eval("#summary details", (node) => node.open);
    const before = await folded();
    await page.keyboard.press("Enter");
    assert.notEqual(await folded(), before);
  },

  async "light and dark differ, and both can be read"({ page }) {
    const grounds = [];
    for (const value of ["light", "dark"]) {
      await page.emulateMediaFeatures([STILL, { name: "prefers-color-scheme", value }]);
      grounds.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
      assert.deepEqual(await page.evaluate(faint, 4.5), [], `text of low contrast in ${value}`);
    }
    assert.notEqual(grounds[0], grounds[1]);
    await page.emulateMediaFeatures([STILL]);
  },

  async "nothing runs over the edge of a telephone"({ page }) {
    await page.setViewport({ width: 360, height: 740 });
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
    await page.setViewport({ width: 1280, height: 900 });
  },

  async "it prints whole, with all that is folded"({ page }) {
    const paper = await page.pdf({ format: "A4", printBackground: true });
    assert.ok(paper.length > 100_000, `${paper.length} bytes`);
    assert.equal(await page.$$eval("#paths details[open]", (all) => all.length), 0, "folded again after print");
  },

  async "no console message, no error, no dialog, no request"({ bad }) {
    assert.deepEqual(bad, []);
  },
};

let failed = 0;
async function run(name, check) {
  const fault = await check().then(
    () => null,
    (error) => error,
  );
  console.log(`${fault ? "FAIL" : "ok  "} ${name}${fault ? `\n     ${fault.message.replaceAll("\n", "\n     ")}` : ""}`);
  failed += fault ? 1 : 0;
}

const opened = await open(report);
for (const [name, check] of Object.entries(checks)) await run(name, () => check(opened));
if (hostile) {
  await run("hostile names have no effect", async () => {
    const { page, bad } = await open(hostile);
    await page.evaluate(() => document.querySelectorAll("details").forEach((node) => (node.open = true)));
    await page.pdf({ format: "A4" });
    assert.deepEqual(bad, []);
    assert.deepEqual(await page.evaluate(stray), []);
    assert.equal(await page.evaluate(() => document.scripts.length), 1);
  });
}
await browser.close();
process.exit(failed ? 1 : 0);
