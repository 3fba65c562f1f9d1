/**
 * Where access tokens are managed: in a project, in one's own settings, or, for administrators, all of the instance. The pages
 * are the same; what differs between the places is here.
 */
import type { z } from "zod";
import type { CreatedToken } from "../../access-tokens/add-token.ts";
import type { TokensOf } from "../../access-tokens/find-token-owner.ts";
import type { AccessLevel } from "../../principals/access-level.ts";
import type { RepositoryRule } from "../../principals/repository-rules.ts";
import type { TokenScope } from "../../principals/token-scope.ts";
import type { Project } from "../../projects/project.entity.ts";
import type { ForeseenAccess } from "../../registry-access/foreseen-access.ts";
import type { MatchedRepositories } from "../../registry-access/match-repositories.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { Href, TokenLinks } from "../protocol/page-links.ts";
import type { SignedInVisitor } from "../protocol/visitor.ts";

/** What a token will be able to do depends on these. */
export interface TokenPowers {
  readonly scopes: readonly TokenScope[];
  /** Of the bot in its project; no matter for a personal token. */
  readonly accessLevel: AccessLevel;
  readonly repositoryRules: readonly RepositoryRule[] | null;
}

/** What a token will be able to do, and which of the project's known repositories its rules match, if it has some. */
export interface Foresight extends ForeseenAccess {
  readonly matched?: MatchedRepositories;
}

/** A token that is to be created. */
export interface NewTokenInput extends TokenPowers {
  readonly name: string;
  readonly description: string | null;
  /** `YYYY-MM-DD`, or null for none, or for what the instance allows. */
  readonly expiresAt: string | null;
  readonly ipAllowList: readonly string[] | null;
}

/** How a token is rotated. */
export interface RotationInput {
  readonly expiresAt: string | null;
  readonly graceSeconds: number;
}

/** A place of tokens, as one visitor sees it. */
export interface TokenPlace {
  readonly of: TokensOf;
  readonly links: TokenLinks;
  /** The project and the visitor's level in it; undefined where the tokens are not those of one project. */
  readonly project: { readonly project: Project; readonly accessLevel: number } | undefined;
  /** The beginning of the names of images, and the registry that they lie in. */
  readonly image: { readonly registry: string; readonly prefix: string | undefined };
  /** Whether tokens can be created and rotated here: in a project, the feature flag. */
  readonly isEnabled: boolean;
  /** The list's head. */
  readonly title: string;
  /** What the list's head says. */
  readonly about: string;
  frame(...rest: readonly string[]): Pick<ShownPage, "crumbs" | "side" | "above">;
  /** Where it is explained what a token may do; undefined where that is not this place's. */
  readonly explain?: (tokenId: number) => Href;
  revoke(tokenId: number): Promise<void>;
}

/** A place where tokens are made and rotated too. */
export interface MakingPlace extends TokenPlace {
  /** The address of the API that a token of this place is good for. */
  readonly api: string;
  foresee(powers: TokenPowers): Promise<Foresight>;
  create(input: NewTokenInput): Promise<CreatedToken>;
  rotate(tokenId: number, input: RotationInput): Promise<CreatedToken>;
  retire(tokenId: number): Promise<unknown>;
}

/** A kind of place: the addresses of its pages, and how one is opened. */
export interface TokenPlaces<Place extends TokenPlace = MakingPlace> {
  /** What the addresses of all its pages begin with, as the router writes it. */
  readonly base: string;
  readonly params: z.ZodObject;
  /** @throws NotFoundError, ForbiddenError when the visitor may not manage these tokens */
  open(visitor: SignedInVisitor, params: Readonly<Record<string, unknown>>): Promise<Place>;
}
