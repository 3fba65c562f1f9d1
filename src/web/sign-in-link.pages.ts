/** Sign-in links: a page with a button, since programs that look at links before people do must not use one up. */
import { html } from "@remix-run/html-template";
import { z } from "zod";
import { type FoundSignInLink, findSignInLink } from "../authentication/find-sign-in-link.ts";
import { redeemSignInLink } from "../authentication/redeem-sign-in-link.ts";
import { password } from "../schemas/account-fields.ts";
import { errorSummary } from "./parts/error-summary.ts";
import { hiddenField, textField } from "./parts/field.ts";
import { FormState } from "./protocol/form-state.ts";
import { NOTHING } from "./protocol/nothing.ts";
import { action, type Page, type ShownPage, view } from "./protocol/page.ts";
import type { PageLinks } from "./protocol/page-links.ts";
import { readReturnTo } from "./protocol/return-to.ts";
import type { WebServices } from "./web-services.ts";

const returnTo = z.string().optional().catch(undefined);

const linkQuery = z.object({ token: z.string().max(200), return_to: returnTo });

/** An invitation sets a password; a link that only signs in has none. */
const linkForm = linkQuery.extend({ password: password.optional() });

const LABELS = { password: "New password" };

/** `/-/sign_in_link`. @see docs/spec/web.md "Sign-in and sessions" */
export function signInLinkPages(services: WebServices, links: PageLinks): Page[] {
  return [
    view({
      path: "/-/sign_in_link",
      access: "everyone",
      credential: "sign_in_link",
      params: NOTHING,
      query: linkQuery,
      async show({ query: { token, return_to }, sender }) {
        const found = await findSignInLink(services, token, sender);
        return linkPage(links, found, new FormState({ token, return_to: return_to ?? "" }));
      },
    }),
    action({
      path: "/-/sign_in_link",
      access: "everyone",
      credential: "sign_in_link",
      params: NOTHING,
      query: NOTHING,
      form: linkForm,
      async act({ form, sender, visitor }) {
        const { secret } = await redeemSignInLink(services, {
          secret: form.token,
          password: form.password,
          sender,
          replaces: visitor.kind === "signed_in" ? visitor.session.id : undefined,
        });
        return { redirect: links.at(readReturnTo(form.return_to) ?? "/"), session: secret };
      },
      async again({ sender }, form) {
        return linkPage(links, await findSignInLink(services, form.value("token"), sender), form);
      },
    }),
  ];
}

function linkPage(links: PageLinks, found: FoundSignInLink | undefined, form: FormState): ShownPage {
  if (found === undefined) {
    return {
      title: "Sign-in link",
      main: html`<div class="gate">
<h1>This sign-in link is over</h1>
<p>It was used, its time has passed, or a newer one took its place. Ask an administrator for another.</p>
<div><a class="btn" href="${links.signIn()}">Sign in with a password</a></div>
</div>`,
    };
  }
  const { kind, name, username } = found;
  const isInvitation = kind === "invitation";
  return {
    title: "Sign in",
    main: html`<div class="gate">
<h1>${isInvitation ? "Welcome" : "Sign in"}, <bdi>${name}</bdi></h1>
${errorSummary(form, LABELS)}
<div class="card">
<form class="form" method="post" action="${links.signInLink()}">
${hiddenField("token", form.value("token"))}
${hiddenField("return_to", form.value("return_to"))}
<p>${isInvitation ? "You were invited to Keyside" : "This link signs you in to Keyside"} as <strong>@${username}</strong>. It works once.</p>
${isInvitation ? textField(form, { name: "password", label: LABELS.password, type: "password", autocomplete: "new-password", minimumLength: 8, maximumLength: 128, hint: "8 to 128 characters, of any kind. A long sentence is a good password." }) : null}
<div><button class="btn primary" type="submit">${isInvitation ? "Set password and sign in" : "Sign in"}</button></div>
</form>
</div>
</div>`,
  };
}
