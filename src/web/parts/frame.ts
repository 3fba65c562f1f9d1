/** The frame that all pages share: head, top bar, menu, what was just done, and the page itself. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { ShownNotice } from "../protocol/notice.ts";
import type { ShownPage } from "../protocol/page.ts";
import type { PageLinks } from "../protocol/page-links.ts";
import type { Theme } from "../protocol/theme.ts";
import type { SignedInVisitor, Visitor } from "../protocol/visitor.ts";
import { banner } from "./banner.ts";
import { crumbs } from "./crumbs.ts";
import { keys, keysButton } from "./keys.ts";
import { side } from "./side.ts";

/** What the frame needs besides the page. */
export interface Frame {
  readonly page: Omit<ShownPage, "main">;
  readonly visitor: Visitor;
  /** What was just done. */
  readonly notice: ShownNotice | undefined;
  readonly theme: Theme;
  readonly links: PageLinks;
}

/** The document, in the middle of which the content of the page stands. */
export interface FrameHalves {
  readonly start: SafeHtml;
  readonly end: SafeHtml;
}

/** The two halves of the document. */
export function frame({ page, visitor, notice, theme, links }: Frame): FrameHalves {
  const menu = page.side === undefined ? null : side(page.side);
  const start = html`<!doctype html>
<html lang="en" data-theme="${theme}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.title} · Keyside</title>
<link rel="icon" href="${links.asset("keyside.svg")}" type="image/svg+xml">
<link rel="stylesheet" href="${links.asset("style.css")}">
<script type="module" src="${links.asset("page.js")}"></script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="top">
<a class="brand" href="${links.home()}"><img src="${links.asset("keyside.svg")}" alt="" width="24" height="24">Keyside</a>
${crumbs(page.crumbs ?? [])}
<div class="end"><a href="${links.explore()}">Explore</a><a href="${links.help()}">Help</a>${visitor.kind === "signed_in" ? account(visitor, links) : html`<a href="${links.signIn()}">Sign in</a>`}</div>
</header>
<div class="${menu === null ? "shell alone" : "shell"}">
${menu}
<main id="main" tabindex="-1">
${notice === undefined ? null : banner(notice)}
${page.above}
`;
  const end = html`
</main>
</div>
${keys()}
</body>
</html>
`;
  return { start, end };
}

function account({ session, principal }: SignedInVisitor, links: PageLinks): SafeHtml {
  return html`<details class="menu">
<summary><span class="avatar" aria-hidden="true">${initials(session.name)}</span><span class="vh">Account of <bdi>${session.name}</bdi></span></summary>
<div class="card">
<p class="menu-head"><strong><bdi>${session.name}</bdi></strong><span class="sub">@${principal.username}</span></p>
<ul>
<li><a href="${links.profile()}">Profile</a></li>
<li><a href="${links.password()}">Password</a></li>
<li><a href="${links.activeSessions()}">Active sessions</a></li>
${principal.admin ? html`<li><a href="${links.adminLinks.overview()}">Administration</a></li>` : null}
</ul>
<div class="acts"><form method="post" action="${links.signOut()}"><button class="btn quiet" type="submit">Sign out</button></form>${keysButton()}</div>
</div>
</details>`;
}

/** The first letters of the first and the last word of a name; what is no letter or number stands for nothing. */
function initials(name: string): string {
  const words = name.split(/\s+/u).flatMap((word) => /[\p{L}\p{N}]/u.exec(word)?.[0] ?? []);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.join("").toLocaleUpperCase("en");
}
