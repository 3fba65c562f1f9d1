/** What is asked to be explained, as the query says it. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { z } from "zod";
import { ValidationError } from "../../errors.ts";
import { seekVisibleUser } from "../../members/find-visible-user.ts";
import { ACCESS_LEVELS } from "../../principals/access-level.ts";
import type { UserPrincipal } from "../../principals/principal.ts";
import { REPOSITORY_ACTIONS, type RepositoryAction } from "../../principals/repository-rules.ts";
import { renderScope } from "../../registry-access/requested-scope.ts";
import { clientAddress } from "../../schemas/client-address.ts";
import { id, list, text, textReadBy, unlessEmpty } from "../../schemas/fields.ts";
import { validate } from "../../schemas/validate.ts";
import { requireRole } from "../project-page.ts";
import type { WebServices } from "../web-services.ts";
import type { ExplainPlace } from "./explain-place.ts";
import { readPastedRepository } from "./pasted-repository.ts";

/** The longest text that a field takes, before it is read. */
const MAXIMUM_TYPED = 1000;

const typed = z.string().max(MAXIMUM_TYPED).default("");

/** The query of the page as it is typed: what is wrong with it is said on the page. */
export const explainQuery = z.object({
  ...{ who: typed, username: typed, token: typed, repository: typed, address: typed },
  actions: z.union([z.string().max(MAXIMUM_TYPED), z.array(z.string().max(MAXIMUM_TYPED)).max(100)]).default([]),
});
/** A question as it is typed. */
export type TypedQuestion = z.output<typeof explainQuery>;

/** Who may be asked about: the visitor, whoever is not signed in, somebody else, or an access token of the project. */
const SUBJECTS = ["me", "nobody", "member", "token"] as const;
/** One of them. */
export type Subject = (typeof SUBJECTS)[number];

/** Somebody who is asked about. */
export type AskedSubject =
  | { readonly who: "me" | "nobody" }
  | { readonly who: "member"; readonly username: string; readonly userId: number }
  | { readonly who: "token"; readonly tokenId: number };

/** A question that can be answered. */
export interface Question {
  readonly subject: AskedSubject;
  /** The whole name. */
  readonly repository: string;
  readonly actions: readonly RepositoryAction[];
  /** `repository:team/app:pull,push`, as docker asks for it. */
  readonly scope: string;
  readonly address: string | undefined;
}

/**
 * Reads a question. Without any action it is about all.
 *
 * @throws ForbiddenError when it is about others, and the visitor may not ask about them
 * @throws ValidationError naming the fields that are wrong, or that name somebody whom the caller does not see
 */
export async function readQuestion(
  { database, links }: Pick<WebServices, "database" | "links">,
  caller: UserPrincipal,
  { project }: Pick<ExplainPlace, "project">,
  query: TypedQuestion,
): Promise<Question> {
  const schema = z.object({
    who: unlessEmpty(z.enum(project === undefined ? ["me", "nobody"] : SUBJECTS)),
    username: unlessEmpty(text(255)),
    token: unlessEmpty(id()),
    repository: text(MAXIMUM_TYPED).pipe(textReadBy((typed) => readPastedRepository(typed, links.registry), {})),
    address: unlessEmpty(clientAddress),
    actions: list(z.enum(REPOSITORY_ACTIONS), 100),
  });
  const {
    who = "me",
    username,
    token,
    repository,
    address,
    ...asked
  } = validate(schema, {
    ...query,
    repository: query.repository === "" ? project?.path : query.repository,
    actions: query.actions.length === 0 ? [...REPOSITORY_ACTIONS] : query.actions,
  });
  const actions = REPOSITORY_ACTIONS.filter((action) => asked.actions.includes(action));
  const scope = renderScope({ type: "repository", name: repository, actions });
  const isAboutOthers = who === "member" || who === "token";
  if (project !== undefined && isAboutOthers)
    requireRole(project.accessLevel, ACCESS_LEVELS.maintainer, project.path, "asking about others is");
  const subject = await readSubject(database.em(), caller, { who, username, token });
  return { subject, repository, actions, scope, address };
}

async function readSubject(
  em: SqlEntityManager,
  caller: UserPrincipal,
  {
    who,
    username,
    token,
  }: { readonly who: Subject; readonly username: string | undefined; readonly token: number | undefined },
): Promise<AskedSubject> {
  switch (who) {
    case "me":
    case "nobody":
      return { who };
    case "token":
      if (token === undefined) throw problemOf("token", "is missing");
      return { who, tokenId: token };
    case "member": {
      if (username === undefined) throw problemOf("username", "is missing");
      const user = await seekVisibleUser(em, caller, { username: username.toLowerCase() });
      if (user === undefined) throw problemOf("username", `"${username}" is nobody's username`);
      return { who, username: user.username, userId: user.id };
    }
  }
}

/** That a field is wrong, in words that follow its label. */
export function problemOf(field: keyof TypedQuestion, message: string): ValidationError {
  return new ValidationError([{ field, message }]);
}
