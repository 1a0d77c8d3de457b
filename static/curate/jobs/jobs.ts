// The list of jobs follows the server's events: when counts change, it is read
// again.
const table = document.querySelector("#jobs tbody");
if (table) {
  const events = new EventSource("/api/v1/events");
  let pending = false;
  events.addEventListener("jobs", () => {
    if (pending) return;
    pending = true;
    setTimeout(async () => {
      pending = false;
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => undefined);
      if (!answer?.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const rows = page.querySelector("#jobs tbody"), counts = page.querySelector("#counts");
      if (rows) table.replaceChildren(...Array.from(rows.children));
      if (counts) document.getElementById("counts")?.replaceChildren(...Array.from(counts.childNodes));
    }, 300);
  });
}
