// The layers of a view: which of them is seen, and how much of it over the base. The
// page lists them as links; this makes buttons of the links, and shows the slider.
import OpenSeadragon from "openseadragon";

interface Layer {
  info: string;
  label: string;
  at: OpenSeadragon.Rect; // in widths of the view
  item?: OpenSeadragon.TiledImage;
}

// place reads "x y width height" as where an image goes: all of it in there, so that
// one whose shape is a little different lies in the middle.
export function place(at: string | undefined): { fitBounds?: OpenSeadragon.Rect } {
  const [x, y, w, h] = (at ?? "").split(" ").map(Number);
  return at ? { fitBounds: new OpenSeadragon.Rect(x, y, w, h) } : {};
}

export class Layers {
  readonly first: string | undefined; // where the base lies
  private readonly layers: Layer[] = [];
  private readonly fade: HTMLElement;
  private readonly range: HTMLInputElement;
  private chosen = 0;
  private turn = 0; // counts openings: what was asked for in one comes too late in the next

  constructor(private readonly viewer: OpenSeadragon.Viewer, private readonly section: HTMLElement) {
    this.fade = section.querySelector(".fade") as HTMLElement;
    this.range = this.fade.querySelector("input") as HTMLInputElement;
    const links = [...section.querySelectorAll<HTMLAnchorElement>("a[data-info]")];
    this.first = links[0]?.dataset.at;
    links.forEach((link, i) => {
      const label = link.textContent ?? "";
      this.layers.push({ info: link.dataset.info as string, label, at: place(link.dataset.at).fitBounds as OpenSeadragon.Rect });
      link.replaceWith(this.button(i, label));
    });
    (this.fade.querySelector(".from") as HTMLElement).textContent = this.layers[0]?.label ?? "";
    this.range.addEventListener("input", () => this.mix());
    this.fade.hidden = false;
  }

  private button(i: number, label: string): HTMLElement {
    const input = document.createElement("input"), name = document.createElement("span"), around = document.createElement("label");
    input.type = "radio";
    input.name = `layer-${this.section.dataset.of}`;
    input.checked = i === 0;
    input.addEventListener("change", () => this.choose(i));
    name.textContent = label;
    around.append(input, name);
    return around;
  }

  // opened is called when the viewer holds the base, and nothing else.
  opened(): void {
    this.turn++;
    for (const layer of this.layers) delete layer.item;
    if (this.layers[0]) this.layers[0].item = this.viewer.world.getItemAt(0);
    const buttons = this.section.querySelectorAll<HTMLInputElement>("input[type=radio]");
    if (buttons[0]) buttons[0].checked = true;
    this.choose(0);
  }

  // closed is called when the viewer is about to hold something else.
  closed(): void { this.turn++; }

  private choose(i: number): void {
    const layer = this.layers[i];
    if (!layer) return;
    this.chosen = i;
    this.fade.classList.toggle("idle", i === 0);
    this.range.disabled = i === 0;
    this.range.value = "100";
    (this.fade.querySelector(".to") as HTMLElement).textContent = i === 0 ? "" : layer.label;
    if (!layer.item) this.load(layer);
    this.mix();
    if (i > 0) this.lookAt(layer.at);
  }

  // load puts a layer over the base. The view stays where it is.
  private load(layer: Layer): void {
    const turn = this.turn;
    this.viewer.addTiledImage({
      tileSource: layer.info, fitBounds: layer.at, opacity: 0,
      success: (event) => {
        const item = (event as unknown as { item: OpenSeadragon.TiledImage }).item;
        if (turn !== this.turn) {
          this.viewer.world.removeItem(item);
          return;
        }
        layer.item = item;
        this.mix();
      },
    });
  }

  // mix shows the base, and the chosen layer over it as far as the slider says.
  private mix(): void {
    const share = this.chosen === 0 ? 0 : Number(this.range.value);
    this.layers.forEach((layer, i) => { if (i > 0) layer.item?.setOpacity(i === this.chosen ? share / 100 : 0); });
    const text = `${this.chosen === 0 ? 100 : share}%`;
    (this.fade.querySelector("output") as HTMLElement).textContent = text;
    this.range.setAttribute("aria-valuetext", `${this.layers[this.chosen]?.label ?? ""} ${text}`);
  }

  // lookAt goes to a layer of a part if nothing of it would be seen.
  private lookAt(at: OpenSeadragon.Rect): void {
    if (!this.viewer.viewport.getBounds().intersection(at)) this.viewer.viewport.fitBounds(at);
  }
}
