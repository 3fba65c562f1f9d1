/** The addresses of pages, the only ones that templates may lead to: every `href` and every `action` is one of these. */
import type { Assets } from "./assets.ts";

declare const kHref: unique symbol;

/** An address of a page of ours, or of a file that pages use: it begins with a slash. */
export type Href = string & { readonly [kHref]: true };

/** Makes addresses from what they are about. */
export interface PageLinks {
  /** The address of a path of ours, as `readReturnTo` has checked it. */
  readonly at: (path: string) => Href;
  readonly asset: (file: string) => Href;
  readonly home: () => Href;
  readonly signIn: (returnTo?: string) => Href;
  readonly signOut: () => Href;
  readonly signInLink: () => Href;
  readonly theme: () => Href;
  readonly profile: () => Href;
  readonly password: () => Href;
  readonly activeSessions: () => Href;
  readonly endSession: (id: number) => Href;
  readonly endOtherSignIns: () => Href;
  readonly endRefreshToken: (id: number) => Href;
  readonly styleguide: () => Href;
  readonly styleguideConfirmation: () => Href;
}

/**
 * The addresses of the pages of an instance.
 *
 * @param baseUrl Keyside's URL for clients, whose path, if it has one, a proxy takes away
 */
export function createPageLinks(baseUrl: string, assets: Assets): PageLinks {
  const prefix = new URL(baseUrl).pathname.replace(/\/$/, "");
  const at = (path: string) => `${prefix}${path}` as Href;
  const settings = (rest: string) => at(`/-/user_settings/${rest}`);
  return {
    at,
    asset: (file) => at(assets.path(file)),
    home: () => at("/"),
    signIn: (returnTo) => at(`/-/sign_in${returnTo === undefined ? "" : `?return_to=${encodeURIComponent(returnTo)}`}`),
    signOut: () => at("/-/sign_out"),
    signInLink: () => at("/-/sign_in_link"),
    theme: () => settings("theme"),
    profile: () => settings("profile"),
    password: () => settings("password"),
    activeSessions: () => settings("active_sessions"),
    endSession: (id) => settings(`active_sessions/${id}/end`),
    endOtherSignIns: () => settings("active_sessions/end_others"),
    endRefreshToken: (id) => settings(`registry_sign_ins/${id}/end`),
    styleguide: () => at("/-/styleguide"),
    styleguideConfirmation: () => at("/-/styleguide/confirmation"),
  };
}
