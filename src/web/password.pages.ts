/** One's own password. */
import { html } from "@remix-run/html-template";
import { changeOwnPassword } from "../authentication/change-own-password.ts";
import { changePasswordForm } from "../schemas/account-fields.ts";
import { banner } from "./parts/banner.ts";
import { errorSummary } from "./parts/error-summary.ts";
import { textField } from "./parts/field.ts";
import { pageHead } from "./parts/page-head.ts";
import { FormState } from "./protocol/form-state.ts";
import { NOTHING } from "./protocol/nothing.ts";
import { action, type Page, type ShownPage, view } from "./protocol/page.ts";
import type { PageLinks } from "./protocol/page-links.ts";
import type { SignedInVisitor } from "./protocol/visitor.ts";
import { settingsMenu } from "./settings-menu.ts";
import type { WebServices } from "./web-services.ts";

const LABELS = { current_password: "Current password", password: "New password" };

/** `/-/user_settings/password`. @see docs/spec/web.md "Pages" */
export function passwordPages(services: WebServices, links: PageLinks): Page[] {
  return [
    view({
      path: "/-/user_settings/password",
      access: "signed_in",
      params: NOTHING,
      query: NOTHING,
      async show({ visitor }) {
        return passwordPage(links, visitor, new FormState());
      },
    }),
    action({
      path: "/-/user_settings/password",
      access: "signed_in",
      params: NOTHING,
      query: NOTHING,
      // It asks for the current password always, so that it needs no confirming.
      form: changePasswordForm,
      async act({ visitor, form, sender }) {
        await changeOwnPassword(services, {
          caller: visitor.principal,
          currentPassword: form.current_password,
          password: form.password,
          sender,
          keepWebSession: visitor.session.id,
        });
        return { redirect: links.password(), notice: "password_changed" };
      },
      async again({ visitor }, form) {
        return passwordPage(links, visitor, form);
      },
    }),
  ];
}

function passwordPage(links: PageLinks, { session }: SignedInVisitor, form: FormState): ShownPage {
  const fields = html`<section class="card" aria-label="Change your password">
<form class="form" method="post" action="${links.password()}">
${textField(form, { name: "current_password", label: LABELS.current_password, type: "password", autocomplete: "current-password", maximumLength: 128 })}
${textField(form, { name: "password", label: LABELS.password, type: "password", autocomplete: "new-password", minimumLength: 8, maximumLength: 128, hint: "8 to 128 characters, of any kind. A long sentence is a good password." })}
<div><button class="btn primary" type="submit">Change password</button></div>
</form>
</section>`;
  return {
    title: "Password",
    crumbs: [{ name: "Your account" }],
    side: settingsMenu(links, "password"),
    main: html`${pageHead("Password", "A new password ends your other sessions and your registry sign-ins. Access tokens go on.")}
${errorSummary(form, LABELS)}
${session.hasPassword ? fields : banner({ kind: "info", text: "Your account has no password. An administrator can make an invitation for you, with which you set one." })}`,
  };
}
