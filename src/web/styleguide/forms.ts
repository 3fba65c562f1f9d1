/** Samples of forms: every kind of field, empty, filled and wrong. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { chips } from "../parts/chips.ts";
import { disclosure } from "../parts/disclosure.ts";
import { effect } from "../parts/effect.ts";
import { errorSummary } from "../parts/error-summary.ts";
import { textField } from "../parts/field.ts";
import { renewed } from "../parts/renewed.ts";
import { scopeList } from "../parts/scope-list.ts";
import { sectionHead } from "../parts/section-head.ts";
import { selectField } from "../parts/select-field.ts";
import { textareaField } from "../parts/textarea-field.ts";
import { FormState } from "../protocol/form-state.ts";
import type { PageLinks } from "../protocol/page-links.ts";

const WRONG = [
  { field: "wrong_name", message: "is taken: another active token has it" },
  { field: "wrong_role", message: "is higher than yours" },
  { field: "wrong_days", message: "is missing" },
  { field: "", message: "The project was changed by somebody else." },
];

/** The samples. `scopes`: what the script asks the effect of. */
export function formSamples(links: PageLinks, scopes: readonly string[]): SafeHtml {
  return html`<form class="card form with-effect" method="post" action="${links.styleguide()}" aria-labelledby="new-token">
${sectionHead("new-token", "New token", "Fields as they are filled in. The effect follows the scopes where a script runs.")}
<div class="fields">${fields()}
<div class="acts"><button class="btn primary" type="submit">Create token</button></div></div>
${renewed({ id: "effect", from: links.styleguide(), on: "form" }, effect("ci-push-2 will", effects(scopes)))}
</form>
<section class="card" aria-labelledby="wrong-token">
<form class="form" method="post" action="${links.styleguide()}">
${sectionHead("wrong-token", "A form that was refused")}
${wrongFields()}
<div class="acts"><button class="btn primary" type="submit">Create token</button></div>
</form>
</section>`;
}

const ROLES = [
  { value: "10", words: "Guest" },
  { value: "20", words: "Reporter" },
  { value: "30", words: "Developer" },
  { value: "40", words: "Maintainer" },
  { value: "50", words: "Owner" },
];

function fields(): SafeHtml {
  const form = new FormState({ name: "ci-push-2", access_level: "30", ends: "90", scopes: ["write_registry"] });
  return html`<div class="two">${textField(form, { name: "name", label: "Name", maximumLength: 255 })}
${selectField(form, { name: "access_level", label: "Role of its bot", choices: ROLES })}</div>
${textField(form, { name: "description", label: "Description", isOptional: true, maximumLength: 255 })}
${chips(form, {
  name: "ends",
  label: "Ends",
  kind: "radio",
  choices: [
    { value: "30", words: "30 days" },
    { value: "90", words: "90 days" },
    { value: "365", words: "1 year" },
    { value: "none", words: "No end date" },
  ],
  more: html`<input type="date" name="expires_at" value="2027-02-22" aria-label="End date">`,
  hint: "Dies when 22 Feb 2027 begins, at 00:00 UTC: its last whole day is 21 Feb.",
})}
${scopeList(form, {
  name: "scopes",
  label: "Scopes",
  pushAlone: "On a private project, docker push needs read_registry too.",
  groups: [
    {
      title: "Images",
      scopes: [
        { scope: "read_registry", about: "Pull this project's images.", needs: 20 },
        { scope: "write_registry", about: "Push images.", needs: 30 },
        { scope: "delete_registry", about: "Delete images.", needs: 40 },
      ],
    },
    {
      title: "API",
      scopes: [
        { scope: "read_api", about: "Read this project through the API." },
        { scope: "api", about: "Read and change this project through the API." },
      ],
    },
  ],
})}
${disclosure({
  summary: "Limit it to some repositories or addresses",
  content: textareaField(form, {
    name: "ip_allow_list",
    label: "Addresses",
    rows: 3,
    isOptional: true,
    isMono: true,
    hint: "One address or network a line.",
  }),
})}`;
}

function wrongFields(): SafeHtml {
  const form = new FormState({ wrong_name: "ci-push", wrong_days: [] }, WRONG);
  const labels = { wrong_name: "Name", wrong_role: "Role", wrong_days: "Days" };
  return html`${errorSummary(form, labels)}
${textField(form, { name: "wrong_name", label: "Name", hint: "As people will find it in the list." })}
${selectField(form, { name: "wrong_role", label: "Role", choices: ROLES })}
${chips(form, {
  name: "wrong_days",
  label: "Days",
  kind: "checkbox",
  choices: ["Monday", "Tuesday", "Wednesday"].map((value) => ({ value, words: value })),
})}`;
}

function effects(scopes: readonly string[]) {
  const pulls = scopes.includes("read_registry");
  const deletes = scopes.includes("delete_registry");
  return [
    { can: true, words: html`push <code>registry.example.com/team/app</code> and all below it` },
    { can: pulls, words: pulls ? "pull what is there" : "not pull" },
    { can: deletes, words: deletes ? "delete images" : "not delete images" },
    { can: false, words: "not reach any other project" },
  ];
}
