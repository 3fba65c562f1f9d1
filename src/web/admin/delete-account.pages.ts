/** How an account is deleted: what goes with it and what stays, or why it cannot be. */
import { html } from "@remix-run/html-template";
import { deleteAccount } from "../../accounts/delete-account.ts";
import { type AccountDeletionPreview, previewAccountDeletion } from "../../accounts/preview-account-deletion.ts";
import { banner } from "../parts/banner.ts";
import { counted } from "../parts/number.ts";
import { FormState } from "../protocol/form-state.ts";
import { NOTHING } from "../protocol/nothing.ts";
import { action, type Page, type ShownPage, view } from "../protocol/page.ts";
import { sentence } from "../protocol/page-error.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import type { WebServices } from "../web-services.ts";
import { userParams } from "./account-change.pages.ts";
import { type AskedForm, accountFrame, confirmAccountPage } from "./confirm-account-page.ts";

/** `/admin/users/:user_id/delete`. @see docs/spec/web.md "Pages" */
export function deleteAccountPages(services: WebServices, links: PageLinks): Page[] {
  const address = {
    path: "/admin/users/:user_id/delete",
    access: "administrator",
    params: userParams,
    query: NOTHING,
  } as const;
  return [
    view({
      ...address,
      async show({ visitor: { principal: caller }, params: { user_id: userId }, needsPassword }) {
        const preview = await previewAccountDeletion(services, { caller, userId });
        return deletionPage(links, preview, { form: new FormState(), needsPassword });
      },
    }),
    action({
      ...address,
      form: NOTHING,
      confirms: true,
      async act({ visitor: { principal: caller }, params: { user_id: userId } }) {
        await deleteAccount(services, { caller, userId });
        return { redirect: links.adminLinks.users(), notice: "account_deleted" };
      },
      async again({ visitor: { principal: caller }, params: { user_id: userId }, needsPassword }, form) {
        return deletionPage(links, await previewAccountDeletion(services, { caller, userId }), { form, needsPassword });
      },
    }),
  ];
}

function deletionPage(links: PageLinks, preview: AccountDeletionPreview, asked: AskedForm): ShownPage {
  const { user, obstacle } = preview;
  if (obstacle !== undefined) {
    return {
      title: `${user.username} cannot be deleted`,
      ...accountFrame(links, user),
      main: html`<h1><bdi>${user.username}</bdi> cannot be deleted</h1>
${banner({ kind: "warn", text: sentence(obstacle) })}
<div class="acts"><a class="btn" href="${links.adminLinks.users()}">All users</a></div>`,
    };
  }
  const question = {
    words: `Delete ${user.username}`,
    consequences: consequences(preview),
    action: links.adminLinks.user(user.id, "delete"),
    isDanger: true,
  };
  return confirmAccountPage(links, user, question, asked);
}

function consequences({ user, tokens, memberships, records }: AccountDeletionPreview): string[] {
  const passing =
    records === undefined ? "10,000 records or more pass" : counted(records, "record passes", "records pass");
  return [
    `The account and the path ${user.username} go, with all sessions and registry sign-ins.`,
    `${counted(tokens, "personal access token is", "personal access tokens are")} revoked, and ${counted(memberships, "membership ends", "memberships end")}.`,
    `${passing} to the Ghost User: what was made and done stays listed. Project access tokens that the user made go on.`,
    "This cannot be undone.",
  ];
}
