/** Keys: `/` leads to the search, `?` lists them. Who does not want keys of one letter turns them off, in this browser. */
const OFF = "keys-off";
const dialog = document.getElementById("keys");
const box = document.getElementById("keys-on");

box.checked = localStorage.getItem(OFF) === null;
box.addEventListener("change", () => {
  if (box.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
});

document.querySelector("[data-keys]")?.addEventListener("click", () => dialog.showModal());

document.addEventListener("keydown", (event) => {
  if (!box.checked || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, dialog")) return;
  const search = document.querySelector("[data-search]");
  if (event.key === "?") dialog.showModal();
  else if (event.key === "/" && search !== null) search.focus();
  else return;
  event.preventDefault();
});
