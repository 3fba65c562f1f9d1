/** Leads to the one page that shows a new sign-in link, which travels sealed. */
import type { SignInLinkKind } from "../../authentication/sign-in-link.entity.ts";
import type { Redirect } from "../protocol/page.ts";
import type { Href, PageLinks } from "../protocol/page-links.ts";
import { sealSecret } from "../protocol/sealed-secret.ts";
import type { SignedInVisitor } from "../protocol/visitor.ts";
import type { WebServices } from "../web-services.ts";

/** What a link is sealed as: that of one account. */
export const linkOf = (kind: SignInLinkKind, userId: number): string => `${PAGES[kind]}:${userId}`;

/** What the address of the page that makes a link ends with. */
export const PAGES: Readonly<Record<SignInLinkKind, string>> = { sign_in: "sign_in_link", invitation: "invitation" };

/** The page that shows a link. */
export const linkPath = (links: PageLinks, kind: SignInLinkKind, userId: number): Href =>
  links.adminLinks.user(userId, `${PAGES[kind]}/created`);

/** The answer to a form that made a link. */
export function showLink(
  { clock, sealingKey }: Pick<WebServices, "clock" | "sealingKey">,
  links: PageLinks,
  made: { visitor: SignedInVisitor; userId: number; kind: SignInLinkKind; secret: string },
): Redirect {
  const { visitor, userId, kind, secret } = made;
  const path = linkPath(links, kind, userId);
  const sealed = { sessionId: visitor.session.id, what: linkOf(kind, userId), secret, path, now: clock.now() };
  return { redirect: path, cookies: [sealSecret(sealingKey, sealed)] };
}
