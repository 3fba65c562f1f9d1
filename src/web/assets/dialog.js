/** Links to pages that ask for a confirmation: what they ask is shown in a dialog above this page. */
import { getPart } from "./get-part.js";
import { prepare } from "./prepare.js";

const dialog = document.createElement("dialog");
dialog.setAttribute("aria-labelledby", "confirmation-title");
dialog.addEventListener("close", () => dialog.replaceChildren());

document.addEventListener("click", async (event) => {
  if (event.target.closest("dialog [data-close]")) {
    event.preventDefault();
    dialog.close();
  }
  const link = event.target.closest("a[data-dialog]");
  // A new tab or window is what was asked for.
  if (link === null || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const asked = await getPart(link.href, "confirmation");
  // As where the session is over, or the thing is gone: the page itself says what is the matter.
  if (asked === undefined) return location.assign(link.href);
  dialog.replaceChildren(asked);
  prepare(dialog);
  document.body.append(dialog);
  if (!dialog.open) dialog.showModal();
});
