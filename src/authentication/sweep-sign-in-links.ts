/** Removes sign-in links whose time is over. Several replicas may do it at once. */
import type { PreparedQuery } from "../database/database.ts";
import type { UseCaseServices } from "../database/use-case-services.ts";

const FORGET_SIGN_IN_LINKS: PreparedQuery = {
  name: "forget_sign_in_links",
  text: "delete from sign_in_links where expires_at <= $1",
};

/** Removes the links that can be used no more. They leave no record: nobody came by them. */
export async function sweepSignInLinks({ database, clock }: UseCaseServices): Promise<void> {
  await database.query(FORGET_SIGN_IN_LINKS, [clock.now()]);
}
