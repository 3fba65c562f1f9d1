/** The forms that turn a feature on and off. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { FEATURES, type Feature } from "../../feature-flags/feature.ts";
import { type Choice, chips } from "../parts/chips.ts";
import { errorSummary } from "../parts/error-summary.ts";
import { CONFIRMATION_LABEL, confirmationField, textField } from "../parts/field.ts";
import { pageHead } from "../parts/page-head.ts";
import type { FormState } from "../protocol/form-state.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { Href, PageLinks } from "../protocol/page-links.ts";
import { adminFrame } from "./admin-menu.ts";
import type { AskedForm } from "./confirm-account-page.ts";

const LABELS = { project: "Project", setting: "Setting", your_password: CONFIRMATION_LABEL };

const ON_OR_OFF: readonly Choice[] = [
  { value: "on", words: "On" },
  { value: "off", words: "Off" },
];

/** What a form is about. */
interface FlagForm {
  readonly feature: Feature;
  /** Of what it is set, for the head. */
  readonly title: string;
  readonly about: string;
  readonly action: Href;
  readonly fields: (form: FormState) => SafeHtml;
}

/** The form for the instance. */
export function instanceFlagPage(links: PageLinks, feature: Feature, asked: AskedForm): ShownPage {
  const shown: FlagForm = {
    feature,
    title: "For the instance",
    about: `${FEATURES[feature]}. It holds for every project that has no setting of its own.`,
    action: links.adminLinks.instanceFlag(feature),
    fields: (form) => settingField(form, ON_OR_OFF),
  };
  return flagPage(links, shown, asked);
}

/** The form for one project, by its path. */
export function projectFlagPage(links: PageLinks, feature: Feature, asked: AskedForm): ShownPage {
  const choices = [...ON_OR_OFF, { value: "instance", words: "As the instance has it" }];
  const shown: FlagForm = {
    feature,
    title: "For one project",
    about: `${FEATURES[feature]}. A project's own setting goes before the instance's.`,
    action: links.adminLinks.projectFlag(feature),
    fields: (form) => html`${textField(form, {
      name: "project",
      label: LABELS.project,
      maximumLength: 1000,
      isMono: true,
      autocomplete: "off",
      hint: "Its full path, such as team/app.",
    })}
${settingField(form, choices)}`,
  };
  return flagPage(links, shown, asked);
}

function settingField(form: FormState, choices: readonly Choice[]): SafeHtml {
  return chips(form, { name: "setting", label: LABELS.setting, kind: "radio", choices });
}

function flagPage(links: PageLinks, shown: FlagForm, { form, needsPassword }: AskedForm): ShownPage {
  const { feature, title, about, action, fields } = shown;
  const back = links.adminLinks.featureFlags();
  return {
    title: `${feature} · ${title}`,
    ...adminFrame(links, "feature_flags", { name: "Feature flags", href: back }, { name: title }),
    main: html`${pageHead(feature, about)}
${errorSummary(form, LABELS)}
<section class="card" aria-label="${title}">
<form class="form" method="post" action="${action}">
${fields(form)}
${confirmationField(form, needsPassword)}
<div class="acts"><button class="btn primary" type="submit">Set flag</button><a class="btn" href="${back}">Cancel</a></div>
</form>
</section>`,
  };
}
