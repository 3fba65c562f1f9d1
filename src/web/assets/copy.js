/** Buttons that copy the text of an element, and say so. */
const SAID_MS = 2000;

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (button === null) return;
  const words = button.querySelector("span");
  words.textContent = (await copy(document.getElementById(button.dataset.copy))) ? "Copied" : "Selected";
  setTimeout(() => {
    words.textContent = "Copy";
  }, SAID_MS);
});

async function copy(element) {
  try {
    await navigator.clipboard.writeText(element.textContent);
    return true;
  } catch {
    // With plain http there is no clipboard: what is selected can be copied the old way, or by hand.
    getSelection().selectAllChildren(element);
    return document.execCommand("copy");
  }
}
