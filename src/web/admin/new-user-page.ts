/** The form of a new account. */
import { html } from "@remix-run/html-template";
import { chips } from "../parts/chips.ts";
import { errorSummary } from "../parts/error-summary.ts";
import { CONFIRMATION_LABEL, confirmationField, textField } from "../parts/field.ts";
import { pageHead } from "../parts/page-head.ts";
import type { FormState } from "../protocol/form-state.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import { adminFrame } from "./admin-menu.ts";

const LABELS = {
  name: "Name",
  username: "Username",
  email: "E-mail address",
  role: "Role",
  your_password: CONFIRMATION_LABEL,
};

/** The page of the form. */
export function newUserPage(links: PageLinks, form: FormState, needsPassword: boolean): ShownPage {
  return {
    title: "New user",
    ...adminFrame(links, "users", { name: "Users", href: links.adminLinks.users() }, { name: "New user" }),
    main: html`${pageHead("New user", "The account has no password yet. The next page shows an invitation, by which its owner sets one: Keyside sends no mail, so you hand it on.")}
${errorSummary(form, LABELS)}
<section class="card" aria-label="New user">
<form class="form" method="post" action="${links.adminLinks.users()}">
${textField(form, { name: "name", label: LABELS.name, maximumLength: 255, autocomplete: "off" })}
${textField(form, {
  name: "username",
  label: LABELS.username,
  maximumLength: 255,
  autocomplete: "off",
  isMono: true,
  hint: "The names of the user's images begin with it, so it does not change later.",
})}
${textField(form, { name: "email", label: LABELS.email, type: "email", maximumLength: 255, autocomplete: "off" })}
${chips(form, {
  name: "role",
  label: LABELS.role,
  kind: "radio",
  choices: [
    { value: "user", words: "User" },
    { value: "administrator", words: "Administrator" },
  ],
  hint: "An administrator may do everything, in every project.",
})}
${confirmationField(form, needsPassword)}
<div class="acts"><button class="btn primary" type="submit">Create user</button><a class="btn" href="${links.adminLinks.users()}">Cancel</a></div>
</form>
</section>`,
  };
}
