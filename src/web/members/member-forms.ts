/** The pages that ask who becomes a member, which role somebody gets, and whether they are removed. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { LoadedMember } from "../../members/member.entity.ts";
import { nameOfLevel } from "../../principals/access-level.ts";
import { confirmation } from "../parts/dialog.ts";
import { errorSummary } from "../parts/error-summary.ts";
import { CONFIRMATION_LABEL, confirmationField, textField } from "../parts/field.ts";
import { roleField } from "../parts/role-field.ts";
import type { FormState } from "../protocol/form-state.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { ShownPlace } from "./member-place.ts";

const LABELS = { username: "Username", access_level: "Role", your_password: CONFIRMATION_LABEL };

/** The page that asks who becomes a member. */
export function addMemberPage(place: ShownPlace, form: FormState, needsPassword: boolean): ShownPage {
  const title = "Add a member";
  return {
    title,
    ...place.frame(title),
    main: confirmation({
      title,
      problems: errorSummary(form, LABELS),
      content: html`${textField(form, { name: "username", label: LABELS.username, autocomplete: "off", maximumLength: 255, hint: "Of somebody who has an account here." })}
${roleOf(place, form)}
${confirmationField(form, needsPassword)}`,
      action: place.links.create(),
      words: title,
      back: place.links.list(),
    }),
  };
}

/** The page that asks which role a member gets. */
export function changeMemberPage(
  place: ShownPlace,
  member: LoadedMember,
  form: FormState,
  needsPassword: boolean,
): ShownPage {
  const { id, name } = member.user.$;
  const chosen = form.value("access_level") === "" ? form.with({ access_level: String(member.accessLevel) }) : form;
  return {
    title: `Role of ${name}`,
    ...place.frame(name, "Change role"),
    main: confirmation({
      title: `Change the role of ${name}`,
      problems: errorSummary(form, LABELS),
      content: html`${roleOf(place, chosen)}
${confirmationField(form, needsPassword)}`,
      action: place.links.change(id),
      words: "Change role",
      back: place.links.list(),
    }),
  };
}

/** The page that asks before a member is removed, or leaves. */
export function removeMemberPage(
  place: ShownPlace,
  member: LoadedMember,
  form: FormState,
  { needsPassword, visitorId }: { needsPassword: boolean; visitorId: number },
): ShownPage {
  const { id, name } = member.user.$;
  const { path } = place.found;
  const words = id === visitorId ? `Leave ${path}` : `Remove ${name}`;
  const who = id === visitorId ? "You are" : html`<strong><bdi>${name}</bdi></strong> is`;
  const below = place.kind === "group" ? " and all groups and projects in it" : "";
  return {
    title: words,
    ...place.frame(name, id === visitorId ? "Leave" : "Remove"),
    main: confirmation({
      title: `${words}?`,
      problems: errorSummary(form, LABELS),
      content: html`<p>${who} ${nameOfLevel(member.accessLevel)} of <bdi>${path}</bdi>.</p>
<ul class="consequences"><li>The role in it${below} ends at once. One that is inherited from a group above stays.</li><li>Access tokens of the project and what was done stay as they are.</li></ul>
${confirmationField(form, needsPassword)}`,
      action: place.links.remove(id),
      words,
      back: place.links.list(),
      isDanger: true,
    }),
  };
}

const ROLE_HINTS = {
  project: "Reporters pull, Developers push too, Maintainers manage members and access tokens.",
  group:
    "In all that lies in the group: Reporters pull, Developers push too, Maintainers manage projects. Owners manage its members.",
} as const;

/** The roles that the visitor may give: none above their own. */
function roleOf({ found, kind }: ShownPlace, form: FormState): SafeHtml {
  return roleField(form, found.accessLevel, { label: LABELS.access_level, hint: ROLE_HINTS[kind] });
}
