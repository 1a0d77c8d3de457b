// Buttons that copy a text of the page, such as a citation.
document.querySelectorAll<HTMLButtonElement>("button[data-copy]").forEach((button) => {
  const from = document.getElementById(button.dataset.copy ?? "");
  if (!from || !navigator.clipboard) return; // without it, the text can be chosen by hand
  const label = button.textContent;
  button.hidden = false;
  button.ariaLive = "polite";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(from.innerText);
    button.textContent = button.dataset.done ?? label;
    setTimeout(() => { button.textContent = label; }, 2000);
  });
});
