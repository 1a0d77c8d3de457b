// The list of jobs follows the server's events: when counts change, it is read
// again, with what became of the upload.
const bench = document.getElementById("bench");
if (bench) {
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
      for (const part of ["#jobs tbody", "#counts", ".note"]) {
        const here = bench.querySelector(part), there = page.querySelector(part);
        if (!here || !there) continue;
        here.className = there.className;
        here.replaceChildren(...Array.from(there.childNodes));
      }
    }, 300);
  });
}
