/** The field that asks for a role. */
import type { SafeHtml } from "@remix-run/html-template";
import { ACCESS_LEVELS, nameOfLevel } from "../../principals/access-level.ts";
import type { FormState } from "../protocol/form-state.ts";
import type { FieldWords } from "./labelled.ts";
import { selectField } from "./select-field.ts";

/** A list of the roles that somebody of the level `own` may give: none above their own. */
export function roleField(form: FormState, own: number, words: Omit<FieldWords, "name">): SafeHtml {
  const choices = Object.values(ACCESS_LEVELS)
    .filter((level) => level <= own)
    .map((level) => ({ value: String(level), words: nameOfLevel(level) }));
  return selectField(form, { ...words, name: "access_level", choices });
}
