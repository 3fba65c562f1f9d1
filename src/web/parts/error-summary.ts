/** What is wrong with a form, each problem with a link to its field. It is the first thing that is read, and has the focus. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { type FormState, fieldOf } from "../protocol/form-state.ts";

/** The list of problems; nothing where there are none. `labels`: of the form's fields, by their names, in their order. */
export function errorSummary(form: FormState, labels: Readonly<Record<string, string>>): SafeHtml | null {
  if (form.problems.length === 0) return null;
  const items = form.problems.map(({ field, message }) => {
    const whole = fieldOf(field);
    const label = labels[whole];
    if (label === undefined) return html`<li><bdi>${field === "" ? message : `${field} ${message}`}</bdi></li>`;
    const place = whole === field ? "" : ` (${field.slice(whole.length)})`;
    return html`<li><a href="#${whole}"><bdi>${label}${place} ${message}</bdi></a></li>`;
  });
  return html`<div class="errors" id="errors" role="alert" tabindex="-1" autofocus>
<h2>${form.problems.length === 1 ? "One thing has to be changed" : `${form.problems.length} things have to be changed`}</h2>
<ul>${items}</ul>
</div>`;
}
