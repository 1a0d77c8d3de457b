// The search within a record: what stands on its pages. It asks the record's IIIF Content
// Search, lists what was found, goes to it and marks it on the picture.
import OpenSeadragon from "openseadragon";

interface Target { source: string; selector: { prefix?: string; exact: string; suffix?: string }[] }
interface Answer {
  items: { id: string; target: string }[];
  annotations?: { items: { target: Target[] }[] }[];
  next?: { id: string };
}

// A match on a view; its boxes are in widths of the view.
interface Match { view: string; boxes: OpenSeadragon.Rect[]; before: string; exact: string; after: string }

export class Inside {
  private readonly views = new Map<string, { view: string; width: number }>(); // by the end of a canvas's address
  private readonly input: HTMLInputElement;
  private readonly said: HTMLOutputElement;
  private readonly list: HTMLOListElement;
  private readonly more: HTMLButtonElement;
  private matches: Match[] = [];
  private next = "";
  private asked = 0; // counts questions: the answer to one before comes too late
  private goal: Match | undefined;

  // turn shows a view; what is shown calls opened.
  constructor(private readonly viewer: OpenSeadragon.Viewer, private readonly form: HTMLFormElement, private readonly turn: (view: string) => void) {
    this.input = form.querySelector("input") as HTMLInputElement;
    this.said = form.querySelector("output") as HTMLOutputElement;
    this.list = form.querySelector("ol") as HTMLOListElement;
    this.more = form.querySelector("button.more") as HTMLButtonElement;
    (form.dataset.canvases ?? "").split(" ").forEach((canvas, i) => {
      const [place, width] = canvas.split(":");
      this.views.set(place as string, { view: String(i + 1), width: Number(width) });
    });
    form.hidden = false;
    form.addEventListener("submit", (event) => { event.preventDefault(); void this.ask(this.input.value); });
    this.more.addEventListener("click", () => { if (this.next) void this.read(this.next, false); });
  }

  // ask looks for words; with view, it goes to the first of them there.
  async ask(words: string, view?: string): Promise<void> {
    this.input.value = words;
    this.matches = [];
    this.list.replaceChildren();
    this.more.hidden = true;
    this.said.textContent = "";
    this.mark("");
    if (words.trim()) await this.read(`${this.form.action}?q=${encodeURIComponent(words)}`, true, view);
  }

  private async read(address: string, first: boolean, view?: string): Promise<void> {
    const asked = ++this.asked;
    let answer: Answer;
    try {
      const response = await fetch(address, { headers: { Accept: "application/ld+json" } });
      if (!response.ok) throw new Error(String(response.status));
      answer = await response.json() as Answer;
    } catch {
      if (asked === this.asked) this.said.textContent = this.form.dataset.fault ?? "";
      return;
    }
    if (asked !== this.asked) return;
    const targets = new Map(answer.items.map((item) => [item.id, item.target]));
    const found = (answer.annotations?.[0]?.items ?? []).map((match) => this.match(match.target, targets)).filter((m) => m !== undefined);
    this.matches.push(...found);
    for (const match of found) this.list.append(this.entry(match));
    this.next = answer.next?.id ?? "";
    this.more.hidden = !this.next;
    this.said.textContent = this.matches.length ? `${this.matches.length}${this.next ? "+" : ""}` : this.form.dataset.none ?? "";
    if (!first) return;
    const goal = found.find((m) => m.view === view) ?? (view ? undefined : found[0]);
    if (goal) this.go(goal);
  }

  private match(parts: Target[], targets: Map<string, string>): Match | undefined {
    let match: Match | undefined;
    for (const part of parts) {
      const [canvas, at] = (targets.get(part.source) ?? "").split("#xywh=");
      const known = this.views.get(canvas?.slice(canvas.lastIndexOf("/") + 1) ?? "");
      const quote = part.selector[0];
      if (!known || !quote) continue;
      match ??= { view: known.view, boxes: [], before: quote.prefix ?? "", exact: "", after: "" };
      match.exact += quote.exact;
      match.after = quote.suffix ?? "";
      if (!at) continue;
      const [x, y, w, h] = at.split(",").map((n) => Number(n) / known.width);
      match.boxes.push(new OpenSeadragon.Rect(x, y, w, h));
    }
    return match;
  }

  private entry(match: Match): HTMLLIElement {
    const item = document.createElement("li"), button = document.createElement("button"), mark = document.createElement("mark"), number = document.createElement("b");
    number.textContent = match.view;
    mark.textContent = match.exact;
    button.type = "button";
    button.append(number, " ", match.before, mark, match.after);
    button.addEventListener("click", () => this.go(match));
    item.append(button);
    return item;
  }

  private go(match: Match): void {
    this.goal = match;
    [...this.list.children].forEach((item, i) => item.firstElementChild?.toggleAttribute("aria-current", this.matches[i] === match));
    this.turn(match.view);
  }

  // opened is called when a view is in the viewer: what was found on it is marked, and
  // the one that was gone to is looked at.
  opened(view: string): void {
    this.mark(view);
    const box = this.goal?.view === view ? this.goal.boxes[0] : undefined;
    if (!box) return;
    const around = Math.max(box.width, box.height) * 3;
    this.viewer.viewport.fitBounds(new OpenSeadragon.Rect(box.x - around, box.y - around, box.width + 2 * around, box.height + 2 * around));
    this.viewer.viewport.applyConstraints();
  }

  private mark(view: string): void {
    this.viewer.clearOverlays();
    for (const match of this.matches) {
      if (match.view !== view) continue;
      for (const box of match.boxes) {
        const element = document.createElement("div");
        element.className = match === this.goal ? "match goal" : "match";
        this.viewer.addOverlay({ element, location: box });
      }
    }
  }
}
