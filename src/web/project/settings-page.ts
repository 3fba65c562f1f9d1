/** The general settings as they are shown: what a Maintainer may change, and what only an Owner may. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { ACCESS_LEVELS, nameOfLevel } from "../../principals/access-level.ts";
import type { ProjectAccess } from "../../projects/find-project.ts";
import type { Project } from "../../projects/project.entity.ts";
import { chips } from "../parts/chips.ts";
import { confirmLink } from "../parts/dialog.ts";
import { disclosure } from "../parts/disclosure.ts";
import { effectList } from "../parts/effect.ts";
import { errorSummary } from "../parts/error-summary.ts";
import { CONFIRMATION_LABEL, confirmationField, textField } from "../parts/field.ts";
import { pageHead } from "../parts/page-head.ts";
import { sectionHead } from "../parts/section-head.ts";
import { textareaField } from "../parts/textarea-field.ts";
import { FormState } from "../protocol/form-state.ts";
import type { PageLinks, ProjectSettingsLinks } from "../protocol/page-links.ts";
import { VISIBILITY_CHOICES, VISIBILITY_HINT, visibilityChange } from "../visibility-words.ts";

const LABELS = {
  name: "Name",
  description: "Description",
  container_registry_access_level: "Registry",
  visibility: "Visibility",
  your_password: CONFIRMATION_LABEL,
};

/** What the page shows: a form that was sent and has to be changed, if any. */
export interface SentForms {
  readonly general?: FormState;
  readonly visibility?: FormState;
}

/** The page. */
export function settingsPage(
  { project, accessLevel }: ProjectAccess,
  links: PageLinks,
  sent: SentForms,
  needsPassword: boolean,
): SafeHtml {
  const own = links.projectSettings(project.fullPath.path);
  const present = new FormState({
    name: project.name,
    description: project.description ?? "",
    container_registry_access_level: project.containerRegistryEnabled ? "enabled" : "disabled",
    visibility: project.visibility,
  });
  const isOwner = accessLevel >= ACCESS_LEVELS.owner;
  return html`${pageHead("Settings")}
${errorSummary(sent.general ?? sent.visibility ?? present, LABELS)}
${generalSection(sent.general ?? present, own)}
<section class="card pad" aria-labelledby="who-sees-it">${sectionHead("who-sees-it", "Who sees it", VISIBILITY_HINT)}
${isOwner ? visibilityForm(project, sent.visibility ?? present, own, needsPassword) : onlyOwners("change who sees the project", accessLevel)}</section>
<section class="card pad" aria-labelledby="delete">${sectionHead("delete", "Delete the project", "Its access tokens stop working at once, and nobody can pull its images or push any.")}
${isOwner ? html`<div>${confirmLink({ href: own.remove(), words: "Delete", object: project.fullPath.path, isDanger: true })}</div>` : onlyOwners("delete the project", accessLevel)}</section>`;
}

function generalSection(form: FormState, links: ProjectSettingsLinks): SafeHtml {
  const registry = [
    { value: "enabled", words: "On" },
    { value: "disabled", words: "Off" },
  ];
  return html`<section class="card" aria-label="General">
<form class="form" method="post" action="${links.general()}">
${textField(form, { name: "name", label: LABELS.name, maximumLength: 255 })}
${textareaField(form, { name: "description", label: LABELS.description, rows: 3, maximumLength: 2000, isOptional: true })}
${chips(form, { name: "container_registry_access_level", label: LABELS.container_registry_access_level, kind: "radio", choices: registry, hint: "Off: nobody can pull images or push any, whatever their role and their token. Images and tokens stay as they are." })}
<div><button class="btn primary" type="submit">Save settings</button></div>
</form></section>`;
}

function visibilityForm(
  { visibility, fullPath }: Project,
  form: FormState,
  links: ProjectSettingsLinks,
  needsPassword: boolean,
): SafeHtml {
  const changes = VISIBILITY_CHOICES.filter(({ value }) => value !== visibility).map(
    ({ value, words }) =>
      html`<h3>${words}</h3>${effectList(visibilityChange(visibility, value).map(({ gains, words: each }) => ({ can: gains, words: each })))}`,
  );
  return html`<form class="fields" method="post" action="${links.visibility()}">
${chips(form, { name: "visibility", label: LABELS.visibility, kind: "radio", choices: VISIBILITY_CHOICES })}
${disclosure({ summary: "Who gains and who loses", content: html`${changes}`, isOpen: true })}
${confirmationField(form, needsPassword)}
<div><button class="btn" type="submit">Change visibility<span class="vh"> of <bdi>${fullPath.path}</bdi></span></button></div>
</form>`;
}

function onlyOwners(what: string, accessLevel: number): SafeHtml {
  return html`<p class="muted">Only an Owner may ${what}. You are ${nameOfLevel(accessLevel)}.</p>`;
}
