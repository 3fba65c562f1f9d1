/**
 * The declaration of a page: its address, who may open it, what it reads and what it answers. The same declaration binds it
 * and lists it, so that no page can be forgotten where all are tested. Knows no feature.
 */
import type { SafeHtml } from "@remix-run/html-template";
import type { z } from "zod";
import type { Sender } from "../../authentication/sender.ts";
import type { Crumb } from "../parts/crumbs.ts";
import type { SideMenu } from "../parts/side.ts";
import type { CookieChange } from "./cookies.ts";
import type { FormState } from "./form-state.ts";
import type { Notice } from "./notice.ts";
import type { Href } from "./page-links.ts";
import type { SignedInVisitor, Visitor } from "./visitor.ts";

/** Who may open a page; all else about rights is the use case's. */
export type PageAccess = "everyone" | "signed_in" | "administrator";

/** What a page shows within the frame that all pages share. */
export interface ShownPage {
  /** Of the document, without Keyside's name. */
  readonly title: string;
  readonly crumbs?: readonly Crumb[];
  readonly side?: SideMenu;
  /** What must be seen on all pages of a place, above each of them. */
  readonly above?: SafeHtml;
  readonly main: SafeHtml;
  readonly cookies?: readonly CookieChange[];
}

/** A page that is shown while what it tells of goes on: each part is sent as soon as it is there. */
export interface StreamedPage extends Omit<ShownPage, "main" | "cookies"> {
  /** The content, in its order. Never throws: half of the page is on its way already. */
  readonly parts: AsyncIterable<SafeHtml>;
}

/** A file that is sent as it is made, however long it becomes. */
export interface Download {
  /** What it holds; the next part is asked for when the one before is on its way. */
  readonly download: AsyncIterable<string>;
  readonly type: "text/csv" | "application/json" | "application/x-pem-file";
  /** Of letters, digits, dots, `-` and `_`. */
  readonly filename: string;
}

/** Where an action leads. */
export interface Redirect {
  readonly redirect: Href;
  /** What the next page says of what was done. */
  readonly notice?: Notice;
  /** The secret of the session that the browser has from now on; null takes it away. */
  readonly session?: string | null;
  readonly cookies?: readonly CookieChange[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request for a page, validated. */
export interface PageRequest<Access extends PageAccess, Params, Query> {
  readonly visitor: Access extends "everyone" ? Visitor : SignedInVisitor;
  readonly params: Params;
  readonly query: Query;
  readonly sender: Sender;
  /** Whether what needs confirming asks this visitor for the password. @see docs/spec/web.md "Sign-in and sessions" */
  readonly needsPassword: boolean;
  cookie(name: string): string | undefined;
}

/** The path of the page that has every address that no other page has: the whole of it is the parameter `path`. */
export const ANY_PATH = "/*path";

interface Declaration<Access extends PageAccess, Params extends z.ZodType, Query extends z.ZodType> {
  /** As the router writes it: `/*project/-/settings`. */
  readonly path: string;
  readonly access: Access;
  readonly params: Params;
  readonly query: Query;
  /** What a visitor comes with who is refused, as the audit log names it; a password unless given. */
  readonly credential?: "sign_in_link";
}

/** A page that is shown, or that leads on; it changes nothing. */
export interface View<
  Access extends PageAccess = PageAccess,
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
> extends Declaration<Access, Params, Query> {
  readonly method: "get";
  show(request: PageRequest<Access, z.output<Params>, z.output<Query>>): Promise<ShownPage | Redirect | Download>;
}

/** What a form does. */
export interface Action<
  Access extends PageAccess = PageAccess,
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Form extends z.ZodType = z.ZodType,
> extends Declaration<Access, Params, Query> {
  readonly method: "post";
  readonly form: Form;
  /** Set where the password is asked for again, an hour after the last time. */
  readonly confirms?: true;
  act(
    request: PageRequest<Access, z.output<Params>, z.output<Query>> & { readonly form: z.output<Form> },
  ): Promise<Redirect | StreamedPage>;
  /** The page that has the form, with what was typed and what is wrong with it; without it, an error page tells. */
  again?(request: PageRequest<Access, z.output<Params>, z.output<Query>>, form: FormState): Promise<ShownPage>;
}

/** Whatever is bound to an address of the web page. */
export type Page = View | Action;

/** Declares a page that is shown; its handler's types are inferred from its schemas. */
export function view<Access extends PageAccess, Params extends z.ZodType, Query extends z.ZodType>(
  declaration: Omit<View<Access, Params, Query>, "method">,
): Page {
  return { ...declaration, method: "get" } as unknown as View;
}

/** Declares what a form does; its handlers' types are inferred from its schemas. */
export function action<
  Access extends PageAccess,
  Params extends z.ZodType,
  Query extends z.ZodType,
  Form extends z.ZodType,
>(declaration: Omit<Action<Access, Params, Query, Form>, "method">): Page {
  return { ...declaration, method: "post" } as unknown as Action;
}
