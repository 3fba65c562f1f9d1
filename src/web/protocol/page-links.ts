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
  readonly home: (query?: Query) => Href;
  /** The page of a project or a user, or the way to the page of a group, by its full path. */
  readonly place: (path: string, query?: Query) => Href;
  readonly group: (path: string, query?: Query) => Href;
  readonly explore: (query?: Query) => Href;
  readonly help: () => Href;
  /** `namespace_id`: where it is to be. */
  readonly newProject: (query?: Query) => Href;
  /** `parent_id`: where it is to be. */
  readonly newGroup: (query?: Query) => Href;
  readonly projectSettings: (path: string) => ProjectSettingsLinks;
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
  /** The access tokens of a project, by its full path, or one's own, or all of the instance, where none is made or rotated. */
  readonly accessTokens: (of: string | "self" | "instance") => TokenLinks;
  readonly adminLinks: AdminLinks;
  /** The members of a project or a group, by its full path. */
  readonly members: (of: "project" | "group", path: string) => MemberLinks;
  /** The events of a project, by its full path, or of the whole instance. */
  readonly activity: (of: { readonly project: string } | "instance") => ActivityLinks;
  /** The images of a project, by its full path. */
  readonly images: (path: string) => ImageLinks;
  /** What a project's page explains, by its full path, or the page of no project in particular; `who`, `repository` and so on. */
  readonly explain: (of: { readonly project: string } | "anywhere", query?: Query) => Href;
  readonly styleguide: () => Href;
  readonly styleguideConfirmation: () => Href;
}

/** The addresses about access tokens of one place. */
export interface TokenLinks {
  readonly list: (query?: Query) => Href;
  readonly add: (query?: Query) => Href;
  /** Where the form is sent to. */
  readonly create: () => Href;
  readonly effect: () => Href;
  readonly one: (id: number, query?: Query) => Href;
  readonly created: (id: number) => Href;
  readonly firstUse: (id: number) => Href;
  readonly rotate: (id: number) => Href;
  readonly retire: (id: number) => Href;
  readonly revoke: (id: number) => Href;
  /** Where several are revoked at once. */
  readonly revokeMany: () => Href;
}

/** The addresses of the administrators' pages. */
export interface AdminLinks {
  readonly overview: () => Href;
  readonly jobs: () => Href;
  readonly registry: () => Href;
  readonly caCertificate: () => Href;
  readonly users: (query?: Query) => Href;
  readonly newUser: () => Href;
  /** A page about one account: `block`, `delete`. */
  readonly user: (id: number, page: string) => Href;
  readonly projects: (query?: Query) => Href;
  readonly featureFlags: (query?: Query) => Href;
  readonly instanceFlag: (feature: string) => Href;
  /** `project`: its path. */
  readonly projectFlag: (feature: string, query?: Query) => Href;
}

/** The addresses about the members of one place. */
export interface MemberLinks {
  readonly list: (query?: Query) => Href;
  readonly add: () => Href;
  /** Where the form is sent to. */
  readonly create: () => Href;
  readonly change: (userId: number) => Href;
  readonly remove: (userId: number) => Href;
}

/** The addresses about the events of one place. */
export interface ActivityLinks {
  readonly list: (query?: Query) => Href;
  readonly file: (format: "csv" | "json", query?: Query) => Href;
}

/** The addresses about the images of one project; a repository goes by its whole name. */
export interface ImageLinks {
  readonly list: (query?: Query) => Href;
  /** Where it is asked for that the registry's catalog be read. */
  readonly read: () => Href;
  readonly repository: (name: string, query?: Query) => Href;
  readonly tag: (name: string, tag: string) => Href;
  readonly remove: (name: string, tag: string) => Href;
}

/** The addresses of a project's own settings. */
export interface ProjectSettingsLinks {
  readonly general: () => Href;
  readonly visibility: () => Href;
  readonly remove: () => Href;
}

/** What stands behind the question mark; what is undefined or empty is left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

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
    home: (query) => at(`/${search(query)}`),
    place: (path, query) => at(`/${path}${search(query)}`),
    group: (path, query) => at(`/groups/${path}${search(query)}`),
    explore: (query) => at(`/explore${search(query)}`),
    help: () => at("/-/help"),
    newProject: (query) => at(`/projects/new${search(query)}`),
    newGroup: (query) => at(`/groups/new${search(query)}`),
    projectSettings: (path) => {
      const below = (rest: string) => at(`/${path}/-/settings${rest}`);
      return { general: () => below(""), visibility: () => below("/visibility"), remove: () => below("/delete") };
    },
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
    accessTokens: (of) => tokenLinks(at, TOKEN_PATHS[of] ?? `/${of}/-/settings/access_tokens`),
    adminLinks: adminLinks(at),
    members: (of, path) =>
      memberLinks(at, of === "project" ? `/${path}/-/project_members` : `/groups/${path}/-/group_members`),
    activity: (of) => {
      const base = of === "instance" ? "/admin/audit" : `/${of.project}/-/activity`;
      return {
        list: (query) => at(base + search(query)),
        file: (format, query) => at(`${base}.${format}${search(query)}`),
      };
    },
    images: (path) => imageLinks(at, `/${path}/-/container_registry`),
    explain: (of, query) => at(`${of === "anywhere" ? "" : `/${of.project}`}/-/explain${search(query)}`),
    styleguide: () => at("/-/styleguide"),
    styleguideConfirmation: () => at("/-/styleguide/confirmation"),
  };
}

/** Where tokens are that are not one project's, whose path would have a slash. */
const TOKEN_PATHS: Readonly<Record<string, string>> = {
  self: "/-/user_settings/personal_access_tokens",
  instance: "/admin/access_tokens",
};

function tokenLinks(at: (path: string) => Href, base: string): TokenLinks {
  const below = (id: number, rest: string) => at(`${base}/${id}${rest}`);
  return {
    list: (query) => at(base + search(query)),
    add: (query) => at(`${base}/new${search(query)}`),
    create: () => at(base),
    effect: () => at(`${base}/effect`),
    one: (id, query) => below(id, search(query)),
    created: (id) => below(id, "/created"),
    firstUse: (id) => below(id, "/first_use"),
    rotate: (id) => below(id, "/rotate"),
    retire: (id) => below(id, "/retire_predecessor"),
    revoke: (id) => below(id, "/revoke"),
    revokeMany: () => at(`${base}/revoke`),
  };
}

function adminLinks(at: (path: string) => Href): AdminLinks {
  return {
    overview: () => at("/admin"),
    jobs: () => at("/admin/jobs"),
    registry: () => at("/admin/registry"),
    caCertificate: () => at("/admin/registry/ca.crt"),
    users: (query) => at(`/admin/users${search(query)}`),
    newUser: () => at("/admin/users/new"),
    user: (id, page) => at(`/admin/users/${id}/${page}`),
    projects: (query) => at(`/admin/projects${search(query)}`),
    featureFlags: (query) => at(`/admin/feature_flags${search(query)}`),
    instanceFlag: (feature) => at(`/admin/feature_flags/${feature}/instance`),
    projectFlag: (feature, query) => at(`/admin/feature_flags/${feature}/project${search(query)}`),
  };
}

function memberLinks(at: (path: string) => Href, base: string): MemberLinks {
  return {
    list: (query) => at(base + search(query)),
    add: () => at(`${base}/new`),
    create: () => at(base),
    change: (userId) => at(`${base}/${userId}/edit`),
    remove: (userId) => at(`${base}/${userId}/remove`),
  };
}

function imageLinks(at: (path: string) => Href, base: string): ImageLinks {
  const tag = (name: string, tag: string) => `${base}/${name}/-/tags/${tag}`;
  return {
    list: (query) => at(base + search(query)),
    read: () => at(`${base}/read`),
    repository: (name, query) => at(`${base}/${name}${search(query)}`),
    tag: (name, each) => at(tag(name, each)),
    remove: (name, each) => at(`${tag(name, each)}/delete`),
  };
}

function search(query: Query = {}): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === "" ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}
