/** The page that asks before something is done to an account. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { User } from "../../users/user.entity.ts";
import { confirmation } from "../parts/dialog.ts";
import { errorSummary } from "../parts/error-summary.ts";
import { CONFIRMATION_LABEL, confirmationField } from "../parts/field.ts";
import type { FormState } from "../protocol/form-state.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { Href, PageLinks } from "../protocol/page-links.ts";
import { adminFrame } from "./admin-menu.ts";

/** What is to be done to an account. */
export interface AccountQuestion {
  /** What it is, with the name of the user: `Block mira`. */
  readonly words: string;
  /** What will happen, a sentence or two each. */
  readonly consequences: readonly (string | SafeHtml)[];
  readonly action: Href;
  readonly isDanger?: boolean;
}

/** How the form is shown: what was sent, and whether the password is asked for. */
export interface AskedForm {
  readonly form: FormState;
  readonly needsPassword: boolean;
}

/** The page. */
export function confirmAccountPage(
  links: PageLinks,
  user: User,
  { words, consequences, action, isDanger }: AccountQuestion,
  { form, needsPassword }: AskedForm,
): ShownPage {
  const items = consequences.map((each) => html`<li>${each}</li>`);
  const content = html`<p><bdi>${user.name}</bdi>, @${user.username}, <bdi>${user.email}</bdi></p>
<ul class="consequences">${items}</ul>
${confirmationField(form, needsPassword)}`;
  return {
    title: `${words}?`,
    ...accountFrame(links, user),
    main: confirmation({
      title: `${words}?`,
      content,
      action,
      words,
      back: links.adminLinks.users(),
      problems: errorSummary(form, { your_password: CONFIRMATION_LABEL }),
      ...(isDanger === undefined ? {} : { isDanger }),
    }),
  };
}

/** The frame of a page about one account. */
export function accountFrame(links: PageLinks, { username }: User): Pick<ShownPage, "crumbs" | "side"> {
  return adminFrame(links, "users", { name: "Users", href: links.adminLinks.users() }, { name: `@${username}` });
}
