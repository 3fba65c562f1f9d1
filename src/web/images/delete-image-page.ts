/** The page that asks before an image is deleted: which tags go with it. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { DeletionPreview } from "../../images/delete-image.ts";
import { confirmation } from "../parts/dialog.ts";
import { errorSummary } from "../parts/error-summary.ts";
import { CONFIRMATION_LABEL, confirmationField, hiddenField } from "../parts/field.ts";
import { counted } from "../parts/number.ts";
import type { FormState } from "../protocol/form-state.ts";
import type { Href } from "../protocol/page-links.ts";
import { shortDigest } from "./image-words.ts";

/** What is to be deleted, and the form that says so. */
export interface AskedDeletion {
  /** The image within its project: `web:1.8.2`. */
  readonly name: string;
  readonly preview: DeletionPreview;
  /** Where the form is sent to, and where one goes who does not want it. */
  readonly action: Href;
  readonly back: Href;
  readonly form: FormState;
  readonly needsPassword: boolean;
}

/** The page. */
export function deleteImagePage({ name, preview, action, back, form, needsPassword }: AskedDeletion): SafeHtml {
  const { digest, tags, untoldTags, attachments } = preview;
  const others =
    untoldTags === 0
      ? []
      : [
          html`Of ${counted(untoldTags, "more tag")} the registry did not say in time which image it is: any that is this one goes too.`,
        ];
  const signatures =
    attachments.length === 0
      ? []
      : [html`Its signatures and attestations stay, of no use: ${counted(attachments.length, "tag")}.`];
  const consequences = [
    html`The image <code>${shortDigest(digest)}</code> goes, and with it all its tags:
<ul class="chips">${tags.map((tag) => html`<li class="chip"><bdi>${tag}</bdi></li>`)}</ul>`,
    ...others,
    html`Nobody can pull it any more, by tag or by digest. Whoever has it keeps it.`,
    ...signatures,
    html`The registry gives its space back at its next garbage collection. This cannot be undone.`,
  ];
  const content = html`<ul class="consequences">${consequences.map((each) => html`<li>${each}</li>`)}</ul>
${hiddenField("digest", digest)}
${confirmationField(form, needsPassword)}`;
  return confirmation({
    title: `Delete ${name}?`,
    content,
    action,
    words: `Delete ${name}`,
    back,
    problems: errorSummary(form, { your_password: CONFIRMATION_LABEL }),
    isDanger: true,
  });
}
