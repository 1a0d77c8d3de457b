// What a visitor, a curator and a gallery's screen do, in a real browser.
//   node browser.mjs ADDRESS PASSWORD PHOTO DIR
// The archive at ADDRESS holds the record dh-9 with an image, the exhibition
// "show", and the user "wang". Screenshots go to DIR. It ends with status 1 and
// says what is wrong at the first thing that is.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const [address, password, photo, dir] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const faults = [];

// visit opens a page that may say nothing wrong on its console.
async function visit(options, path) {
  const context = await browser.newContext({ locale: "zh-CN", ...options });
  const page = await context.newPage();
  page.on("console", (m) => { if (m.type() === "error") faults.push(`${page.url()}: ${m.text()}`); });
  page.on("pageerror", (e) => faults.push(`${page.url()}: ${e.message}`));
  page.tiles = [];
  page.on("response", (r) => { if (/\/iiif\/3\/[^/]+\/\d+,\d+,\d+,\d+\//.test(r.url())) page.tiles.push(r.status()); });
  await page.goto(address + path);
  return page;
}

const sizes = { desk: { width: 1366, height: 900 }, phone: { width: 390, height: 844 }, kiosk: { width: 1080, height: 1920 } };

// A visitor searches 莫高窟, opens a record, and sees its tiles arrive.
async function search() {
  const page = await visit({ viewport: sizes.desk }, "/");
  await page.locator("main input[name=q]").fill("莫高窟");
  await page.locator("main input[name=q]").press("Enter");
  await page.waitForURL(/\/search\?.*q=/);
  assert.match(await page.locator(".grid").innerText(), /莫高窟第9窟北壁/);
  await page.screenshot({ path: `${dir}/search.png` });
  await page.locator(".grid a[href='/records/dh-9']").first().click();
  await page.waitForSelector("#viewer.live canvas", { state: "attached" });
  await page.waitForFunction(() => document.querySelector("#viewer.live"));
  await page.locator("#viewer .osd").focus();
  for (let i = 0; i < 4; i++) await page.locator("button[data-do=in]").click();
  for (let i = 0; i < 100 && page.tiles.length < 4; i++) await page.waitForTimeout(100);
  assert.ok(page.tiles.length >= 4, `only ${page.tiles.length} tiles came`);
  assert.ok(page.tiles.every((s) => s === 200), `tiles answered ${page.tiles}`);
  await page.waitForTimeout(800);
  const painted = await page.evaluate(() => {
    const canvas = document.querySelector("#viewer canvas");
    const pixels = canvas.getContext("2d").getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data;
    return [...pixels];
  });
  assert.ok(painted[3] === 255 && painted[0] + painted[1] + painted[2] > 60, `the middle of the viewer is ${painted}`);
  await page.screenshot({ path: `${dir}/record.png` });
  await page.locator("nav .lang").click();
  assert.match(await page.locator("h1").innerText(), /North wall of Cave 9/);
  await page.context().close();
}

// A scholar switches between the layers of a mural and fades them, by keyboard.
async function layers() {
  const page = await visit({ viewport: sizes.desk }, "/records/dh-10");
  await page.waitForSelector("#viewer.live");
  assert.equal(await page.locator(".strip").count(), 0, "layers are shown as pictures of their own");
  assert.deepEqual(await page.locator(".layers li").allInnerTexts(), ["可见光", "线描图"]);
  const middle = () => page.evaluate(() => {
    const canvas = document.querySelector("#viewer canvas");
    return canvas.getContext("2d").getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data[2];
  });
  const until = async (what, ok) => {
    let blue = -1;
    for (let i = 0; i < 100 && !ok(blue); i++) { await page.waitForTimeout(100); blue = await middle(); }
    assert.ok(ok(blue), `${what}: the middle's blue is ${blue}`);
    return blue;
  };
  const slider = page.locator(".layers input[type=range]");
  assert.ok(await slider.isHidden(), "there is a slider with nothing to fade");
  const base = await until("the base", (blue) => blue >= 0 && blue < 150);
  await page.locator(".layers input[type=radio]").first().focus();
  await page.keyboard.press("ArrowRight");
  await until("the line drawing", (blue) => blue > 240);
  await page.screenshot({ path: `${dir}/layers.png` });
  await slider.focus();
  for (let i = 0; i < 50; i++) await page.keyboard.press("ArrowLeft");
  assert.equal(await slider.getAttribute("aria-valuetext"), "线描图 50%");
  await until("half of it", (blue) => blue > base + 30 && blue < 230);
  await page.keyboard.press("Home");
  await until("none of it", (blue) => Math.abs(blue - base) < 4);
  await page.context().close();
}

// A reader finds a book by what stands on its second page, lands there, sees it marked, and
// looks for something else within it.
async function inside() {
  const page = await visit({ viewport: sizes.desk }, "/search?q=首阳山");
  await page.locator(".grid a[href^='/records/book#view=2']").click();
  await page.waitForSelector("#viewer.live");
  assert.equal(await page.locator(".inside input").inputValue(), "首陽山"); // as it is written on the page
  await page.waitForSelector("#viewer .match.goal");
  assert.equal(await page.locator(".strip a[aria-current]").getAttribute("data-view"), "2");
  assert.match(await page.locator(".inside li").first().innerText(), /2\s*渭水出首陽山/);
  await page.waitForTimeout(1200);
  const where = await page.evaluate(() => {
    const frame = document.querySelector("#viewer").getBoundingClientRect(), mark = document.querySelector("#viewer .match.goal").getBoundingClientRect();
    return { inside: mark.left >= frame.left && mark.right <= frame.right && mark.top >= frame.top && mark.bottom <= frame.bottom, tall: mark.height / mark.width };
  });
  assert.ok(where.inside && where.tall > 2.5 && where.tall < 3.5, `three characters, one above the other, are marked as ${JSON.stringify(where)}`);
  await page.screenshot({ path: `${dir}/inside.png` });
  await page.locator(".inside input").fill("通志卷"); // as it is written on the page
  await page.locator(".inside input").press("Enter"); // as it is written on the page
  await page.waitForFunction(() => document.querySelector(".strip a[aria-current]").dataset.view === "1");
  await page.waitForFunction(() => document.querySelectorAll("#viewer .match.goal").length === 2); // over the end of a column
  await page.locator(".inside input").fill("没有的"); // as it is written on the page
  await page.locator(".inside input").press("Enter"); // as it is written on the page
  await page.waitForFunction(() => document.querySelector(".inside output").textContent === "没有找到" && !document.querySelector("#viewer .match"));
  await page.goto(`${address}/records/dh-9`);
  assert.equal(await page.locator(".inside").count(), 0, "a record without a text can be searched within");
  await page.context().close();
}

// Nothing is wider than a phone.
async function phone() {
  for (const path of ["/", "/search?q=莫高窟", "/records/dh-9", "/records/dh-10", "/records/book#view=2&find=流域", "/collections/dunhuang", "/exhibitions/show", "/curate/signin"]) {
    const page = await visit({ viewport: sizes.phone, hasTouch: true, isMobile: true }, path);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(over, 0, `${path} is ${over} px wider than the screen`);
    await page.screenshot({ path: `${dir}/phone${path.replaceAll(/[^a-z0-9]+/g, "-")}.png`, fullPage: true });
    await page.context().close();
  }
}

// Without scripts everything can still be read and found.
async function plain() {
  const page = await visit({ viewport: sizes.desk, javaScriptEnabled: false }, "/records/dh-9");
  assert.ok(await page.locator("#viewer img.still").isVisible());
  assert.match(await page.locator("main").innerText(), /晚唐/);
  await page.goto(`${address}/records/dh-10`);
  assert.match(await page.locator(".layers a").nth(1).getAttribute("href"), /^\/iiif\/3\//, "the layers are no links");
  await page.context().close();
}

// A gallery's screen: the loop, a touch, the picture, and back by itself.
async function kiosk() {
  const page = await visit({ viewport: sizes.kiosk, hasTouch: true }, "/kiosk/show?idle=8&warn=4&dwell=3");
  await page.waitForSelector("#loop:not([hidden]) .stop.on");
  await page.screenshot({ path: `${dir}/kiosk-loop.png` });
  await page.touchscreen.tap(540, 900);
  await page.waitForSelector("#explore:not([hidden]) canvas", { state: "attached" });
  for (let i = 0; i < 100 && page.tiles.length < 1; i++) await page.waitForTimeout(100);
  assert.ok(page.tiles.length > 0, "the kiosk shows no tiles");
  await page.waitForTimeout(800);
  await page.screenshot({ path: `${dir}/kiosk-explore.png` });
  const small = await page.evaluate(() => [...document.querySelectorAll("#explore button")].map((b) => b.getBoundingClientRect()).filter((r) => r.width < 44 || r.height < 44).length);
  assert.equal(small, 0, "some buttons are too small for a finger");
  await page.locator("button[data-do=lang]").tap();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
  await page.waitForSelector("#warning:not([hidden])", { timeout: 20_000 });
  await page.touchscreen.tap(540, 960); // wherever it is touched, it stays
  assert.ok(await page.locator("#warning").isHidden());
  assert.ok(await page.locator("#explore").isVisible());
  await page.waitForSelector("#loop:not([hidden])", { timeout: 30_000 });
  assert.equal(await page.evaluate(() => document.documentElement.lang), "zh", "the next visitor finds the last one's language");
  await page.context().close();
}

// signIn signs in where the page asks for it.
async function signIn(page) {
  await page.waitForURL(/signin/);
  await page.locator("input[name=name]").fill("wang");
  await page.locator("input[type=password]").fill(password);
  await page.locator("main button").first().click();
}

// A researcher saves a search, makes a feed of it, and finds what was searched for last in
// the empty box; on a telephone the list is as wide as the screen.
async function saved() {
  const page = await visit({ viewport: sizes.desk }, "/curate/searches");
  await signIn(page);
  await page.waitForURL(/\/curate\/searches$/);
  await page.goto(`${address}/search?q=莫高窟&kind=mural`);
  await page.locator(".keep summary").click();
  assert.match(await page.locator(".keepform input[name=name]").inputValue(), /莫高窟 · 壁画/);
  await page.screenshot({ path: `${dir}/save.png` });
  await page.locator(".keepform button").click();
  await page.waitForURL(/saved=/);
  assert.match(await page.locator(".saved").innerText(), /莫高窟 · 壁画[^]*1 条记录/);
  await page.locator(".saved summary").click();
  await page.locator("button[value=feed]").click();
  const feed = await page.locator("input.address").inputValue();
  await page.screenshot({ path: `${dir}/saved.png`, fullPage: true });
  const reader = await visit({}, "/");
  const got = await reader.request.get(feed);
  assert.match(await got.text(), /<title>莫高窟第9窟北壁<\/title>/);
  await reader.context().close();
  await page.goto(`${address}/curate/searches`);
  await page.locator(".top input[name=q]").focus();
  await page.waitForSelector("[role=option]");
  assert.deepEqual(await page.locator("[role=option]").allInnerTexts(), ["莫高窟 · 壁画"]);
  await page.locator("[role=option]").click();
  await page.waitForURL(/kind=mural&q=/);
  // Completions by pinyin are seen, and chosen by the keyboard.
  await page.locator(".top input[name=q]").fill("mogaoku");
  await page.locator("[role=option]", { hasText: "莫高窟" }).first().waitFor();
  await page.screenshot({ path: `${dir}/completions.png` });
  assert.equal(await page.locator(".top input[name=q]").getAttribute("aria-expanded"), "true");
  await page.keyboard.press("ArrowDown");
  const chosen = await page.locator("[role=option][aria-selected=true]").evaluate((li) => li.firstChild.textContent);
  await page.keyboard.press("Escape");
  assert.ok(await page.locator(".offers").first().isHidden());
  assert.equal(await page.locator(".top input[name=q]").inputValue(), "mogaoku", "Escape closes the list and leaves what was typed");
  await page.keyboard.type(" ");
  await page.waitForSelector("[role=option]");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.searchParams.get("q") === chosen || url.pathname.startsWith("/records/"));
  await page.goto(`${address}/curate/searches`);
  await page.setViewportSize(sizes.phone);
  await page.locator(".saved summary").click();
  await page.screenshot({ path: `${dir}/saved-phone.png`, fullPage: true });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the list is wider than a telephone");
  await page.goto(`${address}/search?q=莫高窟`);
  await page.locator(".keep summary").click();
  await page.screenshot({ path: `${dir}/save-phone.png` });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the form is wider than a telephone");
  await page.context().close();
}

// A curator signs in, uploads, and sees the jobs end.
async function workbench() {
  const page = await visit({ viewport: sizes.desk }, "/curate");
  await signIn(page);
  await page.waitForURL(/\/curate$/);
  await page.screenshot({ path: `${dir}/curate.png` });
  await page.goto(`${address}/curate/upload`);
  await page.locator("input[name=title_zh]").fill("新上传的照片");
  await page.locator("input[name=files]").setInputFiles(photo);
  await page.locator("input[name=publish]").check();
  await page.screenshot({ path: `${dir}/upload.png`, fullPage: true });
  await page.locator("main form button").first().click();
  await page.waitForURL(/\/curate\/jobs/);
  // Live: the page is never loaded again from here.
  await page.waitForFunction(() => {
    const rows = [...document.querySelectorAll("#jobs tbody tr")];
    return rows.length > 1 && rows.every((r) => r.className === "done");
  }, undefined, { timeout: 30_000 });
  await page.screenshot({ path: `${dir}/jobs.png` });
  await page.locator(".note a").click();
  await page.waitForSelector("#viewer.live");
  assert.match(await page.locator("h1").innerText(), /新上传的照片/);
  await page.context().close();
}

try {
  for (const story of [search, layers, inside, phone, plain, kiosk, saved, workbench]) {
    await story();
    assert.deepEqual(faults, [], `${story.name}: the console says`);
    console.log(`${story.name}: fine`);
  }
} finally {
  await browser.close();
}
