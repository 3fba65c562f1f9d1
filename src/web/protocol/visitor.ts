/** Who looks at a page. */
import type { SignedInSession } from "../../authentication/authenticate-web-session.ts";
import { ANONYMOUS, type UserPrincipal } from "../../principals/principal.ts";

/** A human with a session of the web page. */
export interface SignedInVisitor {
  readonly kind: "signed_in";
  readonly principal: UserPrincipal;
  readonly session: SignedInSession;
}

/** Who looks at a page: somebody with a session, or anybody. */
export type Visitor = SignedInVisitor | { readonly kind: "anonymous"; readonly principal: typeof ANONYMOUS };

/** Somebody who is not signed in. */
export const NOBODY: Visitor = { kind: "anonymous", principal: ANONYMOUS };
