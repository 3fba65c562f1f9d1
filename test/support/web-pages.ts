/**
 * The table of all pages: how a test opens each, and what becomes of it for whoever comes. What tests do with every page, they
 * do with the rows of this table; one of them holds it against the pages that are bound, so that none is missing.
 *
 * A new page is a row. What a form uses up is made anew by `at` or `fields`, each time that it is sent.
 */
import { z } from "zod";
import { webPages } from "../../src/web/pages.ts";
import { openAssets } from "../../src/web/protocol/assets.ts";
import { createPageLinks } from "../../src/web/protocol/page-links.ts";
import { makeImage, makeIndex } from "./images.ts";
import type { FormFields, WebAnswer, WebClient } from "./web-client.ts";
import { type Person, ROLES, type Role, type WebStage } from "./web-stage.ts";
import {
  createPersonalAccessToken,
  createProjectAccessToken,
  createUser,
  createUserWithPassword,
  type User,
} from "./world.ts";

/** A status; or where a redirect leads, with `:id` for each number; or `sign in`: there, and back where a page was asked for. */
export type Outcome = number | `/${string}` | "sign in";

/** A page, and what becomes of it. A page may have several rows, for what it shows at several addresses. */
export interface PageRow {
  /** Its method and its path, as they are bound. */
  readonly page: string;
  /** The address; that of the path itself, where it has no parameters. */
  readonly at?: (stage: WebStage, by: Person) => string | Promise<string>;
  /** What its form sends: what succeeds, for those who may. */
  readonly fields?: (stage: WebStage, by: Person) => FormFields | Promise<FormFields>;
  /** Set where the answer is a file to keep, and no page to look at. */
  readonly isFile?: true;
  readonly outcomes: Readonly<Record<Role, Outcome>>;
}

const roles = (outcome: (role: Role) => Outcome) =>
  Object.fromEntries(ROLES.map((role) => [role, outcome(role)])) as Record<Role, Outcome>;

const isSignedIn = (role: Role) => role !== "anonymous" && role !== "blocked";

/** The same for everybody. */
const everybody = (outcome: Outcome) => roles(() => outcome);

/** For whoever is signed in; the others are led to the sign-in. */
const signedIn = (outcome: Outcome) => roles((role) => (isSignedIn(role) ? outcome : "sign in"));

/** For whoever is at least Maintainer of `team/app`; the other members are refused, and nobody else knows that it exists. */
const maintainers = (outcome: Outcome) =>
  roles((role) => {
    if (!isSignedIn(role)) return "sign in";
    if (role === "maintainer" || role === "administrator") return outcome;
    return role === "outsider" ? 404 : 403;
  });

/** For the Owners of `team/app`: of those who come, administrators. */
const owners = (outcome: Outcome) => ({ ...maintainers(outcome), maintainer: 403 });
/** For whoever is at least Reporter of `team/app`. */
const reporters = (outcome: Outcome) =>
  roles((role) => (role === "reporter" || role === "developer" ? outcome : maintainers(outcome)[role]));

/** For whoever is signed in and sees `team/app`, which is its members alone. */
const viewers = (outcome: Outcome) =>
  roles((role) => (isSignedIn(role) ? (role === "outsider" ? 404 : outcome) : "sign in"));

/** For administrators: nobody else is a member of the group `team`, or knows that it exists. */
const membersOfTeam = (outcome: Outcome) =>
  roles((role) => (isSignedIn(role) && role !== "administrator" ? 404 : administrators(outcome)[role]));

const administrators = (outcome: Outcome) =>
  roles((role) => {
    if (!isSignedIn(role)) return "sign in";
    return role === "administrator" ? outcome : 403;
  });

/** Makes a sign-in link for the guest, and answers the secret in it. */
async function signInLink({ service, people }: WebStage, kind: "sign_in" | "invitation"): Promise<string> {
  const { body } = await service.root.post(`/users/${people.guest.id}/sign_in_links`, { kind });
  return z.string().parse(new URL(body.url).searchParams.get("token"));
}

/** Signs the person in to a registry with docker's `offline_token`, and answers the id of what docker keeps. */
async function registrySignIn(stage: WebStage, by: Person): Promise<number> {
  const { username, password } = stage.people[by];
  const url = `${stage.service.url}/jwt/auth?service=container_registry&offline_token=true&client_id=docker`;
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  await fetch(url, { headers: { authorization } });
  return await stage.lastId("refresh_tokens");
}

const SETTINGS = "/-/user_settings";

/** Where access tokens are: in the project, or in one's own settings. */
interface TokenPlace {
  /** What its paths begin with, as they are bound. */
  readonly base: string;
  readonly address: `/${string}`;
  readonly outcomes: (outcome: Outcome) => Record<Role, Outcome>;
  /** Makes a token there, and answers its id. */
  readonly make: (stage: WebStage, by: Person) => Promise<number>;
  /** The tokens there, below the API's own address. */
  readonly api: (stage: WebStage) => string;
}

const PROJECT_TOKENS: TokenPlace = {
  base: "/*project/-/settings/access_tokens",
  address: "/team/app/-/settings/access_tokens",
  outcomes: maintainers,
  make: async ({ service, project }) => (await createProjectAccessToken(service, project.id)).id,
  api: ({ project }) => `/projects/${project.id}/access_tokens`,
};

const PERSONAL_TOKENS: TokenPlace = {
  base: `${SETTINGS}/personal_access_tokens`,
  address: `${SETTINGS}/personal_access_tokens`,
  outcomes: signedIn,
  async make({ service, people, lastId }, by) {
    await createPersonalAccessToken(service, people[by].id, ["api"]);
    return await lastId("access_tokens");
  },
  api: () => "/personal_access_tokens",
};

/** The pages on which tokens are looked at and revoked. */
function tokenReviewPages({ base, address, outcomes, make }: TokenPlace): PageRow[] {
  const one = (rest: string) => async (stage: WebStage, by: Person) => `${address}/${await make(stage, by)}${rest}`;
  const some = async (stage: WebStage, by: Person) => [await make(stage, by), await make(stage, by)].map(String);
  return [
    {
      page: `GET ${base}`,
      at: async (stage, by) => {
        await make(stage, by);
        return address;
      },
      outcomes: outcomes(200),
    },
    { page: `GET ${base}`, at: () => `${address}?state=inactive&search=none`, outcomes: outcomes(200) },
    {
      page: `GET ${base}/revoke`,
      at: async (stage, by) => `${address}/revoke?ids=${(await some(stage, by)).join("&ids=")}`,
      outcomes: outcomes(200),
    },
    {
      page: `POST ${base}/revoke`,
      at: () => `${address}/revoke`,
      fields: async (stage, by) => ({ ids: await some(stage, by) }),
      outcomes: outcomes(address),
    },
    { page: `GET ${base}/:token_id`, at: one(""), outcomes: outcomes(200) },
    { page: `GET ${base}/:token_id/first_use`, at: one("/first_use"), outcomes: outcomes(200) },
    { page: `GET ${base}/:token_id/revoke`, at: one("/revoke"), outcomes: outcomes(200) },
    { page: `POST ${base}/:token_id/revoke`, at: one("/revoke"), outcomes: outcomes(address) },
  ];
}

/** All pages where tokens are made too. */
function tokenPages(place: TokenPlace): PageRow[] {
  const { base, address, outcomes, make, api } = place;
  /** The address of a page of a token's that is made for it. */
  const one = (rest: string) => async (stage: WebStage, by: Person) => `${address}/${await make(stage, by)}${rest}`;
  const created: Outcome = `${address}/:id/created`;
  const form = { name: "ci-push", scopes: ["read_registry", "write_registry"], access_level: "30", expires_in: "90" };
  return [
    ...tokenReviewPages(place),
    { page: `POST ${base}`, at: () => address, fields: () => form, outcomes: outcomes(created) },
    { page: `GET ${base}/new`, at: () => `${address}/new`, outcomes: outcomes(200) },
    {
      page: `GET ${base}/new`,
      at: async (stage, by) => `${address}/new?from=${await make(stage, by)}`,
      outcomes: outcomes(200),
    },
    { page: `GET ${base}/effect`, at: () => `${address}/effect?scopes=read_registry`, outcomes: outcomes(200) },
    { page: `GET ${base}/:token_id/created`, at: one("/created"), outcomes: outcomes(200) },
    { page: `GET ${base}/:token_id/rotate`, at: one("/rotate"), outcomes: outcomes(200) },
    {
      page: `POST ${base}/:token_id/rotate`,
      at: one("/rotate"),
      fields: () => ({ expires_in: "90", grace_period: "3600" }),
      outcomes: outcomes(created),
    },
    {
      page: `POST ${base}/:token_id/retire_predecessor`,
      at: async (stage, by) => {
        const old = `${api(stage)}/${await make(stage, by)}`;
        const { body } = await stage.service.root.post(`${old}/rotate`, { grace_period: 3600 });
        return `${address}/${body.id}/retire_predecessor`;
      },
      outcomes: outcomes(address),
    },
  ];
}

const ADMIN = "/admin";

const INSTANCE_TOKENS: TokenPlace = {
  ...PROJECT_TOKENS,
  base: `${ADMIN}/access_tokens`,
  address: `${ADMIN}/access_tokens`,
  outcomes: administrators,
};

/** Makes a user whom nothing else is about, and answers their id. */
async function newUser({ service, lastId }: WebStage): Promise<number> {
  const username = `another${(await lastId("users")) + 1}`;
  return (await createUserWithPassword(service, username)).id;
}

/** The pages that ask before something is done to an account, do it, and lead on. */
function accountPages(page: string, leadsTo: Outcome): PageRow[] {
  const at = async (stage: WebStage) => `${ADMIN}/users/${await newUser(stage)}/${page}`;
  return [
    { page: `GET ${ADMIN}/users/:user_id/${page}`, at, outcomes: administrators(200) },
    { page: `POST ${ADMIN}/users/:user_id/${page}`, at, outcomes: administrators(leadsTo) },
  ];
}

const FLAG = `${ADMIN}/feature_flags/resource_access_token`;

const ADMIN_PAGES: readonly PageRow[] = [
  { page: `GET ${ADMIN}`, outcomes: administrators(200) },
  { page: `GET ${ADMIN}/users`, outcomes: administrators(200) },
  { page: `GET ${ADMIN}/users`, at: () => `${ADMIN}/users?show=blocked&page=2`, outcomes: administrators(200) },
  { page: `GET ${ADMIN}/users/new`, outcomes: administrators(200) },
  {
    page: `POST ${ADMIN}/users`,
    fields: async ({ lastId }) => {
      const username = `invited${(await lastId("users")) + 1}`;
      return { name: "Nora", username, email: `${username}@example.com`, role: "user" };
    },
    outcomes: administrators(`${ADMIN}/users/:id/invitation/created`),
  },
  ...accountPages("block", `${ADMIN}/users`),
  ...accountPages("unblock", `${ADMIN}/users`),
  ...accountPages("make_administrator", `${ADMIN}/users`),
  ...accountPages("take_administrator", `${ADMIN}/users`),
  ...accountPages("delete", `${ADMIN}/users`),
  ...accountPages("sign_in_link", `${ADMIN}/users/:id/sign_in_link/created`),
  ...accountPages("invitation", `${ADMIN}/users/:id/invitation/created`),
  ...["sign_in_link", "invitation"].map((page) => ({
    page: `GET ${ADMIN}/users/:user_id/${page}/created`,
    at: async (stage: WebStage) => `${ADMIN}/users/${await newUser(stage)}/${page}/created`,
    outcomes: administrators(200),
  })),

  { page: `GET ${ADMIN}/projects`, outcomes: administrators(200) },
  { page: `GET ${ADMIN}/projects`, at: () => `${ADMIN}/projects?search=none`, outcomes: administrators(200) },

  { page: `GET ${ADMIN}/jobs`, outcomes: administrators(200) },

  { page: `GET ${ADMIN}/registry`, outcomes: administrators(200) },
  { page: `POST ${ADMIN}/registry`, outcomes: administrators(200) },
  { page: `GET ${ADMIN}/registry/ca.crt`, isFile: true, outcomes: administrators(200) },

  ...tokenReviewPages(INSTANCE_TOKENS),

  { page: `GET ${ADMIN}/feature_flags`, outcomes: administrators(200) },
  {
    page: `GET ${ADMIN}/feature_flags/:feature/instance`,
    at: () => `${FLAG}/instance`,
    outcomes: administrators(200),
  },
  {
    page: `POST ${ADMIN}/feature_flags/:feature/instance`,
    at: () => `${FLAG}/instance`,
    fields: () => ({ setting: "on" }),
    outcomes: administrators(`${ADMIN}/feature_flags`),
  },
  {
    page: `GET ${ADMIN}/feature_flags/:feature/project`,
    at: () => `${FLAG}/project?project=team/app`,
    outcomes: administrators(200),
  },
  {
    page: `POST ${ADMIN}/feature_flags/:feature/project`,
    at: () => `${FLAG}/project`,
    fields: () => ({ project: "team/app", setting: "on" }),
    outcomes: administrators(`${ADMIN}/feature_flags`),
  },
];

const PROJECT_SETTINGS = "/*project/-/settings";

/** Makes `team/gone`, with the members of `team/app`, where it is gone. */
async function madeAgain({ service: { root }, people }: WebStage): Promise<void> {
  const group = (await root.get("/groups/team")).body.id;
  const { status, body } = await root.post("/projects", { path: "gone", namespace_id: group });
  if (status !== 201) return;
  for (const [role, access_level] of Object.entries({ guest: 10, reporter: 20, developer: 30, maintainer: 40 }))
    await root.post(`/projects/${body.id}/members`, { user_id: people[role as keyof typeof people].id, access_level });
}

/** Makes the group `pier`, with this person as an Owner, and without `pier/made`; answers its id. */
async function pier({ service: { root }, people }: WebStage, by: Person): Promise<number> {
  await root.post("/groups", { name: "pier", path: "pier" });
  await root.post("/groups/pier/members", { user_id: people[by].id, access_level: 50 });
  await root.delete("/groups/pier%2Fmade");
  return (await root.get("/groups/pier")).body.id;
}

/** The pages of places: projects, groups and users. */
const PLACES: readonly PageRow[] = [
  { page: "GET /explore", outcomes: everybody(200) },
  { page: "GET /explore", at: () => "/explore?search=app&page=2", outcomes: everybody(200) },
  { page: "GET /-/help", outcomes: everybody(200) },
  { page: "GET /projects/new", outcomes: signedIn(200) },
  {
    page: "POST /projects/new",
    at: async ({ service }, by) => {
      await service.root.delete(`/projects/${by}%2Fmade`);
      return "/projects/new";
    },
    fields: () => ({ namespace_id: "", name: "Made", path: "made", description: "", visibility: "private" }),
    outcomes: roles((role) => (isSignedIn(role) ? `/${role}/made` : "sign in")),
  },
  { page: "GET /groups/new", outcomes: signedIn(200) },
  {
    page: "POST /groups/new",
    at: () => "/groups/new",
    fields: async (stage, by) => ({ parent_id: String(await pier(stage, by)), name: "Made", path: "made" }),
    outcomes: signedIn("/groups/pier/made"),
  },
  {
    page: "GET /groups/*group",
    at: async (stage, by) => {
      await pier(stage, by);
      return "/groups/pier";
    },
    outcomes: signedIn(200),
  },
  {
    page: "GET /groups/*group",
    at: () => "/groups/team",
    outcomes: roles((role) => (isSignedIn(role) ? (role === "administrator" ? 200 : 404) : "sign in")),
  },
  {
    page: "GET /*path",
    at: () => "/team/app",
    outcomes: roles((role) => (isSignedIn(role) ? (role === "outsider" ? 404 : 200) : "sign in")),
  },
  { page: "GET /*path", at: (_stage, by) => `/${by}`, outcomes: signedIn(200) },
  {
    page: "GET /*path",
    at: async ({ service, project }) => {
      const { userId } = await createProjectAccessToken(service, project.id);
      return `/${(await service.root.get(`/users/${userId}`)).body.username}`;
    },
    outcomes: roles((role) => (isSignedIn(role) ? (role === "outsider" ? 404 : 200) : "sign in")),
  },
  { page: `GET ${PROJECT_SETTINGS}`, at: () => "/team/app/-/settings", outcomes: maintainers(200) },
  {
    page: `POST ${PROJECT_SETTINGS}`,
    at: () => "/team/app/-/settings",
    fields: () => ({ name: "app", description: "Of the team", container_registry_access_level: "enabled" }),
    outcomes: maintainers("/team/app/-/settings"),
  },
  {
    page: `POST ${PROJECT_SETTINGS}/visibility`,
    at: async ({ service, project }) => {
      await service.root.put(`/projects/${project.id}`, { visibility: "private" });
      return "/team/app/-/settings/visibility";
    },
    fields: () => ({ visibility: "internal" }),
    outcomes: owners("/team/app/-/settings"),
  },
  {
    page: `GET ${PROJECT_SETTINGS}/delete`,
    at: async ({ service, project }) => {
      await service.root.put(`/projects/${project.id}`, { visibility: "private" });
      return "/team/app/-/settings/delete";
    },
    outcomes: owners(200),
  },
  {
    page: `POST ${PROJECT_SETTINGS}/delete`,
    at: async (stage) => {
      await madeAgain(stage);
      return "/team/gone/-/settings/delete";
    },
    fields: () => ({ path: "team/gone" }),
    outcomes: owners("/"),
  },
];
/** Where members are: in the project, or in its group. */
interface MembersPlace {
  readonly base: string;
  readonly address: `/${string}`;
  readonly seen: (outcome: Outcome) => Record<Role, Outcome>;
  readonly managed: (outcome: Outcome) => Record<Role, Outcome>;
  /** What the API calls the place. */
  readonly api: string;
}

const PROJECT_MEMBERS: MembersPlace = {
  base: "/*project/-/project_members",
  address: "/team/app/-/project_members",
  seen: reporters,
  managed: maintainers,
  api: "projects/team%2Fapp",
};

const GROUP_MEMBERS: MembersPlace = {
  base: "/groups/*group/-/group_members",
  address: "/groups/team/-/group_members",
  seen: membersOfTeam,
  managed: membersOfTeam,
  api: "groups/team",
};

let lastPerson = 0;

/** Makes somebody with an account. */
function createPerson({ service }: WebStage): Promise<User> {
  lastPerson += 1;
  return createUser(service, `person${lastPerson}`);
}

function memberPages({ base, address, seen, managed, api }: MembersPlace): PageRow[] {
  /** The address of a page of a member's who is made for it. */
  const one = (rest: string) => async (stage: WebStage) => {
    const { id } = await createPerson(stage);
    await stage.service.root.post(`/${api}/members`, { user_id: id, access_level: 20 });
    return `${address}/${id}${rest}`;
  };
  const added = async (stage: WebStage) => ({ username: (await createPerson(stage)).username, access_level: "30" });
  return [
    { page: `GET ${base}`, at: () => address, outcomes: seen(200) },
    { page: `GET ${base}`, at: () => `${address}?show=bots&search=none`, outcomes: seen(200) },
    { page: `GET ${base}/new`, at: () => `${address}/new`, outcomes: managed(200) },
    { page: `POST ${base}`, at: () => address, fields: added, outcomes: managed(address) },
    { page: `GET ${base}/:user_id/edit`, at: one("/edit"), outcomes: managed(200) },
    {
      page: `POST ${base}/:user_id/edit`,
      at: one("/edit"),
      fields: () => ({ access_level: "30" }),
      outcomes: managed(address),
    },
    { page: `GET ${base}/:user_id/remove`, at: one("/remove"), outcomes: managed(200) },
    { page: `POST ${base}/:user_id/remove`, at: one("/remove"), outcomes: managed(address) },
  ];
}

function activityPages(
  base: string,
  address: string,
  outcomes: (outcome: Outcome) => Record<Role, Outcome>,
): PageRow[] {
  return [
    { page: `GET ${base}`, at: () => address, outcomes: outcomes(200) },
    { page: `GET ${base}`, at: () => `${address}?kind=member&who=nobody&from=2026-11-01`, outcomes: outcomes(200) },
    { page: `GET ${base}.csv`, at: () => `${address}.csv`, isFile: true, outcomes: outcomes(200) },
    { page: `GET ${base}.json`, at: () => `${address}.json`, isFile: true, outcomes: outcomes(200) },
  ];
}

const IMAGES = "/*project/-/container_registry";
const IMAGES_OF_APP = "/team/app/-/container_registry";

/** Puts an image for two platforms into the registry, under a tag, and answers its digest. */
function putImage({ registry }: WebStage, tag: string): string {
  const config = { architecture: "amd64", os: "linux", created: "2026-10-20T10:00:00Z" };
  const index = makeIndex([
    { image: makeImage(config), platform: "linux/amd64" },
    { image: makeImage({ ...config, architecture: "arm64" }), platform: "linux/arm64" },
  ]);
  registry.put("team/app/web", tag, index);
  registry.put("team/app/web", `${index.digest.replace(":", "-")}.sig`, makeImage({ what: "a signature" }));
  return index.digest;
}

/** The address of a page of an image that is there. */
const ofImage = (rest: string) => (stage: WebStage) => {
  putImage(stage, "1.8.2");
  return `${IMAGES_OF_APP}/team/app/web${rest}`;
};

const IMAGE_PAGES: readonly PageRow[] = [
  { page: `GET ${IMAGES}`, at: () => IMAGES_OF_APP, outcomes: reporters(200) },
  { page: `POST ${IMAGES}/read`, at: () => `${IMAGES_OF_APP}/read`, outcomes: maintainers(IMAGES_OF_APP) },
  { page: `GET ${IMAGES}/*repository`, at: ofImage(""), outcomes: reporters(200) },
  { page: `GET ${IMAGES}/*repository`, at: ofImage("?search=none"), outcomes: reporters(200) },
  { page: `GET ${IMAGES}/*repository/-/tags/:tag`, at: ofImage("/-/tags/1.8.2"), outcomes: reporters(200) },
  {
    page: `GET ${IMAGES}/*repository/-/tags/:tag/delete`,
    at: ofImage("/-/tags/1.8.2/delete"),
    outcomes: maintainers(200),
  },
  {
    page: `POST ${IMAGES}/*repository/-/tags/:tag/delete`,
    at: () => `${IMAGES_OF_APP}/team/app/web/-/tags/gone/delete`,
    fields: (stage) => ({ digest: putImage(stage, "gone") }),
    outcomes: maintainers(`${IMAGES_OF_APP}/team/app/web`),
  },
];
const EXPLAIN = "/team/app/-/explain";

/** All pages. */
export const PAGES: readonly PageRow[] = [
  { page: "GET /", outcomes: signedIn(200) },
  { page: "GET /", at: () => "/?page=2", outcomes: signedIn(200) },

  { page: "GET /-/sign_in", outcomes: roles((role) => (isSignedIn(role) ? "/" : 200)) },
  {
    page: "POST /-/sign_in",
    fields: ({ people: { guest } }) => ({ username: guest.username, password: guest.password }),
    outcomes: everybody("/"),
  },
  { page: "POST /-/sign_out", outcomes: roles((role) => (isSignedIn(role) ? "/-/sign_in" : "sign in")) },
  { page: "GET /-/sign_in_link", at: () => "/-/sign_in_link?token=unknown", outcomes: everybody(200) },
  {
    page: "GET /-/sign_in_link",
    at: async (stage) => `/-/sign_in_link?token=${await signInLink(stage, "sign_in")}`,
    outcomes: everybody(200),
  },
  {
    page: "GET /-/sign_in_link",
    at: async (stage) => `/-/sign_in_link?token=${await signInLink(stage, "invitation")}`,
    outcomes: everybody(200),
  },
  {
    page: "POST /-/sign_in_link",
    fields: async (stage) => ({ token: await signInLink(stage, "sign_in") }),
    outcomes: everybody("/"),
  },

  { page: `GET ${SETTINGS}/profile`, outcomes: signedIn(200) },
  {
    page: `POST ${SETTINGS}/profile`,
    fields: (_stage, by) => ({ name: `Another ${by}` }),
    outcomes: signedIn(`${SETTINGS}/profile`),
  },
  { page: `POST ${SETTINGS}/theme`, fields: () => ({ theme: "dark" }), outcomes: signedIn(`${SETTINGS}/profile`) },

  { page: `GET ${SETTINGS}/password`, outcomes: signedIn(200) },
  {
    page: `POST ${SETTINGS}/password`,
    fields: ({ people }, by) => ({ current_password: people[by].password, password: people[by].password }),
    outcomes: signedIn(`${SETTINGS}/password`),
  },

  {
    page: `GET ${SETTINGS}/active_sessions`,
    at: async (stage, by) => {
      await registrySignIn(stage, by);
      return `${SETTINGS}/active_sessions`;
    },
    outcomes: signedIn(200),
  },
  {
    page: `POST ${SETTINGS}/active_sessions/:id/end`,
    at: async (stage, by) => {
      await stage.clientOf(by);
      return `${SETTINGS}/active_sessions/${await stage.lastId("web_sessions")}/end`;
    },
    outcomes: signedIn(`${SETTINGS}/active_sessions`),
  },
  { page: `POST ${SETTINGS}/active_sessions/end_others`, outcomes: signedIn(`${SETTINGS}/active_sessions`) },
  {
    page: `POST ${SETTINGS}/registry_sign_ins/:id/end`,
    at: async (stage, by) => `${SETTINGS}/registry_sign_ins/${await registrySignIn(stage, by)}/end`,
    outcomes: signedIn(`${SETTINGS}/active_sessions`),
  },

  ...tokenPages(PERSONAL_TOKENS),
  ...tokenPages(PROJECT_TOKENS),

  ...ADMIN_PAGES,
  ...PLACES,
  ...memberPages(PROJECT_MEMBERS),
  ...memberPages(GROUP_MEMBERS),
  ...activityPages("/*project/-/activity", "/team/app/-/activity", reporters),
  ...IMAGE_PAGES,
  ...activityPages("/admin/audit", "/admin/audit", administrators),

  { page: "GET /-/explain", outcomes: signedIn(200) },
  {
    page: "GET /-/explain",
    at: () => "/-/explain?who=nobody&repository=team/app/web:1.2&actions=pull",
    outcomes: signedIn(200),
  },
  { page: "GET /-/explain", at: () => "/-/explain?who=member&repository=No/Name", outcomes: signedIn(200) },
  { page: "GET /*project/-/explain", at: () => EXPLAIN, outcomes: viewers(200) },
  {
    page: "GET /*project/-/explain",
    at: (_stage, by) => `${EXPLAIN}?who=member&username=${by}&repository=team/app`,
    outcomes: maintainers(200),
  },
  {
    page: "GET /*project/-/explain",
    at: async (stage, by) => `${EXPLAIN}?who=token&token=${await PROJECT_TOKENS.make(stage, by)}&address=10.0.0.1`,
    outcomes: maintainers(200),
  },

  { page: "GET /-/styleguide", outcomes: administrators(200) },
  { page: "POST /-/styleguide", outcomes: administrators("/-/styleguide") },
  { page: "GET /-/styleguide/confirmation", outcomes: administrators(200) },
];

/** Every page that is bound: what a row of the table calls it, and whether it may ask for the password again. */
export function boundPages({ service: { container } }: WebStage): { name: string; confirms: boolean }[] {
  const pages = webPages(container, createPageLinks(container.config.url, openAssets()));
  return pages.map((page) => ({
    name: `${page.method.toUpperCase()} ${page.path}`,
    confirms: page.method === "post" && page.confirms === true,
  }));
}

/** Whether a row is of a form, which changes something. */
export const isForm = ({ page }: PageRow): boolean => page.startsWith("POST ");

/** Whether a row is of a page that is looked at. */
export const isShown = (row: PageRow): boolean => !isForm(row) && row.isFile !== true;

/** Where a row's page is, and what its form sends, for a role. Those without an account try the address of somebody's who has one. */
export async function addressOf(
  { page, at, fields }: PageRow,
  stage: WebStage,
  role: Role,
): Promise<{ address: string; fields: FormFields }> {
  const by = isSignedIn(role) ? (role as Person) : "guest";
  const address = (await at?.(stage, by)) ?? page.slice(page.indexOf(" ") + 1);
  return { address, fields: (await fields?.(stage, by)) ?? {} };
}

/** Opens a row's page, or sends its form, in a person's browser. `origin`: the headers that say where a form is from. */
export async function open(
  row: PageRow,
  stage: WebStage,
  { role, client, origin }: { role: Role; client: WebClient; origin?: Readonly<Record<string, string>> },
): Promise<WebAnswer & { readonly address: string }> {
  const { address, fields } = await addressOf(row, stage, role);
  const answer = isForm(row) ? await client.post(address, fields, origin) : await client.get(address);
  return { ...answer, address };
}
