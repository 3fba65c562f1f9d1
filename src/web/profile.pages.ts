/** One's own profile, and how the pages look to oneself. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { z } from "zod";
import { setOwnName } from "../accounts/set-own-name.ts";
import { text } from "../schemas/fields.ts";
import { chips } from "./parts/chips.ts";
import { errorSummary } from "./parts/error-summary.ts";
import { facts } from "./parts/facts.ts";
import { textField } from "./parts/field.ts";
import { pageHead } from "./parts/page-head.ts";
import { THEME_COOKIE } from "./protocol/cookies.ts";
import { FormState } from "./protocol/form-state.ts";
import { NOTHING } from "./protocol/nothing.ts";
import { action, type Page, type ShownPage, view } from "./protocol/page.ts";
import type { PageLinks } from "./protocol/page-links.ts";
import { readTheme, THEMES, type Theme } from "./protocol/theme.ts";
import type { SignedInVisitor } from "./protocol/visitor.ts";
import { settingsMenu } from "./settings-menu.ts";
import type { WebServices } from "./web-services.ts";

const LABELS = { name: "Name" };

const THEME_NAMES: Readonly<Record<Theme, string>> = { system: "As the system has it", light: "Light", dark: "Dark" };

/** A year, after which the choice is the system's again. */
const THEME_SECONDS = 365 * 24 * 60 * 60;

/** `/-/user_settings/profile` and `/-/user_settings/theme`. @see docs/spec/web.md "Pages" */
export function profilePages(services: WebServices, links: PageLinks): Page[] {
  return [
    view({
      path: "/-/user_settings/profile",
      access: "signed_in",
      params: NOTHING,
      query: NOTHING,
      async show({ visitor, cookie }) {
        const form = new FormState({ name: visitor.session.name });
        return profilePage(links, visitor, form, readTheme(cookie(THEME_COOKIE)));
      },
    }),
    action({
      path: "/-/user_settings/profile",
      access: "signed_in",
      params: NOTHING,
      query: NOTHING,
      form: z.object({ name: text(255) }),
      async act({ visitor, form }) {
        await setOwnName(services, { caller: visitor.principal, name: form.name });
        return { redirect: links.profile(), notice: "profile_saved" };
      },
      async again({ visitor, cookie }, form) {
        return profilePage(links, visitor, form, readTheme(cookie(THEME_COOKIE)));
      },
    }),
    action({
      path: "/-/user_settings/theme",
      access: "signed_in",
      params: NOTHING,
      query: NOTHING,
      form: z.object({ theme: z.enum(THEMES) }),
      async act({ form: { theme } }) {
        const chosen = theme === "system" ? null : theme;
        return {
          redirect: links.profile(),
          cookies: [{ name: THEME_COOKIE, value: chosen, maxAgeSeconds: THEME_SECONDS }],
        };
      },
    }),
  ];
}

function profilePage(
  links: PageLinks,
  { session, principal }: SignedInVisitor,
  form: FormState,
  theme: Theme,
): ShownPage {
  return {
    title: "Profile",
    crumbs: [{ name: "Your account" }],
    side: settingsMenu(links, "profile"),
    main: html`${pageHead("Profile", "How others see you where you are a member, and in what you did.")}
${errorSummary(form, LABELS)}
<section class="card" aria-label="Your profile">
<form class="form" method="post" action="${links.profile()}">
${textField(form, { name: "name", label: LABELS.name, autocomplete: "name", maximumLength: 255 })}
${facts([
  {
    name: "Username",
    value: html`<code>${principal.username}</code>`,
    note: "The names of your images begin with it, so it does not change.",
  },
  {
    name: "E-mail address",
    value: html`<bdi>${session.email}</bdi>`,
    note: "An administrator can change it.",
  },
])}
<div><button class="btn primary" type="submit">Save profile</button></div>
</form>
</section>
${themeForm(links, theme)}`,
  };
}

function themeForm(links: PageLinks, theme: Theme): SafeHtml {
  const field = {
    name: "theme",
    label: "Theme",
    kind: "radio",
    choices: THEMES.map((value) => ({ value, words: THEME_NAMES[value] })),
    hint: "Of the pages in this browser.",
  } as const;
  return html`<section class="card" aria-label="Theme">
<form class="form" method="post" action="${links.theme()}">
${chips(new FormState({ theme }), field)}
<div><button class="btn" type="submit">Set theme</button></div>
</form>
</section>`;
}
