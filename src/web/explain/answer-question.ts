/** Has a question answered by what decides. */
import { ForbiddenError, NotFoundError, RuleRefusedError } from "../../errors.ts";
import type { UserPrincipal } from "../../principals/principal.ts";
import { type ExplainServices, explainAccess } from "../../registry-access/explain-access.ts";
import { explainOwnAccess } from "../../registry-access/explain-own-access.ts";
import type { Explanation } from "../../registry-access/explanation.ts";
import type { ExplainPlace } from "./explain-place.ts";
import { problemOf, type Question } from "./explain-question.ts";

/**
 * Answers a question.
 *
 * @throws ForbiddenError when it is about others, and the visitor may not ask about them
 * @throws ValidationError when it is about a token that the project does not have, or about a bot
 */
export async function answerQuestion(
  services: ExplainServices,
  caller: UserPrincipal,
  { project }: Pick<ExplainPlace, "project">,
  { subject, scope, address }: Question,
): Promise<Explanation> {
  const scopes = [scope];
  switch (subject.who) {
    case "me":
      return await explainOwnAccess(services, { caller, subject: "caller", scopes });
    case "nobody":
      return await explainOwnAccess(services, { caller, subject: "anonymous", scopes });
    case "member":
    case "token":
      if (project === undefined) throw new ForbiddenError();
      try {
        return await explainAccess(services, { caller, project: project.id, subject, scopes, address });
      } catch (error) {
        if (error instanceof NotFoundError && subject.who === "token")
          throw problemOf("token", `${subject.tokenId} is the number of no access token of this project`);
        if (error instanceof RuleRefusedError && subject.who === "member")
          throw problemOf("username", "is that of no human: ask about the access token of a bot");
        throw error;
      }
  }
}
