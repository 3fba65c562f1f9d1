import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT_DIRECTORY } from "../../support/running-command.ts";
import { templateProblems } from "../../support/templates.ts";

const read = (path: string) => readFileSync(join(PROJECT_DIRECTORY, path), "utf8");
const files = globSync("src/web/**/*.ts", { cwd: PROJECT_DIRECTORY });
const assets = globSync("src/web/assets/*", { cwd: PROJECT_DIRECTORY });

describe("the templates of the pages", () => {
  it("put nothing where escaping does not make it text, and lead nowhere but to our pages", () => {
    expect(files.length).toBeGreaterThan(30);
    expect(files.flatMap((file) => templateProblems(file, read(file)))).toEqual([]);
  });
});

/** A template of these tests, in which `@{...}` is a hole. */
const withHoles = (template: string) => template.replaceAll("@{", "${");

describe("a template is refused that", () => {
  it.each([
    ["has a value without quotes", "<input value=@{a}>", "without quotes"],
    ["has a value in other quotes", "<input value='@{a}'>", "without quotes"],
    ["has a value without quotes in a part of a tag", " value=@{a}", "without quotes"],
    ["fills a script", "<script>let a = @{a};</script>", "in a script"],
    ["fills a style", "<p>@{b}</p><STYLE>p { color: @{a} }</STYLE>", "in a script"],
    ["fills a comment", "<!-- <p> @{a} -->", "in a comment"],
    ["fills a handler", '<a onclick="f(@{a})">', "in the attribute onclick"],
    ["has a handler", '<a onclick="f()">', "the attribute onclick"],
    ["has a style", '<p style="color: red">', "the attribute style"],
    ["has a page in an attribute", '<iframe srcdoc="x">', "the attribute srcdoc"],
    ["makes up a tag", "<@{a}>", "the name of a tag"],
    ["makes up an attribute", '<p @{a}="x">', "is put into a tag"],
    ["puts a text into a tag", '<p class="x"@{a}>', "is put into a tag"],
    ["leads to where a value says", '<a href="@{a}">', "not from the links"],
    ["sends a form to where a value says", '<form action="@{project.url}">', "not from the links"],
    ["leads to an address that it puts together", '<a href="/team/@{a}">', 'put together with "/team/"'],
    ["continues an address of ours", '<a href="@{links.home()}@{a}">', "put together"],
    ["leads to an address of its own", '<a href="/team">', 'href="/team" is not from the links'],
    ["leads elsewhere", '<img src="https://example.com/x.png">', "is not from the links"],
    ["may print false", "<p>@{a && b}</p>", 'may print "false"'],
    ["may print false in a branch", "<p>@{a ? null : (b && c)}</p>", 'may print "false"'],
    ["has such a template in another", '<p>@{a ? html`<a href="@{b}">` : null}</p>', "not from the links"],
  ])("%s", (_what, template, problem) => {
    const problems = templateProblems("src/web/x.ts", `export const x = html\`${withHoles(template)}\`;`);
    expect(problems).toEqual([expect.stringMatching(new RegExp(problem))]);
  });

  it("has text that is not escaped, outside of the icons", () => {
    const source = withHoles("export const x = html.raw`<p>@{a}</p>`;");
    expect(templateProblems("src/web/x.ts", source)).toEqual(["src/web/x.ts:1: html.raw is the icons' alone"]);
    expect(templateProblems("src/web/parts/icon.ts", source)).toEqual([]);
  });

  it("takes for an address what is none", () => {
    expect(templateProblems("src/web/x.ts", "interface Item { readonly href: string }")).toHaveLength(1);
    expect(templateProblems("src/web/x.ts", "const here = name as Href;")).toHaveLength(1);
    expect(templateProblems("src/web/x.ts", "const href = project.url;")).toHaveLength(1);
    expect(templateProblems("src/web/x.ts", "function f(action: string) {}")).toHaveLength(1);
  });
});

describe("a template is taken that", () => {
  it.each([
    ["is text", '<p title="a @{a} b">@{b}</p>'],
    ["leads to a page of ours", '<a href="@{links.home()}">@{a}</a><a href="@{item.href}">@{b}</a>'],
    ["leads to a place in the page", '<a href="#main">a</a><a href="#@{field}">b</a>'],
    ["adds attributes that are templates", '<input name="@{a}"@{b ? html` checked` : null}@{attributes}>'],
    ["is part of a tag", ' aria-describedby="@{a}"'],
  ])("%s", (_what, template) => {
    expect(
      templateProblems(
        "src/web/x.ts",
        `const attributes = [html\` a\`];\nexport const x = html\`${withHoles(template)}\`;`,
      ),
    ).toEqual([]);
  });
});

describe("the files that pages use", () => {
  const sizeOf = (ending: string) =>
    assets.filter((file) => file.endsWith(ending)).reduce((sum, file) => sum + Buffer.byteLength(read(file)), 0);

  it("are small: 20 KB of style, 10 KB of scripts", () => {
    expect(sizeOf(".css")).toBeGreaterThan(0);
    expect(sizeOf(".css")).toBeLessThanOrEqual(20 * 1024);
    expect(sizeOf(".js")).toBeGreaterThan(0);
    expect(sizeOf(".js")).toBeLessThanOrEqual(10 * 1024);
  });

  it("are scripts that write text alone, and ask nobody but us", () => {
    for (const file of assets.filter((each) => each.endsWith(".js"))) {
      expect([
        file,
        /\b(?:innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|Function|setHTML\w*|createContextualFragment|document\.cookie)\b|https?:/.exec(
          read(file),
        )?.[0],
      ]).toEqual([file, undefined]);
    }
  });
});
