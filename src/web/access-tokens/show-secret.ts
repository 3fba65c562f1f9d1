/** Leads to the one page that shows a new secret, which travels sealed. */
import type { Redirect } from "../protocol/page.ts";
import { sealSecret } from "../protocol/sealed-secret.ts";
import type { SignedInVisitor } from "../protocol/visitor.ts";
import type { WebServices } from "../web-services.ts";
import type { TokenPlace } from "./token-place.ts";

/** What the secret of a token is sealed as. */
export const secretOf = (tokenId: number): string => `access_token:${tokenId}`;

/** The answer to a form that made a secret. */
export function showSecret(
  { clock, sealingKey }: Pick<WebServices, "clock" | "sealingKey">,
  { visitor, place, tokenId, secret }: { visitor: SignedInVisitor; place: TokenPlace; tokenId: number; secret: string },
): Redirect {
  const path = place.links.created(tokenId);
  const sealed = { sessionId: visitor.session.id, what: secretOf(tokenId), secret, path, now: clock.now() };
  return { redirect: path, cookies: [sealSecret(sealingKey, sealed)] };
}
