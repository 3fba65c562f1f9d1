/** The call about the use of a project access token. */
import { findTokenUsage } from "../access-tokens/find-token-usage.ts";
import { decidePeriod } from "../projects/period.ts";
import { projectTokenParams } from "./access-token.schema.ts";
import type { ApiServices } from "./api-services.ts";
import { periodQuery } from "./period.schema.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { NOTHING } from "./protocol/operation.ts";
import { renderTokenUsage, tokenUsageResult } from "./token-usage.schema.ts";

/** `/projects/:id/access_tokens/:token_id/usage`. @see docs/spec/rest-api.md "The calls" */
export function tokenUsageOperations({ database, clock }: ApiServices): ApiOperation[] {
  return [
    apiOperation({
      id: "showProjectAccessTokenUsage",
      method: "get",
      path: "/projects/:id/access_tokens/:token_id/usage",
      summary: "Show how an access token of a project was used, for Maintainers and the token itself",
      params: projectTokenParams,
      query: periodQuery,
      body: NOTHING,
      status: 200,
      result: tokenUsageResult,
      async handle({ caller, params, query }) {
        const period = decidePeriod(query, clock.now());
        const which = { caller, project: params.id, tokenId: params.token_id, period };
        return { body: renderTokenUsage(await findTokenUsage(database.em(), which), period) };
      },
    }),
  ];
}
