/** Samples of what is about one thing: its secret, ways to use it, steps. */
import { html, type SafeHtml } from "@remix-run/html-template";
import { readyLines } from "../parts/ready-lines.ts";
import { waiting } from "../parts/renewed.ts";
import { secretBox } from "../parts/secret-box.ts";
import { sectionHead } from "../parts/section-head.ts";
import { steps } from "../parts/steps.ts";

const LOGIN = 'docker login registry.example.com -u deploy-prod --password-stdin <<< "$SECRET"';

const WAYS = [
  { name: "Docker", lines: `${LOGIN}\ndocker pull registry.example.com/team/app/web:latest` },
  {
    name: "GitHub",
    lines: `gh secret set REGISTRY_TOKEN\n- uses: docker/login-action@v3\n  with: { registry: registry.example.com, username: deploy-prod, password: "\${{ secrets.REGISTRY_TOKEN }}" }`,
    note: "The first line asks for the secret, the others belong into a workflow.",
  },
  {
    name: "Kubernetes",
    lines: "kubectl create secret docker-registry team-app-pull --docker-server=registry.example.com",
  },
];

/** The samples. */
export function thingSamples(): SafeHtml {
  return html`${secretBox({
    of: "deploy-prod",
    // A sample that nobody's scanner takes for a secret.
    secret: "the-secret-of-a-token-stands-here-once-and-nowhere-else",
    about: "Keyside keeps only a digest of it. Once you leave or reload this page, nobody can show it again.",
    more: html`${readyLines("ways", "Ways to use it", WAYS)}${waiting("Not used yet. This line changes when a client signs in with it.")}`,
  })}
<section class="card pad" aria-labelledby="steps">
${sectionHead("steps", "Steps")}
${steps([
  { title: "Make a token", state: "done", text: "ci-push, 2 minutes ago" },
  { title: "Push an image", state: "next", text: html`<code>docker push registry.example.com/team/app/web</code>` },
  { title: "Pull it elsewhere", state: "later" },
  { title: "Is it reported?", state: "skipped", text: "Keyside takes no reports." },
  { title: "Does the role allow it?", state: "failed", text: "A Guest may not pull from a private project." },
])}
</section>`;
}
