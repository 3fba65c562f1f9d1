/** What every page does with scripts; all of it works without. Scripts write text alone: the policy of the pages allows no more. */

// A browser restores pages from its own memory, also those that it was told not to store: what they show may be over.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
});

// A menu closes as one expects: with Escape, or by a click elsewhere.
for (const menu of document.querySelectorAll("details.menu")) {
  const summary = menu.querySelector("summary");
  menu.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !menu.open) return;
    menu.open = false;
    summary.focus();
  });
  document.addEventListener("click", ({ target }) => {
    if (!menu.contains(target)) menu.open = false;
  });
}

// A form is sent once: a second press would do the same again. What the pressed button says is read before it is disabled.
document.addEventListener("submit", ({ target }) => {
  setTimeout(() => {
    for (const button of target.querySelectorAll("button:not([type=button])")) button.disabled = true;
  });
});
