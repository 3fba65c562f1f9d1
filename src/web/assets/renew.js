/** Parts of a page that change while one looks at it: asked for again every so many seconds, or when their form changes. */
import { getPart } from "./get-part.js";
import { prepare } from "./prepare.js";

/** What nobody waits for any more is asked for less and less often. */
const LONGER = 1.1;
const LONGEST_S = 60;

/** So many answers without the part, and it is given up. */
const FAILURES = 5;

/** Keeps a part up to date. */
export function keepRenewing(part) {
  if (part.dataset.renew === "form") followForm(part);
  else poll(part, Number(part.dataset.renew), 0);
}

function poll(part, seconds, failures) {
  setTimeout(async () => {
    if (document.hidden) return poll(part, seconds, failures);
    const newer = await getPart(part.dataset.from, part.id);
    if (newer === undefined && failures + 1 === FAILURES) return;
    const isSettled = newer !== undefined && newer.dataset.renew === undefined;
    if (newer !== undefined && newer.textContent !== part.textContent) put(newer, part);
    if (!isSettled) poll(part, Math.min(seconds * LONGER, LONGEST_S), newer === undefined ? failures + 1 : 0);
  }, seconds * 1000);
}

function followForm(part) {
  const form = part.closest("form");
  let asked = 0;
  form.addEventListener("change", async () => {
    asked += 1;
    const mine = asked;
    const newer = await getPart(`${part.dataset.from}?${queryOf(form)}`, part.id);
    if (newer !== undefined && mine === asked) put(newer, part);
  });
}

/** The fields as a query; no address ever has a password. */
function queryOf(form) {
  const fields = new FormData(form);
  for (const { name } of form.querySelectorAll("[type=password]")) fields.delete(name);
  return new URLSearchParams(fields);
}

function put(newer, part) {
  prepare(newer);
  part.replaceChildren(...newer.childNodes);
}
