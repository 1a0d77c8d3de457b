// The kiosk: an attract loop that goes from stop to stop, touch to explore a
// picture, and back to the loop after an idle minute, with everything as it was.
import { mount, type Zoom } from "../../shared/viewer/viewer";

const body = document.body;
const seconds = (name: string, otherwise: number): number => {
  const n = Number(body.dataset[name]);
  return Number.isFinite(n) && n > 0 ? n : otherwise;
};
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

function show(i: number): void {
  at = (i + stops.length) % stops.length;
  stops.forEach((s, n) => { s.classList.toggle("on", n === at); s.classList.toggle("off", n !== at); });
}

// The part of the picture that a stop speaks of, in the viewer's coordinates.
function view(stop: HTMLElement): void {
  const m = /^(pct:)?([\d.]+),([\d.]+),([\d.]+),([\d.]+)$/.exec(stop.dataset.view ?? "");
  if (!m || !zoom) return;
  const w = Number(stop.dataset.width), h = Number(stop.dataset.height);
  const [x, y, rw, rh] = m.slice(2).map(Number);
  const sx = m[1] ? w / 100 : 1, sy = m[1] ? h / 100 : 1;
  const vp = zoom.viewer.viewport;
  vp.fitBounds(vp.imageToViewportRectangle(x * sx, y * sy, rw * sx, rh * sy));
}

function enter(i: number): void {
  show(i);
  const stop = stops[at];
  if (!stop.dataset.info) return;
  explore.hidden = false;
  loop.hidden = true;
  zoom ??= mount(document.getElementById("zoom") as HTMLElement, explore.querySelectorAll("button"));
  const text = stop.querySelector("figcaption");
  caption.replaceChildren(...Array.from(text?.childNodes ?? []).map((n) => n.cloneNode(true)));
  zoom.viewer.addOnceHandler("open", () => view(stop));
  zoom.open(stop.dataset.info);
}

// rest puts everything back as it was before the visitor came.
function rest(): void {
  warning.hidden = true;
  explore.hidden = true;
  loop.hidden = false;
  zoom?.viewer.close();
  body.dataset.lang = first;
  document.documentElement.lang = first;
  show(0);
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
loop.addEventListener("click", () => (stops[at]?.dataset.info ? enter(at) : move(1)));
explore.querySelector(".bar")?.addEventListener("click", (e) => {
  const what = (e.target as HTMLElement).closest("button")?.dataset.do;
  if (what === "next") move(1);
  if (what === "prev") move(-1);
  if (what === "lang") {
    body.dataset.lang = body.dataset.lang === "zh" ? "en" : "zh";
    document.documentElement.lang = body.dataset.lang;
  }
});

let turn = Date.now();
show(0);
setInterval(() => {
  const now = Date.now();
  if (!explore.hidden) {
    const left = Math.ceil(idle - (now - touched) / 1000);
    if (left <= 0) rest();
    else if (left <= Math.min(warn, idle / 2)) {
      warning.hidden = false;
      for (const b of warning.querySelectorAll("p b")) b.textContent = String(left);
    }
  } else if (stops.length > 1 && now - turn > dwell * 1000) {
    turn = now;
    show(at + 1);
  }
}, 250);
