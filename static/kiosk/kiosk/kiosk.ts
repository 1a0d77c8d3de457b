// The kiosk: an attract loop that goes from stop to stop, touch to explore a
// picture, and back to the loop when nobody has touched it for a while, with
// everything as it was.
import { fill, mount, type Zoom } from "../../shared/viewer/viewer";

const body = document.body;
const seconds = (name: string, otherwise: number): number => {
  const n = Number(body.dataset[name]);
  return Number.isFinite(n) && n > 0 ? n : otherwise;
};
// Seconds: without a touch until the countdown appears, its length, a stop's time.
const idle = seconds("idle", 60), warn = seconds("warn", 15), dwell = seconds("dwell", 12);
const first = body.dataset.lang ?? "zh";
const loop = document.getElementById("loop") as HTMLElement;
const explore = document.getElementById("explore") as HTMLElement;
const warning = document.getElementById("warning") as HTMLElement;
const caption = explore.querySelector(".caption") as HTMLElement;
const stops = Array.from(loop.querySelectorAll<HTMLElement>(".stop"));
let at = 0;
let zoom: Zoom | undefined;
let touched = Date.now();

loop.style.setProperty("--dwell", dwell + "s");

// A picture fills the screen where that costs little of it; one that would be a
// ribbon passes by; any other stays whole.
function fit(stop: HTMLElement): void {
  const img = stop.querySelector<HTMLImageElement>(".pic");
  if (!img?.naturalWidth) return;
  const off = (img.naturalWidth / img.naturalHeight) / (innerWidth / innerHeight);
  stop.classList.toggle("fills", off > 0.8 && off < 1.25);
  stop.classList.toggle("pans", off > 4);
}

// Pictures are asked for one stop ahead, not all at once.
function load(i: number): void {
  const stop = stops[i % stops.length];
  for (const img of stop?.querySelectorAll<HTMLImageElement>("img[data-src]") ?? []) {
    img.src = img.dataset.src as string;
    delete img.dataset.src;
  }
}
for (const stop of stops) {
  stop.querySelector(".pic")?.addEventListener("load", () => fit(stop));
  fit(stop);
}
addEventListener("resize", () => stops.forEach(fit));

function show(i: number): void {
  if (stops.length === 0) return;
  at = (i + stops.length) % stops.length;
  load(at);
  stops.forEach((s, n) => { s.classList.toggle("on", n === at); s.classList.toggle("off", n !== at); });
  for (const place of document.querySelectorAll(".at")) place.textContent = `${at + 1} / ${stops.length}`;
  setTimeout(() => load(at + 1), dwell * 500);
}

// speak sets the language of everything.
function speak(lang: string): void {
  body.dataset.lang = lang;
  document.documentElement.lang = lang;
}

// The part of the picture that a stop speaks of, in the viewer's coordinates; all
// of it is seen, whatever the shape of the screen.
function view(stop: HTMLElement): void {
  if (!zoom) return;
  const m = /^(pct:)?([\d.]+),([\d.]+),([\d.]+),([\d.]+)$/.exec(stop.dataset.view ?? "");
  if (!m) {
    fill(zoom.viewer);
    return;
  }
  const w = Number(stop.dataset.width), h = Number(stop.dataset.height);
  const [x, y, rw, rh] = m.slice(2).map(Number);
  const sx = m[1] ? w / 100 : 1, sy = m[1] ? h / 100 : 1;
  const vp = zoom.viewer.viewport;
  vp.fitBounds(vp.imageToViewportRectangle(x * sx, y * sy, rw * sx, rh * sy));
}

function enter(i: number): void {
  show(i);
  const stop = stops[at];
  if (!stop?.dataset.info) return;
  explore.hidden = false;
  loop.hidden = true;
  const text = stop.querySelector("figcaption");
  caption.replaceChildren(...Array.from(text?.childNodes ?? []).map((n) => n.cloneNode(true)));
  zoom ??= mount(document.getElementById("zoom") as HTMLElement, explore.querySelectorAll("button"));
  zoom.viewer.addOnceHandler("open", () => view(stop));
  zoom.open(stop.dataset.info);
}

// rest puts everything back as it was before the visitor came.
function rest(): void {
  warning.hidden = true;
  explore.hidden = true;
  loop.hidden = false;
  zoom?.viewer.close();
  speak(first);
  show(0);
  turn = Date.now();
}

// leave goes back to the loop where the visitor is, in the visitor's language.
function leave(): void {
  explore.hidden = true;
  loop.hidden = false;
  zoom?.viewer.close();
  show(at);
  turn = Date.now();
}

function move(step: number): void {
  for (let n = 1; n <= stops.length; n++) {
    const next = (at + step * n + stops.length * n) % stops.length;
    if (stops[next].dataset.info) { enter(next); return; }
  }
}

for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) {
  addEventListener(kind, () => { touched = Date.now(); warning.hidden = true; }, { passive: true, capture: true });
}
addEventListener("contextmenu", (e) => e.preventDefault());
const other = (): void => speak(body.dataset.lang === "zh" ? "en" : "zh");
loop.addEventListener("click", (e) => {
  if ((e.target as HTMLElement).closest("#looplang")) other();
  else if (stops[at]?.dataset.info) enter(at);
  else move(1);
});
explore.querySelector(".bar")?.addEventListener("click", (e) => {
  const what = (e.target as HTMLElement).closest("button")?.dataset.do;
  if (what === "next") move(1);
  if (what === "prev") move(-1);
  if (what === "lang") other();
  if (what === "rest") leave();
});

let turn = Date.now();
show(0);
setInterval(() => {
  const now = Date.now(), still = (now - touched) / 1000;
  if (!explore.hidden) {
    const left = Math.ceil(idle + warn - still);
    if (left <= 0) rest();
    else if (still >= idle) {
      warning.hidden = false;
      for (const b of warning.querySelectorAll("p b")) b.textContent = String(left);
    }
    return;
  }
  if (body.dataset.lang !== first && still >= idle + warn) speak(first);
  if (stops.length > 1 && now - turn > dwell * 1000) {
    turn = now;
    show(at + 1);
  }
}, 250);
