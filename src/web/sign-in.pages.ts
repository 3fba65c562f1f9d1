/** Signing in with a name and a password, and signing out. */
import { html } from "@remix-run/html-template";
import { z } from "zod";
import { signInWithPassword } from "../authentication/sign-in-with-password.ts";
import { signOut } from "../authentication/sign-out.ts";
import { errorSummary } from "./parts/error-summary.ts";
import { hiddenField, textField } from "./parts/field.ts";
import { FormState } from "./protocol/form-state.ts";
import { NOTHING } from "./protocol/nothing.ts";
import { action, type Page, type ShownPage, view } from "./protocol/page.ts";
import type { PageLinks } from "./protocol/page-links.ts";
import { readReturnTo } from "./protocol/return-to.ts";
import type { WebServices } from "./web-services.ts";

const returnQuery = z.object({ return_to: z.string().optional().catch(undefined) });

/** Neither is held to the rules for new ones; longer ones are nobody's. */
const signInForm = z.object({
  username: z.string().min(1).max(255),
  password: z.string().min(1).max(128),
  return_to: z.string().optional().catch(undefined),
});

/** `/-/sign_in` and `/-/sign_out`. @see docs/spec/web.md "Sign-in and sessions" */
export function signInPages(services: WebServices, links: PageLinks): Page[] {
  return [
    view({
      path: "/-/sign_in",
      access: "everyone",
      params: NOTHING,
      query: returnQuery,
      async show({ visitor, query }) {
        const returnTo = readReturnTo(query.return_to);
        if (visitor.kind === "signed_in") return { redirect: links.at(returnTo ?? "/") };
        return signInPage(links, new FormState(returnTo === undefined ? {} : { return_to: returnTo }));
      },
    }),
    action({
      path: "/-/sign_in",
      access: "everyone",
      params: NOTHING,
      query: NOTHING,
      form: signInForm,
      async act({ form, sender, visitor }) {
        const { username, password } = form;
        // The session that the browser had is not left behind.
        const replaces = visitor.kind === "signed_in" ? visitor.session.id : undefined;
        const { secret } = await signInWithPassword(services, { username, password, sender, replaces });
        return {
          redirect: links.at(readReturnTo(form.return_to) ?? "/"),
          session: secret,
        };
      },
      async again(_request, form) {
        return signInPage(links, form);
      },
    }),
    action({
      path: "/-/sign_out",
      access: "signed_in",
      params: NOTHING,
      query: NOTHING,
      form: NOTHING,
      async act({ visitor, sender }) {
        await signOut(services, { session: visitor.session, sender });
        return {
          redirect: links.signIn(),
          notice: "signed_out",
          session: null,
          headers: { "Clear-Site-Data": '"cache", "storage"' },
        };
      },
    }),
  ];
}

const LABELS = { username: "Username", password: "Password" };

function signInPage(links: PageLinks, form: FormState): ShownPage {
  return {
    title: "Sign in",
    main: html`<div class="gate">
<h1>Sign in to Keyside</h1>
${errorSummary(form, LABELS)}
<div class="card">
<form class="form" method="post" action="${links.signIn()}">
${hiddenField("return_to", form.value("return_to"))}
${textField(form, { name: "username", label: LABELS.username, autocomplete: "username", maximumLength: 255 })}
${textField(form, { name: "password", label: LABELS.password, type: "password", autocomplete: "current-password", maximumLength: 128 })}
<div><button class="btn primary" type="submit">Sign in</button></div>
</form>
</div>
<p class="sub">Access tokens are for programs and do not sign in here. Without a password, ask an administrator for a sign-in link.</p>
</div>`,
  };
}
