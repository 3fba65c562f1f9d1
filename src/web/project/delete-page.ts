/** The page that asks before a project is deleted: what goes with it, and what stays. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { Project } from "../../projects/project.entity.ts";
import { confirmation } from "../parts/dialog.ts";
import { errorSummary } from "../parts/error-summary.ts";
import { CONFIRMATION_LABEL, confirmationField, textField } from "../parts/field.ts";
import type { FormState } from "../protocol/form-state.ts";
import type { PageLinks } from "../protocol/page-links.ts";

/** The page. */
export function deletePage(
  { fullPath: { path } }: Project,
  links: PageLinks,
  { form, needsPassword }: { readonly form: FormState; readonly needsPassword: boolean },
): SafeHtml {
  const own = links.projectSettings(path);
  const label = `Type ${path}`;
  const content = html`<ul class="consequences">
<li>Its access tokens are revoked, and their bot users deleted.</li>
<li>Its members are members no more.</li>
<li>Its images stay in the registry, and nobody can pull or push them. Whoever takes the path over reaches them: an Owner of what the project lies in, or an administrator.</li>
<li>What was done in it stays recorded. This cannot be undone.</li>
</ul>
${textField(form, { name: "path", label, isMono: true, autocomplete: "off" })}
${confirmationField(form, needsPassword)}`;
  return confirmation({
    title: `Delete ${path}?`,
    content,
    action: own.remove(),
    words: `Delete ${path}`,
    back: own.general(),
    problems: errorSummary(form, { path: label, your_password: CONFIRMATION_LABEL }),
    isDanger: true,
  });
}
