/** Help: how to log in with each client, what scopes allow, and what the messages of docker mean. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { nameOfLevel } from "../principals/access-level.ts";
import { LEVEL_OF_ACTION, SCOPE_OF_ACTION } from "../registry-access/policy.ts";
import { SCOPE_GROUPS } from "./access-tokens/presets.ts";
import { code } from "./parts/code.ts";
import { pageHead } from "./parts/page-head.ts";
import { readyLines } from "./parts/ready-lines.ts";
import { sectionHead } from "./parts/section-head.ts";
import { table } from "./parts/table.ts";
import { NOTHING } from "./protocol/nothing.ts";
import { type Page, view } from "./protocol/page.ts";
import type { PageLinks } from "./protocol/page-links.ts";
import type { WebServices } from "./web-services.ts";

/** What docker prints, and what it means: causes and what to do, the likeliest first. */
const MESSAGES: readonly (readonly [message: string, ...causes: string[]])[] = [
  [
    "unauthorized: wrong username or password",
    "The password is wrong, or the user does not exist or is blocked.",
    "The secret is no access token of this instance, or was copied in part.",
  ],
  [
    "Token was revoked. You have to re-authorize from the user.",
    "Somebody revoked the token.",
    "It was rotated, and its grace is over. Log in with the new secret.",
  ],
  ["Token is expired: it expired on ...", "Its end date has come. Rotate it, or make another."],
  [
    "Token is not accepted from ...",
    "The token is held to some addresses, and the client came from another one. Behind a proxy, that may be the proxy's.",
  ],
  [
    "denied: requested access to the resource is denied",
    "You may not do this there: your role is too low, or the token lacks a scope, or its rules leave this repository out.",
    "No project has this path. A project is made before the first push.",
    "The project's registry is off.",
    "For `docker push` to a project that is not public, the token needs `read_registry` and `write_registry`.",
  ],
  [
    "pull access denied for ..., repository does not exist or may require 'docker login'",
    "The project is not public and you are not logged in, or you may not see it. Both look the same.",
    "The name is misspelt: it begins with the registry, then the whole path of the project.",
  ],
  [
    "toomanyrequests: ...",
    "Too many wrong passwords came from your network. It can try again after the seconds that the message names.",
  ],
  [
    "unauthorized: authentication required, right after a login that succeeded",
    "The registry does not trust what this instance signs. An administrator runs `keyside doctor`, which names the cause.",
  ],
];

/** The messages that each step is explained of, to whoever is signed in. */
const EXPLAINED = /^(?:denied|pull access denied)/;

/** `/-/help`. @see docs/spec/web.md "Pages" */
export function helpPages({ links: { registry } }: WebServices, links: PageLinks): Page[] {
  return [
    view({
      path: "/-/help",
      access: "everyone",
      params: NOTHING,
      query: NOTHING,
      async show({ visitor }) {
        const isSignedIn = visitor.kind === "signed_in";
        return {
          title: "Help",
          crumbs: [{ name: "Help" }],
          main: html`${pageHead("Help", html`Keyside says who may do what with the images in <code>${registry}</code>. Each project has its images, its members and its access tokens.`)}
${clients(registry)}
${rights()}
${scopes()}
${messages(isSignedIn, links)}
<p class="sub">A Maintainer of a project asks why a token is refused on the project's page <em>Explain access</em>, or with <code>keyside explain</code>. <a href="${links.explore()}">All projects that you see</a></p>`,
        };
      },
    }),
  ];
}

function clients(registry: string): SafeHtml {
  const login = (client: string, more = "") => `${client} login ${registry} --username NAME --password-stdin${more}`;
  const ways = [
    { name: "Docker", lines: login("docker") },
    { name: "Podman", lines: login("podman") },
    { name: "Helm", lines: login("helm registry") },
    { name: "ORAS", lines: login("oras") },
    { name: "Skopeo", lines: login("skopeo") },
    { name: "crane", lines: `crane auth login ${registry} --username NAME --password-stdin` },
    {
      name: "containerd",
      lines: `ctr images pull --user NAME ${registry}/team/app:1`,
      note: "It asks for the password, or for the secret of an access token.",
    },
  ];
  return html`<section class="card pad" aria-labelledby="clients">${sectionHead("clients", "Log in", "With your username and your password; or with any username and the secret of an access token, which is what a machine should have. The password is read from standard input.")}
${readyLines("clients-lines", "Clients", ways)}</section>`;
}

function rights(): SafeHtml {
  const atLeast = (of: keyof typeof LEVEL_OF_ACTION) => `${nameOfLevel(LEVEL_OF_ACTION[of])} and above`;
  const withScope = (of: keyof typeof SCOPE_OF_ACTION) => html`, a token with <code>${SCOPE_OF_ACTION[of]}</code>`;
  const change = (of: "push" | "delete") => html`${atLeast(of)}${withScope(of)}`;
  const rows = [
    ["Public", "everybody, without logging in"],
    ["Internal", html`whoever has an account, and bots of the project${withScope("pull")}`],
    ["Private", html`${atLeast("pull")}${withScope("pull")}`],
  ].map(([name, pull]) => [name ?? null, pull ?? null, change("push"), change("delete")]);
  return html`<h2>Who may do what</h2>
${table("Who may do what", [{ name: "Project" }, { name: "Pull" }, { name: "Push" }, { name: "Delete" }], rows)}`;
}

function scopes(): SafeHtml {
  const rows = SCOPE_GROUPS.flatMap(({ title, scopes: each }) =>
    each.map(([scope, about]) => [html`<code>${scope}</code>`, about, title]),
  );
  return html`<h2>Scopes of access tokens</h2>
${table("Scopes of access tokens", [{ name: "Scope" }, { name: "What it allows", isWide: true }, { name: "For" }], rows)}`;
}

function messages(isSignedIn: boolean, links: PageLinks): SafeHtml {
  const rows = MESSAGES.map(([message, ...causes]) => [
    html`<code>${message}</code>`,
    html`${causes.map((cause) => html`<p>${code(cause)}</p>`)}${isSignedIn && EXPLAINED.test(message) ? html`<p><a href="${links.explain("anywhere")}">Explain what you get, step by step</a></p>` : null}`,
  ]);
  return html`<h2>What docker says, and why</h2>
${table("What docker says, and why", [{ name: "Message" }, { name: "Cause", isWide: true }], rows)}`;
}
