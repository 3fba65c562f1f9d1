/** The form of a new token, with what the token will be able to do beside it. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { AccessLevel } from "../../principals/access-level.ts";
import { REPOSITORY_ACTIONS } from "../../principals/repository-rules.ts";
import type { TokenScope } from "../../principals/token-scope.ts";
import type { MatchedRepositories } from "../../registry-access/match-repositories.ts";
import { LEVEL_OF_ACTION, SCOPE_OF_ACTION } from "../../registry-access/policy.ts";
import { code } from "../parts/code.ts";
import { disclosure } from "../parts/disclosure.ts";
import { effect } from "../parts/effect.ts";
import { errorSummary } from "../parts/error-summary.ts";
import { confirmationField, textField } from "../parts/field.ts";
import { filterPills } from "../parts/filter-pills.ts";
import { counted } from "../parts/number.ts";
import { pageHead } from "../parts/page-head.ts";
import { renewed } from "../parts/renewed.ts";
import { roleField } from "../parts/role-field.ts";
import { scopeList } from "../parts/scope-list.ts";
import { textareaField } from "../parts/textarea-field.ts";
import type { FormState } from "../protocol/form-state.ts";
import type { ShownPage } from "../protocol/page.ts";
import { endField, type FormSurroundings, lifeInWords } from "./end-field.ts";
import { NEW_TOKEN_LABELS as LABELS } from "./new-token-form.ts";
import { PRESETS, SCOPE_GROUPS } from "./presets.ts";
import { endDate } from "./token-end-choice.ts";
import type { Foresight, TokenPlace } from "./token-place.ts";

/** How many of the repositories that rules match are named. */
const SHOWN_REPOSITORIES = 20;

/** The page of the form. */
export function tokenFormPage(
  place: TokenPlace,
  form: FormState,
  around: FormSurroundings & { readonly foreseen: Foresight | undefined },
): ShownPage {
  const { links } = place;
  const starts = filterPills(
    "Start from",
    PRESETS.map(({ name, words }) => ({
      name: words,
      href: links.add({ preset: name, name: form.value("name"), description: form.value("description") }),
      isCurrent: form.value("preset") === name,
    })),
  );
  return {
    title: "New token",
    ...place.frame("New token"),
    main: html`${pageHead("New token", "Its secret is shown once, when it is created.")}
${errorSummary(form, LABELS)}
<form class="card form with-effect" method="post" action="${links.create()}">
<div class="fields">
<div class="f"><p class="lbl">Start from</p>${starts}</div>
<div class="two">
${textField(form, { name: "name", label: LABELS.name, maximumLength: 255, hint: "What uses it, as others will read it." })}
${place.project === undefined ? null : roleField(form, place.project.accessLevel, { label: LABELS.access_level, hint: "At most your own." })}
</div>
${textField(form, { name: "description", label: LABELS.description, maximumLength: 255, isOptional: true })}
${endField(form, around, true)}
${scopesField(form, place)}
${limits(form, place)}
${confirmationField(form, around.needsPassword)}
<div><button class="btn primary" type="submit">Create token</button></div>
</div>
${renewed({ id: "effect", from: links.effect(), on: "form" }, effectOf(form.value("name"), around.foreseen, endDate(form, around.now)))}
</form>`,
  };
}

/** The page that answers what a token will be able to do; its part `effect` is what the form's script looks for. */
export function effectPage(place: TokenPlace, form: FormState, foreseen: Foresight | undefined, now: Date): ShownPage {
  return {
    title: "What the token will do",
    ...place.frame("What the token will do"),
    main: html`${pageHead("What the token will do")}<div id="effect">${effectOf(form.value("name"), foreseen, endDate(form, now))}</div>`,
  };
}

/** What a token will be able to do, and how long. `end`: `YYYY-MM-DD`, or undefined for ever. */
export function effectOf(named: string, foreseen: Foresight | undefined, end: string | undefined): SafeHtml {
  const name = named.trim();
  const title = `${name === "" ? "The token" : name} will`;
  if (foreseen === undefined) {
    return effect(title, [{ can: false, words: "be told here, once its scopes and limits can be read" }]);
  }
  const abilities = foreseen.abilities.map(({ can, words }) => ({ can, words: code(words) }));
  const useless = foreseen.useless.map(({ scope, words }) => ({
    can: false,
    words: html`<code>${scope}</code> ${code(words)}`,
  }));
  return html`${effect(title, [...abilities.filter(({ can }) => can), { can: true, words: lifeInWords(end) }, ...abilities.filter(({ can }) => !can), ...useless])}${foreseen.warning === undefined ? null : html`<p class="wrong">${foreseen.warning}</p>`}${foreseen.matched === undefined ? null : matchedLine(foreseen.matched)}`;
}

/** Which of the repositories that registries reported the rules match, so that a pattern can be tried. */
function matchedLine({ repositories, more }: MatchedRepositories): SafeHtml {
  const matched = repositories.filter(({ actions }) => actions.length > 0);
  const known = counted(repositories.length, "known repository", "known repositories");
  const names = matched
    .slice(0, SHOWN_REPOSITORIES)
    .map(({ name, actions }) => html`<li><code>${name === "" ? "." : name}</code> ${actions.join(", ")}</li>`);
  const others = matched.length - names.length;
  return html`<div class="sub"><p>Its rules match ${matched.length} of ${more ? "the first " : ""}${known}${names.length === 0 ? "." : ":"}</p><ul>${names}</ul>${others > 0 ? html`<p>and ${others} more</p>` : null}</div>`;
}

function scopesField(form: FormState, place: TokenPlace): SafeHtml {
  const groups = SCOPE_GROUPS.map(({ title, scopes }) => ({
    title,
    scopes: scopes.map(([scope, about]) => ({ scope, about, ...neededFor(scope) })),
  }));
  const isPublic = place.project?.project.visibility === "public";
  return scopeList(form, {
    name: "scopes",
    label: LABELS.scopes,
    groups,
    ...(isPublic ? {} : { pushAlone: "On a project that is not public, docker push needs read_registry too." }),
  });
}

/** The role that a bot needs for what a scope allows, by the policy. */
function neededFor(scope: TokenScope): { readonly needs?: AccessLevel } {
  const allowed = REPOSITORY_ACTIONS.find((each) => SCOPE_OF_ACTION[each] === scope);
  return allowed === undefined ? {} : { needs: LEVEL_OF_ACTION[allowed] };
}

function limits(form: FormState, { project }: TokenPlace): SafeHtml {
  const isOpen = ["repository_rules", "ip_allow_list"].some(
    (field) => form.value(field) !== "" || form.problem(field) !== undefined,
  );
  const repositories = textareaField(form, {
    name: "repository_rules",
    label: LABELS.repository_rules,
    rows: 3,
    isOptional: true,
    isMono: true,
    hint: html`A rule a line, as <code>pull, push: web, services/**</code>: what it may do, and in which repositories of the project. <code>*</code> stands for a run of characters, <code>**</code> for any folders, a dot for the project's own repository.`,
  });
  const addresses = textareaField(form, {
    name: "ip_allow_list",
    label: LABELS.ip_allow_list,
    rows: 3,
    isOptional: true,
    isMono: true,
    hint: html`Where it is accepted from: an address or a network a line, as <code>10.4.0.0/16</code>. Without any, everywhere.`,
  });
  return disclosure({
    summary: project === undefined ? "Limit it to some addresses" : "Limit it to some repositories or addresses",
    content: html`<div class="fields">${project === undefined ? null : repositories}${addresses}</div>`,
    isOpen,
  });
}
