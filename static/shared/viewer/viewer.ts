// The deep-zoom viewer of the record page. The page shows a still image; this
// replaces it with one that can be entered.
import OpenSeadragon from "openseadragon";
import { Inside } from "./inside";
import { Layers, place } from "./layers";

export interface Zoom {
  open(info: string, at?: string): void;
  viewer: OpenSeadragon.Viewer;
}

// OpenSeadragon adds a style element of its own unless one like this is there,
// and the page's security policy allows none: layout.css holds the rule instead.
function keepStylesOut(): void {
  const mark = document.createElementNS("urn:hexi", "style");
  mark.setAttribute("data-openseadragon-mobile-css", "");
  document.head.append(mark);
}

// mount puts a viewer into an element and binds buttons by their data-do; with small,
// the whole of a long picture is shown small beside what one sees of it.
export function mount(element: HTMLElement, buttons: Iterable<HTMLButtonElement>, full?: HTMLElement, small = false): Zoom {
  keepStylesOut();
  const viewer = OpenSeadragon({
    element, showNavigationControl: false, showNavigator: small, navigatorAutoFade: false, navigatorPosition: "TOP_LEFT", crossOriginPolicy: "Anonymous", drawer: "canvas",
    gestureSettingsTouch: { pinchRotate: false }, visibilityRatio: 0.6, minZoomImageRatio: 0.8, maxZoomPixelRatio: 3,
    animationTime: 0.7, preserveImageSizeOnResize: true, imageLoaderLimit: 6, tabIndex: 0,
  });
  const actions: Record<string, () => void> = {
    in: () => viewer.viewport.zoomBy(1.6),
    out: () => viewer.viewport.zoomBy(1 / 1.6),
    home: () => viewer.viewport.goHome(),
    turn: () => viewer.viewport.setRotation(viewer.viewport.getRotation() + 90),
    full: () => {
      if (document.fullscreenElement) void document.exitFullscreen();
      else if (full) void full.requestFullscreen();
    },
  };
  for (const button of buttons) {
    const action = actions[button.dataset.do ?? ""];
    if (action) button.addEventListener("click", () => { action(); viewer.viewport?.applyConstraints(); });
  }
  if (small) for (const event of ["open", "resize"] as const) viewer.addHandler(event, () => overview(viewer));
  return { viewer, open: (info, at) => viewer.open({ tileSource: info, ...place(at) }) };
}

// A picture so much longer than its frame that the whole of it would be a
// ribbon opens at the frame's full height (a scroll that hangs, at its full width,
// from the top); the button for the whole picture still shows all of it.
const ribbon = 2;

// The whole of a ribbon is shown small in a corner, with the frame in it: where one
// is in the scroll, and that there is more of it. Pictures that open whole need none.
function overview(viewer: OpenSeadragon.Viewer): void {
  const small = viewer.navigator, size = viewer.world.getItemAt(0)?.getContentSize();
  if (!small || !size) return;
  const frame = viewer.viewport.getContainerSize(), shape = size.x / size.y, across = viewer.viewport.getAspectRatio();
  const long = shape > across * ribbon || isTall(shape, across);
  small.element.style.display = long ? "" : "none";
  if (!long) return;
  const [w, h] = shape > 1 ? [frame.x * 0.6, Math.max(20, frame.x * 0.6 / shape)] : [Math.max(20, frame.y * 0.7 * shape), frame.y * 0.7];
  small.setWidth(Math.round(w));
  small.setHeight(Math.round(h));
  small.updateSize();
}

const isTall = (shape: number, frame: number) => shape < frame / ribbon && shape < 1 / ribbon;

export function fill(viewer: OpenSeadragon.Viewer): void {
  const vp = viewer.viewport, size = viewer.world.getItemAt(0)?.getContentSize();
  if (!size) return;
  const shape = size.x / size.y, frame = vp.getAspectRatio();
  if (shape > frame * ribbon) vp.fitVertically(true);
  else if (isTall(shape, frame)) {
    const height = 1 / frame;
    vp.fitBounds(new OpenSeadragon.Rect(0, 0, 1, height), true);
  }
}

const page = document.getElementById("viewer");
if (page?.dataset.info) {
  const stage = document.createElement("div");
  stage.className = "osd";
  page.append(stage);
  const controls = page.querySelector<HTMLElement>(".controls");
  const zoom = mount(stage, page.querySelectorAll("button"), page.parentElement ?? page, true);
  const sections = [...document.querySelectorAll<HTMLElement>(".layers[data-of]")];
  const layers = new Map(sections.map((section) => [section.dataset.of as string, new Layers(zoom.viewer, section)]));
  let shown = "1"; // the number of the picture, or view, that is in the viewer
  zoom.viewer.addHandler("open", () => {
    page.classList.add("live");
    if (controls) controls.hidden = false;
    layers.get(shown)?.opened();
    fill(zoom.viewer);
    inside?.opened(shown);
  });
  const show = (view: string, info: string) => {
    layers.get(shown)?.closed();
    shown = view;
    for (const section of sections) section.hidden = section.dataset.of !== view;
    zoom.open(info, layers.get(view)?.first);
  };
  const strip = [...document.querySelectorAll<HTMLAnchorElement>(".strip a[data-info]")];
  const turn = (link: HTMLAnchorElement) => {
    for (const other of strip) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    show(link.dataset.view as string, link.dataset.info as string);
  };
  for (const link of strip) link.addEventListener("click", (event) => { event.preventDefault(); turn(link); });
  const form = document.querySelector<HTMLFormElement>("form.inside");
  const inside = form ? new Inside(zoom.viewer, form, (view) => {
    const link = strip.find((other) => other.dataset.view === view);
    if (view === shown) inside?.opened(view);
    else if (link) turn(link);
  }) : undefined;
  // #view=2 opens a record at that picture, &find=… with what is found on it.
  const follow = () => {
    const wanted = new URLSearchParams(location.hash.slice(1));
    const view = wanted.get("view") ?? undefined, link = strip.find((other) => other.dataset.view === view);
    if (link && view !== shown) {
      turn(link);
      link.scrollIntoView({ block: "nearest", inline: "center" });
    }
    const words = wanted.get("find");
    if (words) void inside?.ask(words, view);
  };
  show(shown, page.dataset.info);
  follow();
  window.addEventListener("hashchange", follow);
}
