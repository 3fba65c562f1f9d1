/** The pages that explain what the registry lets somebody do, and why not more. They change nothing and leave no trace. */
import type { FieldProblem } from "../../errors.ts";
import { REPOSITORY_ACTIONS } from "../../principals/repository-rules.ts";
import { FormState } from "../protocol/form-state.ts";
import { type Page, view } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import { problemsOf } from "../protocol/problems.ts";
import type { WebServices } from "../web-services.ts";
import { answerQuestion } from "./answer-question.ts";
import { explainPage } from "./explain-page.ts";
import { type ExplainPlace, type ExplainPlaces, explainAnywhere, explainProject } from "./explain-place.ts";
import { explainQuery, readQuestion, type TypedQuestion } from "./explain-question.ts";

/** `/-/explain` and `/:project/-/explain`. @see docs/spec/web.md "Explain, connect, first run" */
export function explainPages(services: WebServices, links: PageLinks): Page[] {
  return [explainAnywhere(links), explainProject(services, links)].map((places) => pageOf(services, links, places));
}

function pageOf(services: WebServices, links: PageLinks, { path, params, open }: ExplainPlaces): Page {
  return view({
    path,
    access: "signed_in",
    params,
    query: explainQuery,
    async show({ visitor, params, query }) {
      const place = await open(visitor, params);
      const { principal: caller } = visitor;
      const shown = { links, caller };
      if (!isAsked(place, query)) return explainPage(place, { ...shown, form: formOf(services, place, query) });
      try {
        const question = await readQuestion(services, caller, place, query);
        const explanation = await answerQuestion(services, caller, place, question);
        const { repository, actions } = question;
        const form = formOf(services, place, query).with({ repository, actions });
        return explainPage(place, { ...shown, form, answer: { question, explanation } });
      } catch (error) {
        const problems = problemsOf(error);
        if (problems === undefined) throw error;
        return explainPage(place, { ...shown, form: formOf(services, place, query, problems) });
      }
    },
  });
}

/** A project's page answers at once, of the visitor; the other one, as soon as anything is asked. */
function isAsked({ project }: ExplainPlace, query: TypedQuestion): boolean {
  return project !== undefined || Object.values(query).some((value) => value.length > 0);
}

/** The form with what was typed, or with what holds where nothing was. */
function formOf(
  { links }: Pick<WebServices, "links">,
  { project }: ExplainPlace,
  query: TypedQuestion,
  problems: readonly FieldProblem[] = [],
): FormState {
  const actions = [query.actions].flat().flatMap((each) => each.split(","));
  const start = project === undefined ? "" : links.image(project.path);
  return new FormState(
    {
      ...query,
      who: query.who || "me",
      repository: query.repository || start,
      actions: actions.length === 0 ? REPOSITORY_ACTIONS : actions,
    },
    problems,
  );
}
