/** How administrators let somebody in: with a link that signs in, or with an invitation, each shown once. */
import { html } from "@remix-run/html-template";
import { findHumanAccount } from "../../accounts/find-account.ts";
import { createSignInLink } from "../../authentication/create-sign-in-link.ts";
import type { SignInLinkKind } from "../../authentication/sign-in-link.entity.ts";
import type { UserPrincipal } from "../../principals/principal.ts";
import type { User } from "../../users/user.entity.ts";
import { banner } from "../parts/banner.ts";
import { pageHead } from "../parts/page-head.ts";
import { secretBox } from "../parts/secret-box.ts";
import { FormState } from "../protocol/form-state.ts";
import { NOTHING } from "../protocol/nothing.ts";
import { action, type Page, type ShownPage, view } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import { forgetSecret, openSecret, SECRET_COOKIE } from "../protocol/sealed-secret.ts";
import type { WebServices } from "../web-services.ts";
import { userParams } from "./account-change.pages.ts";
import { type AskedForm, accountFrame, confirmAccountPage } from "./confirm-account-page.ts";
import { linkOf, linkPath, PAGES, showLink } from "./show-link.ts";

/** What is said of a kind of link. */
interface LinkWords {
  readonly name: string;
  readonly make: (username: string) => string;
  readonly consequences: readonly string[];
}

const ONCE = "It is shown once, on the next page, and works once. Whoever has it signs in: hand it to its user alone.";

const WORDS: Readonly<Record<SignInLinkKind, LinkWords>> = {
  sign_in: {
    name: "Sign-in link",
    make: (username) => `Make a sign-in link for ${username}`,
    consequences: ["It signs in for 15 minutes from now, without a password.", ONCE, "An older sign-in link ends."],
  },
  invitation: {
    name: "Invitation",
    make: (username) => `Make an invitation for ${username}`,
    consequences: [
      "For 72 hours from now, it lets its user set a password, which replaces the one that there is.",
      ONCE,
      "An older invitation ends.",
    ],
  },
};

/** `/admin/users/:user_id/sign_in_link`, `.../invitation` and what they made. @see docs/spec/web.md "Sign-in and sessions" */
export function accountLinkPages(services: WebServices, links: PageLinks): Page[] {
  return (["sign_in", "invitation"] as const).flatMap((kind) => linkPages(services, links, kind));
}

function linkPages(services: WebServices, links: PageLinks, kind: SignInLinkKind): Page[] {
  const { make, consequences } = WORDS[kind];
  const path = `/admin/users/:user_id/${PAGES[kind]}`;
  const address = { access: "administrator", params: userParams, query: NOTHING } as const;
  const find = (caller: UserPrincipal, userId: number) =>
    findHumanAccount(services.database.em(), caller, userId, "signed in by a link");
  const ask = async (caller: UserPrincipal, userId: number, asked: AskedForm) => {
    const user = await find(caller, userId);
    const question = { words: make(user.username), consequences, action: links.adminLinks.user(userId, PAGES[kind]) };
    return confirmAccountPage(links, user, question, asked);
  };
  return [
    view({
      ...address,
      path,
      show: ({ visitor, params, needsPassword }) =>
        ask(visitor.principal, params.user_id, { form: new FormState(), needsPassword }),
    }),
    action({
      ...address,
      path,
      form: NOTHING,
      confirms: true,
      async act({ visitor, params: { user_id: userId } }) {
        const { secret } = await createSignInLink(services, { caller: visitor.principal, userId, kind });
        return showLink(services, links, { visitor, userId, kind, secret });
      },
      again: ({ visitor, params, needsPassword }, form) =>
        ask(visitor.principal, params.user_id, { form, needsPassword }),
    }),
    view({
      ...address,
      path: `${path}/created`,
      async show({ visitor, params: { user_id: userId }, cookie }) {
        const user = await find(visitor.principal, userId);
        const secret = openSecret(services.sealingKey, {
          sessionId: visitor.session.id,
          what: linkOf(kind, userId),
          value: cookie(SECRET_COOKIE),
          now: services.clock.now(),
        });
        if (secret === undefined) return wasShownPage(links, user, kind);
        const shown = linkPage(links, user, kind, services.links.signInLink(secret));
        return { ...shown, cookies: [forgetSecret(linkPath(links, kind, userId))] };
      },
    }),
  ];
}

function linkPage(links: PageLinks, user: User, kind: SignInLinkKind, link: string): ShownPage {
  const { name, consequences } = WORDS[kind];
  const about = `${consequences[0]} It works once, and is stored as a digest alone. It is not in this page's address, and gone when the page is left.`;
  return {
    title: `New ${name.toLowerCase()}`,
    ...accountFrame(links, user),
    main: html`${pageHead(name, "This page shows it once. Nobody can show it again: if it is lost, make another.")}
${secretBox({ of: `The ${name.toLowerCase()} of ${user.username}`, secret: link, about })}
<div class="acts"><a class="btn" href="${links.adminLinks.users()}">All users</a></div>`,
  };
}

function wasShownPage(links: PageLinks, user: User, kind: SignInLinkKind): ShownPage {
  const name = WORDS[kind].name.toLowerCase();
  return {
    title: `The ${name} was shown once`,
    ...accountFrame(links, user),
    main: html`${pageHead(WORDS[kind].name)}
${banner({
  kind: "info",
  text: `The ${name} was shown once, when it was made. Keyside keeps a digest of it alone, so nobody can show it again. If it is lost, make another.`,
})}
<div class="acts"><a class="btn" href="${links.adminLinks.user(user.id, PAGES[kind])}">Make another</a><a class="btn" href="${links.adminLinks.users()}">All users</a></div>`,
  };
}
