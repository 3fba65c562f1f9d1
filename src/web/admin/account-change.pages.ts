/** What administrators change about the accounts of others: whether they may sign in, and whether they are administrators. */
import { z } from "zod";
import { findHumanAccount } from "../../accounts/find-account.ts";
import { setAccountState } from "../../accounts/set-account-state.ts";
import { updateAccount } from "../../accounts/update-account.ts";
import type { UserPrincipal } from "../../principals/principal.ts";
import { id } from "../../schemas/fields.ts";
import { FormState } from "../protocol/form-state.ts";
import { NOTHING } from "../protocol/nothing.ts";
import type { Notice } from "../protocol/notice.ts";
import { action, type Page, view } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import type { WebServices } from "../web-services.ts";
import { type AskedForm, confirmAccountPage } from "./confirm-account-page.ts";

/** The parameters of a page about one account. */
export const userParams = z.object({ user_id: id() });

/** What is changed, and of whom. */
interface ChangeInput {
  readonly caller: UserPrincipal;
  readonly userId: number;
}

/** A change of an account. */
interface AccountChange {
  /** The end of its address. */
  readonly page: string;
  /** What is done, to be followed by a username. */
  readonly verb: (username: string) => string;
  readonly consequences: readonly string[];
  readonly notice: Notice;
  readonly isDanger: boolean;
  /** What cannot be done to the account, to be put after `cannot be`. */
  readonly refused: string;
  run(services: WebServices, input: ChangeInput): Promise<unknown>;
}

const CHANGES: readonly AccountChange[] = [
  {
    page: "block",
    verb: (username) => `Block ${username}`,
    consequences: [
      "Neither the password nor any access token of the account is accepted from now on.",
      "All its sessions, registry sign-ins and sign-in links end.",
      "What it owns stays. Unblocking lets its access tokens work again; whoever was signed in has to sign in anew.",
    ],
    notice: "account_blocked",
    isDanger: true,
    refused: "blocked",
    run: (services, input) => setAccountState(services, { ...input, state: "blocked" }),
  },
  {
    page: "unblock",
    verb: (username) => `Unblock ${username}`,
    consequences: ["The password and the access tokens of the account are accepted again."],
    notice: "account_unblocked",
    isDanger: false,
    refused: "unblocked",
    run: (services, input) => setAccountState(services, { ...input, state: "active" }),
  },
  {
    page: "make_administrator",
    verb: (username) => `Make ${username} an administrator`,
    consequences: [
      "An administrator may do everything: in every project, with every account and every access token.",
      "Their personal access tokens may do so too, as far as the scopes go.",
    ],
    notice: "account_made_administrator",
    isDanger: true,
    refused: "made an administrator",
    run: (services, input) => updateAccount(services, { ...input, changes: { admin: true } }),
  },
  {
    page: "take_administrator",
    verb: (username) => `Take administrator's rights from ${username}`,
    consequences: [
      "They keep what they may do as a member of groups and projects.",
      "It holds from the next request on, for their access tokens too.",
    ],
    notice: "account_no_administrator",
    isDanger: true,
    refused: "edited",
    run: (services, input) => updateAccount(services, { ...input, changes: { admin: false } }),
  },
];

/** `/admin/users/:user_id/block` and the like. @see docs/spec/web.md "Pages" */
export function accountChangePages(services: WebServices, links: PageLinks): Page[] {
  return CHANGES.flatMap((change) => {
    const address = {
      path: `/admin/users/:user_id/${change.page}`,
      access: "administrator",
      params: userParams,
      query: NOTHING,
    } as const;
    const show = async ({ caller, userId }: ChangeInput, asked: AskedForm) => {
      const user = await findHumanAccount(services.database.em(), caller, userId, change.refused);
      const { consequences, isDanger } = change;
      const words = change.verb(user.username);
      const question = { words, consequences, isDanger, action: links.adminLinks.user(userId, change.page) };
      return confirmAccountPage(links, user, question, asked);
    };
    return [
      view({
        ...address,
        show: ({ visitor: { principal: caller }, params: { user_id: userId }, needsPassword }) =>
          show({ caller, userId }, { form: new FormState(), needsPassword }),
      }),
      action({
        ...address,
        form: NOTHING,
        confirms: true,
        async act({ visitor: { principal: caller }, params: { user_id: userId } }) {
          await change.run(services, { caller, userId });
          return { redirect: links.adminLinks.users(), notice: change.notice };
        },
        again: ({ visitor: { principal: caller }, params: { user_id: userId }, needsPassword }, form) =>
          show({ caller, userId }, { form, needsPassword }),
      }),
    ];
  });
}
