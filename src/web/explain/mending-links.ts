/** Where what refused can be mended: the pages for that, as far as the visitor may open them. */
import { ACCESS_LEVELS } from "../../principals/access-level.ts";
import { isAdministrator, type UserPrincipal } from "../../principals/principal.ts";
import type { ExplainedProject, ExplainedStep } from "../../registry-access/explanation.ts";
import type { Href, PageLinks } from "../protocol/page-links.ts";
import type { ExplainPlace } from "./explain-place.ts";
import type { AskedSubject } from "./explain-question.ts";

/** What was asked, by whom and where. */
export interface MendingContext {
  readonly place: ExplainPlace;
  readonly caller: UserPrincipal;
  readonly subject: AskedSubject;
  /** The project of the repository, where the visitor is told of it. */
  readonly project: ExplainedProject | undefined;
  /** Whether the step is about pulling. */
  readonly isPull?: boolean;
  readonly links: PageLinks;
}

/** A link that leads on: its words say what is done there. */
export interface MendingLink {
  readonly href: Href;
  readonly words: string;
}

/** What mends the refusal at a step. */
export function mendingLinks(step: ExplainedStep["step"], context: MendingContext): readonly MendingLink[] {
  switch (step) {
    case "project":
      return newProject(context);
    case "registry":
      return settings(context, ACCESS_LEVELS.maintainer, "Turn the registry on in the settings");
    case "credential":
      return [{ href: context.links.help(), words: "How to log in" }, ...moreVisible(context)];
    case "user":
      return context.subject.who === "token" ? anotherToken(context) : account(context);
    case "level":
      return context.subject.who === "token" ? anotherToken(context) : members(context);
    case "revoked":
    case "grace":
    case "expiry":
    case "address":
    case "scope":
    case "rules":
      return anotherToken(context);
    case "public":
    case "administrator":
      return [];
  }
}

/** Of somebody else, only what concerns the project is told: there may be one, which is told of elsewhere. */
function newProject({ subject, caller, links }: MendingContext): MendingLink[] {
  const isAboutOthers = subject.who === "member" || subject.who === "token";
  if (isAboutOthers && !isAdministrator(caller)) return [];
  return [{ href: links.newProject(), words: "Create a project" }];
}

function settings({ project, links }: MendingContext, level: number, words: string): MendingLink[] {
  if (project === undefined || project.callerLevel < level) return [];
  return [{ href: links.projectSettings(project.path).general(), words }];
}

/** Whoever is not signed in pulls from what is public. */
function moreVisible(context: MendingContext): MendingLink[] {
  return context.isPull === true ? settings(context, ACCESS_LEVELS.owner, "Change who sees the project") : [];
}

function members({ project, links }: MendingContext): MendingLink[] {
  if (project === undefined || project.callerLevel < ACCESS_LEVELS.reporter) return [];
  const href = links.members("project", project.path).list();
  const words = project.callerLevel < ACCESS_LEVELS.maintainer ? "See who is a Maintainer" : "Change roles";
  return [{ href, words }];
}

function account({ subject, caller, links }: MendingContext): MendingLink[] {
  if (subject.who !== "member" || !isAdministrator(caller)) return [];
  return [{ href: links.adminLinks.users({ search: subject.username }), words: "Open the account" }];
}

/** One like the token that was refused, to be changed before it is made; and that token. */
function anotherToken({ subject, place, project, links }: MendingContext): MendingLink[] {
  if (subject.who !== "token" || place.project === undefined) return [];
  if (project !== undefined && project.path !== place.project.path)
    return [{ href: links.accessTokens(project.path).add(), words: `Make a token of ${project.path}` }];
  const tokens = links.accessTokens(place.project.path);
  return [
    { href: tokens.add({ from: subject.tokenId }), words: "Make a new token like it" },
    { href: tokens.one(subject.tokenId), words: "Open the token" },
  ];
}
