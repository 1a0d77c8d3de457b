// Completions below the search boxes, and in an empty box what someone who is signed in
// searched for last. They stand in a list of our own (the combobox of the ARIA Authoring
// Practices): of a datalist browsers show only what holds the letters that were typed, and
// 北魏 does not hold "beiwei".
type Offer = { text: string; note?: string; count?: number; url?: string };
type Suggestion = { text: string; field: string; label?: Record<string, string>; record?: string; count: number };
type Recent = { label: string; url: string };

const english = document.documentElement.lang === "en";
const fields: Record<string, [string, string]> = {
  title: ["记录", "Record"], identifier: ["编号", "Number"], place: ["地点", "Place"], region: ["地区", "Region"], period: ["年代", "Period"],
  subject: ["题材", "Subject"], theme: ["题材", "Theme"], people: ["人物", "Person"], site: ["石窟", "Site"], cave: ["洞窟", "Cave"], kind: ["类别", "Type"], material: ["质地", "Material"],
};

const recentURL = document.querySelector<HTMLElement>("[data-recent]")?.dataset.recent;
let recent: Promise<Offer[]> | undefined;

async function read<T>(url: string): Promise<T | undefined> {
  const answer = await fetch(url).catch(() => undefined);
  return answer?.ok ? ((await answer.json()) as T) : undefined;
}

async function recentOffers(): Promise<Offer[]> {
  const found = recentURL ? await read<{ searches: Recent[] }>(recentURL) : undefined;
  return (found?.searches ?? []).map((r) => ({ text: r.label, url: r.url }));
}

async function completions(q: string): Promise<Offer[]> {
  const found = await read<{ suggestions: Suggestion[] }>("/api/v1/suggest?limit=8&q=" + encodeURIComponent(q));
  return (found?.suggestions ?? []).map((s) => ({
    text: s.text, note: fields[s.field]?.[english ? 1 : 0], count: s.record ? undefined : s.count,
    url: s.record ? "/records/" + encodeURIComponent(s.record) : undefined,
  }));
}

// offerIn makes a search box one that completes what is typed.
function offerIn(box: HTMLInputElement, n: number) {
  const list = document.createElement("ul");
  list.id = "completions-" + n;
  list.className = "offers";
  list.role = "listbox";
  list.ariaLabel = english ? "Completions" : "建议";
  list.hidden = true;
  box.after(list);
  box.autocomplete = "off";
  box.role = "combobox";
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-expanded", "false");

  let offers: Offer[] = [];
  let active = -1, timer = 0, asked = 0;

  const mark = (to: number) => {
    active = to;
    [...list.children].forEach((li, i) => li.setAttribute("aria-selected", String(i === active)));
    if (active < 0) box.removeAttribute("aria-activedescendant");
    else box.setAttribute("aria-activedescendant", list.children[active].id);
  };
  const close = () => {
    asked++; // what is on its way comes too late
    clearTimeout(timer);
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    mark(-1);
  };
  const open = (found: Offer[]) => {
    offers = found;
    list.replaceChildren(...found.map((o, i) => {
      const li = document.createElement("li");
      li.id = `${list.id}-${i}`;
      li.role = "option";
      li.append(o.text);
      if (o.note) {
        const small = document.createElement("small");
        small.textContent = o.count ? `${o.note} · ${o.count}` : o.note;
        li.append(" ", small);
      }
      return li;
    }));
    list.hidden = found.length === 0;
    box.setAttribute("aria-expanded", String(found.length > 0));
    mark(-1);
  };
  const choose = (o: Offer) => {
    close();
    if (o.url) location.href = o.url;
    else {
      box.value = o.text;
      box.form?.requestSubmit();
    }
  };
  const ask = async () => {
    const q = box.value.trim(), mine = ++asked;
    const found = q === "" ? await (recent ??= recentOffers()) : await completions(q);
    if (mine === asked && document.activeElement === box) open(found);
  };

  box.addEventListener("focus", () => { if (box.value.trim() === "") void ask(); });
  box.addEventListener("blur", close);
  box.addEventListener("input", (e) => {
    clearTimeout(timer);
    // Letters that are still being composed are not what is looked for.
    if (!(e as InputEvent).isComposing) timer = window.setTimeout(ask, 120);
  });
  box.addEventListener("compositionend", () => {
    clearTimeout(timer);
    timer = window.setTimeout(ask, 120);
  });
  box.addEventListener("keydown", (e) => {
    if (e.isComposing || list.hidden) return;
    switch (e.key) {
      case "ArrowDown": mark(active + 1 < offers.length ? active + 1 : -1); break;
      case "ArrowUp": mark(active < 0 ? offers.length - 1 : active - 1); break;
      case "Escape": close(); break;
      case "Enter":
        if (active < 0) { close(); return; }
        choose(offers[active]);
        break;
      default: return;
    }
    e.preventDefault();
  });
  // The box keeps the focus while something of the list is chosen.
  list.addEventListener("pointerdown", (e) => e.preventDefault());
  list.addEventListener("click", (e) => {
    const at = [...list.children].indexOf((e.target as Element).closest("li") as Element);
    if (at >= 0) choose(offers[at]);
  });
}

document.querySelectorAll<HTMLInputElement>("form[role=search] input[name=q]").forEach(offerIn);
