// Completions in the search boxes, where the browser has datalists.
document.querySelectorAll<HTMLInputElement>("form[role=search] input[name=q]").forEach((box, n) => {
  const list = document.createElement("datalist");
  list.id = "completions-" + n;
  document.body.append(list);
  box.setAttribute("list", list.id);
  box.autocomplete = "off";
  let last = "", timer = 0;
  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(async () => {
      const q = box.value.trim();
      if (q === "" || q === last) return;
      last = q;
      const answer = await fetch("/api/v1/suggest?limit=8&q=" + encodeURIComponent(q)).catch(() => undefined);
      if (!answer?.ok) return;
      const found = (await answer.json()) as { suggestions: { text: string }[] };
      list.replaceChildren(...found.suggestions.map((s) => { const o = document.createElement("option"); o.value = s.text; return o; }));
    }, 120);
  });
});
