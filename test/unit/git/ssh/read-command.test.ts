import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCommand } from "../../../../src/git/ssh/read-command.ts";

const NOTHING_ELSE = "Nothing is served here but git clone, fetch and push of one project.";

const refused = (reason: string) => ({ kind: "refused", reason });

describe("readCommand", () => {
  it.each(["upload-pack", "receive-pack"] as const)("reads git %s as git writes it, and as others do", (service) => {
    const served = { kind: "serve", service, path: "team/sub/app" };
    for (const program of [`git-${service}`, `git ${service}`])
      for (const path of ["team/sub/app", "/team/sub/app", "team/sub/app.git", "/team/sub/app.git"])
        for (const argument of [`'${path}'`, path]) expect(readCommand(`${program} ${argument}`)).toEqual(served);
  });

  it.each([
    "app",
    "/app.git",
    "",
    "/",
    ".git",
    "..",
    "../etc/passwd",
    "team/../other/app",
    "team/./app",
    "team//app",
    "//team/app",
    "/team/app/",
    "team/app.git/",
    "~root/app",
    "-x/app",
    "team/-app",
    "team/app\0",
    "team/app\n",
    "team/app; id",
    "team/$(id)",
    "team/`id`",
    'team/"app"',
    "team/app\\",
    "team/app%2e",
    "ext::sh -c id",
    "file:///etc",
    "ssh://host/team/app",
    "téam/app",
    "team/аpp",
    "team\u2215app",
    "team/app\u202e",
    "\uFFFDteam/app",
    "a/".repeat(5_000),
    "a".repeat(30_000),
  ])("knows no project at %j: it is as one that is missing", (path) => {
    expect(readCommand(`git-upload-pack '${path}'`)).toEqual({
      kind: "serve",
      service: "upload-pack",
      path: undefined,
    });
  });

  it.each([
    "",
    "git-upload-pack",
    "git-upload-pack ",
    "git-upload-pack  'team/app'",
    " git-upload-pack 'team/app'",
    "git-upload-pack 'team/app' ",
    "git-upload-pack 'team/app'\n",
    "git-upload-pack 'team/app' 'team/app'",
    "git-upload-pack team/app team/app",
    "git-upload-pack --strict 'team/app'",
    "git-upload-pack 'team/app' --upload-pack=id",
    "git-upload-pack --upload-pack=id 'team/app'",
    "git upload-pack --timeout=1 team/app",
    "git -c core.x=y upload-pack 'team/app'",
    "git --git-dir=/ upload-pack 'team/app'",
    "git-upload-pack 'team/app'; id",
    "git-upload-pack 'team/app' && id",
    "git-upload-pack 'team/app' | id",
    "git-upload-pack 'team/app'\nid",
    "git-upload-pack 'team/app'\0id",
    "git-upload-pack 'team'/'app'",
    "git-upload-pack 'team'\\''/app'",
    "git-upload-pack 'team/app",
    "git-upload-pack team/app'",
    'git-upload-pack "team/app"',
    "git-upload-pack\t'team/app'",
    "git-upload-pack\u00a0'team/app'",
    "GIT-UPLOAD-PACK 'team/app'",
    "/usr/bin/git-upload-pack 'team/app'",
    "git-upload-packs 'team/app'",
    "git_upload-pack 'team/app'",
    "git  upload-pack 'team/app'",
    "git-shell",
    "git-upload-pack-x 'team/app'",
    "scp -t /",
    "rsync --server",
    "env GIT_DIR=/ git-upload-pack 'team/app'",
    "id",
    "sh",
    "__proto__",
  ])("refuses %j", (text) => {
    expect(readCommand(text)).toEqual(refused(NOTHING_ELSE));
  });

  it.each([
    ["git-upload-archive 'team/app.git'", "git archive --remote is not served: clone the project."],
    ["git upload-archive team/app", "git archive --remote is not served: clone the project."],
    ["git-lfs-authenticate team/app.git download", "Git LFS is not supported."],
    ["git-lfs-authenticate", "Git LFS is not supported."],
    ["git-lfs-transfer team/app.git upload", "Git LFS is not supported."],
    ["git-lfs-authenticatex team/app", NOTHING_ELSE],
  ])("refuses %j by its name", (text, reason) => {
    expect(readCommand(text)).toEqual(refused(reason));
  });

  it("lets through no path but one of letters, digits, dots, hyphens, underscores and single slashes, whatever is sent", () => {
    const parts = [
      "git-upload-pack ",
      "git receive-pack ",
      "'",
      "/",
      ".git",
      "..",
      "team",
      "app",
      "-",
      " ",
      ";",
      "\0",
      "\n",
    ];
    const texts = fc.array(fc.oneof(fc.constantFrom(...parts), fc.string({ unit: "grapheme" })), { maxLength: 8 });
    fc.assert(
      fc.property(texts, (pieces) => {
        const command = readCommand(pieces.join(""));
        if (command.kind === "serve" && command.path !== undefined)
          expect(command.path).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9._-]*(?:\/[a-zA-Z0-9][a-zA-Z0-9._-]*)+$/);
      }),
      { numRuns: 3000 },
    );
  });
});
