/** The call that explains what a token or a person may do with a project's repositories, and why. */
import { type ExplainServices, explainAccess } from "../registry-access/explain-access.ts";
import { resourceParams } from "../schemas/fields.ts";
import { explainBody, explainedSubject, explainResult, renderExplanation } from "./explain.schema.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { NOTHING } from "./protocol/operation.ts";

/** `/projects/:id/explain`. @see docs/spec/rest-api.md "Explain" */
export function explainOperations(services: ExplainServices): ApiOperation[] {
  return [
    apiOperation({
      id: "explainProjectAccess",
      method: "post",
      path: "/projects/:id/explain",
      summary: "Explain what a token or a person is granted, and why: nothing is issued, and nothing changes",
      params: resourceParams,
      query: NOTHING,
      body: explainBody,
      status: 200,
      result: explainResult,
      // It changes nothing, and tells what reading calls tell.
      scope: "read_api",
      async handle({ caller, params, body }) {
        const subject = explainedSubject(body);
        const { scopes, address } = body;
        const explanation = await explainAccess(services, { caller, project: params.id, subject, scopes, address });
        return { body: renderExplanation(explanation) };
      },
    }),
  ];
}
