// Completions in the search boxes, where the browser has datalists; in an empty box, what
// someone who is signed in searched for last.
type Recent = { label: string; url: string };
const recentURL = document.querySelector<HTMLElement>("[data-recent]")?.dataset.recent;
let recent: Promise<Recent[]> | undefined;

async function fetchRecent(): Promise<Recent[]> {
  const answer = recentURL ? await fetch(recentURL).catch(() => undefined) : undefined;
  return answer?.ok ? ((await answer.json()) as { searches: Recent[] }).searches : [];
}

document.querySelectorAll<HTMLInputElement>("form[role=search] input[name=q]").forEach((box, n) => {
  const list = document.createElement("datalist");
  list.id = "completions-" + n;
  document.body.append(list);
  box.setAttribute("list", list.id);
  box.autocomplete = "off";
  const offer = (texts: string[]) =>
    list.replaceChildren(...texts.map((text) => { const o = document.createElement("option"); o.value = text; return o; }));
  let last = "", timer = 0;
  let offered: Recent[] = [];
  const offerRecent = async () => {
    const found = await (recent ??= fetchRecent());
    if (box.value.trim() !== "") return;
    offered = found;
    offer(found.map((r) => r.label));
  };
  box.addEventListener("focus", offerRecent);
  box.addEventListener("input", (e) => {
    clearTimeout(timer);
    // One that is chosen is that search, with all of its conditions.
    const chosen = offered.find((r) => r.label === box.value);
    if (chosen && (!(e instanceof InputEvent) || e.inputType === "insertReplacementText")) {
      location.href = chosen.url;
      return;
    }
    timer = window.setTimeout(async () => {
      const q = box.value.trim();
      if (q === "") { last = ""; await offerRecent(); return; }
      if (q === last) return;
      last = q;
      offered = [];
      const answer = await fetch("/api/v1/suggest?limit=8&q=" + encodeURIComponent(q)).catch(() => undefined);
      if (!answer?.ok) return;
      const found = (await answer.json()) as { suggestions: { text: string }[] };
      offer(found.suggestions.map((s) => s.text));
    }, 120);
  });
});
