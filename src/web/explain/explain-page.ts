/** The page that explains access: the question, and below it the answer with its steps. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { UserPrincipal } from "../../principals/principal.ts";
import { type Choice, chips } from "../parts/chips.ts";
import { errorSummary } from "../parts/error-summary.ts";
import { textField } from "../parts/field.ts";
import { pageHead } from "../parts/page-head.ts";
import { selectField } from "../parts/select-field.ts";
import type { FormState } from "../protocol/form-state.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import type { ExplainPlace } from "./explain-place.ts";
import type { Subject } from "./explain-question.ts";
import { type Answer, explainedAnswer } from "./explained-answer.ts";

/** What the page shows. */
export interface ExplainView {
  readonly form: FormState;
  /** Undefined before anything is asked, and where the question cannot be read. */
  readonly answer?: Answer;
  readonly caller: UserPrincipal;
  readonly links: PageLinks;
}

const LABELS = {
  ...{ who: "Who", username: "Username", token: "Access token" },
  ...{ repository: "Repository", actions: "Actions", address: "Address" },
};

/** Who may be asked about, in words. */
const WHO: Readonly<Record<Subject, string>> = {
  me: "Me",
  nobody: "Nobody: without signing in",
  member: "Somebody else",
  token: "An access token",
};

const ACTIONS: readonly Choice[] = [
  { value: "pull", words: "Pull" },
  { value: "push", words: "Push" },
  { value: "delete", words: "Delete" },
];

/** The page. */
export function explainPage(place: ExplainPlace, { form, answer, caller, links }: ExplainView): ShownPage {
  return {
    title: place.title,
    ...place.frame(),
    main: html`${pageHead("Explain access", place.about)}
${errorSummary(form, LABELS)}
${questionForm(place, form)}
${answer === undefined ? null : explainedAnswer(answer, { place, caller, links })}`,
  };
}

function questionForm({ at, tokens }: ExplainPlace, form: FormState): SafeHtml {
  const href = at();
  const subjects: readonly Subject[] = tokens === undefined ? ["me", "nobody"] : ["me", "nobody", "member", "token"];
  return html`<form class="card pad" method="get" action="${href}" aria-label="What is to be explained">
<div class="two">
${selectField(form, { name: "who", label: LABELS.who, choices: subjects.map((value) => ({ value, words: WHO[value] })) })}
${textField(form, { name: "repository", label: LABELS.repository, isMono: true, maximumLength: 1000, autocomplete: "off", hint: "As docker names it, or its path alone." })}
${chips(form, { name: "actions", label: LABELS.actions, kind: "checkbox", choices: ACTIONS })}
</div>
${tokens === undefined ? null : othersFields(form, tokens)}
<div><button class="btn primary" type="submit">Explain</button></div>
</form>`;
}

/** What is filled in about somebody else, or about a token. */
function othersFields(form: FormState, tokens: readonly Choice[]): SafeHtml {
  const chosen = form.value("token");
  const isListed = chosen === "" || tokens.some(({ value }) => value === chosen);
  const older = isListed || !/^\d{1,10}$/.test(chosen) ? [] : [{ value: chosen, words: `Number ${chosen}` }];
  const choices = [{ value: "", words: "None" }, ...older, ...tokens];
  return html`<div class="two">
${textField(form, { name: "username", label: LABELS.username, isOptional: true, autocomplete: "off", maximumLength: 255, hint: "Of somebody else." })}
${selectField(form, { name: "token", label: LABELS.token, isOptional: true, choices, hint: "One of the project's, working or not." })}
${textField(form, { name: "address", label: LABELS.address, isOptional: true, autocomplete: "off", maximumLength: 45, hint: "Where the token would be sent from: 10.4.2.17." })}
</div>`;
}
