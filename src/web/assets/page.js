/** What every page does with scripts; all of it works without. Scripts write text alone: the policy of the pages allows no more. */
import "./copy.js";
import "./dialog.js";
import "./keys.js";
import { prepare } from "./prepare.js";
import { keepRenewing } from "./renew.js";

prepare(document);
for (const part of document.querySelectorAll("[data-renew]")) keepRenewing(part);

// A browser restores pages from its own memory, also those that it was told not to store: what they show may be over.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
});

// What is shown once, and the lines that have it, are not there when the page is restored, not for a moment.
addEventListener("pagehide", () => {
  if (document.querySelector("[data-secret]") !== null) document.querySelector("main").replaceChildren();
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
  if (target.method !== "post") return;
  setTimeout(() => {
    for (const button of target.querySelectorAll("button:not([type=button])")) button.disabled = true;
  });
});
