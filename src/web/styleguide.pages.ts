/** All parts of the pages in all their states, to look at while one changes the style. Nothing that is shown there is true. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { z } from "zod";
import { confirmation } from "./parts/dialog.ts";
import { confirmationField } from "./parts/field.ts";
import { pageHead } from "./parts/page-head.ts";
import type { SideMenu } from "./parts/side.ts";
import { FormState } from "./protocol/form-state.ts";
import { NOTHING } from "./protocol/nothing.ts";
import { action, type Page, view } from "./protocol/page.ts";
import type { PageLinks } from "./protocol/page-links.ts";
import { formSamples } from "./styleguide/forms.ts";
import { listSamples } from "./styleguide/lists.ts";
import { thingSamples } from "./styleguide/things.ts";
import { wordSamples } from "./styleguide/words.ts";
import type { WebServices } from "./web-services.ts";

/** What the sample form sends when the script asks for its effect. */
const chosen = z.object({ scopes: z.union([z.string(), z.array(z.string())]).optional() });

/** `/-/styleguide`, for administrators. @see docs/spec/web.md "Look" */
export function styleguidePages({ clock }: Pick<WebServices, "clock">, links: PageLinks): Page[] {
  const here = links.styleguide();
  return [
    view({
      path: "/-/styleguide",
      access: "administrator",
      params: NOTHING,
      query: chosen,
      async show({ query: { scopes = [] } }) {
        const now = clock.now();
        return {
          title: "Style guide",
          crumbs: [{ name: "team", href: here }, { name: "app", href: here }, { name: "Style guide" }],
          side: menu(links),
          main: html`${pageHead("Style guide", "All parts of the pages, in all their states.", buttons())}
${wordSamples(links, now)}
${formSamples(links, [scopes].flat())}
${listSamples(links, now)}
${thingSamples()}`,
        };
      },
    }),
    // What the sample forms lead to: they do nothing.
    action({
      path: "/-/styleguide",
      access: "administrator",
      params: NOTHING,
      query: NOTHING,
      form: z.object({}),
      act: () => Promise.resolve({ redirect: here }),
    }),
    view({
      path: "/-/styleguide/confirmation",
      access: "administrator",
      params: NOTHING,
      query: NOTHING,
      async show() {
        return {
          title: "Revoke ci-push?",
          crumbs: [{ name: "Style guide", href: here }],
          side: menu(links),
          main: confirmation({
            title: "Revoke ci-push?",
            content: html`<p>It was used <strong>2 minutes ago</strong>, 1,204 times in 30 days. It gets no registry token from now on; one it already has lasts 16 minutes at most.</p>
<ul><li>Its bot <code>project_7_bot_4be1</code> is deleted.</li><li>Its 318 records pass to the Ghost User.</li></ul>
${confirmationField(new FormState(), true)}`,
            action: here,
            words: "Revoke ci-push",
            back: here,
            isDanger: true,
          }),
        };
      },
    }),
  ];
}

function buttons(): SafeHtml {
  return html`<div class="acts"><button class="btn primary" type="button">Primary</button><button class="btn" type="button">Plain</button><button class="btn danger" type="button">Danger</button><button class="btn danger fill" type="button">Danger now</button><button class="btn quiet" type="button">Quiet</button><button class="btn primary" type="button" disabled>Disabled</button></div>`;
}

function menu(links: PageLinks): SideMenu {
  const href = links.styleguide();
  return {
    label: "Project",
    groups: [
      {
        items: [
          { name: "Overview", href, icon: "home", isCurrent: false },
          { name: "Images", href, icon: "image", isCurrent: false, count: 1204 },
          { name: "Members", href, icon: "members", isCurrent: false, count: 9 },
        ],
      },
      {
        title: "Settings",
        items: [
          { name: "General", href, icon: "settings", isCurrent: false },
          { name: "Style guide", href, icon: "key", isCurrent: true, count: 5 },
        ],
      },
    ],
  };
}
