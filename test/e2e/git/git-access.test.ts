/** Who may fetch and push what, as a person at git sees it: each kind of caller, at a project of each visibility. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commitSomething, createRepository, git, gitOutput } from "../../support/git-client.ts";
import { type GitCredentials, type GitStage, openGitStage, withCredentials } from "../../support/git-stage.ts";
import { findCommand } from "../../support/requirements.ts";
import { createProjectAccessToken, createUserWithPassword } from "../../support/world.ts";
import { wrongToken } from "../../support/wrong-token.ts";

/** What becomes of a command, as git prints it. */
const OUTCOMES = {
  ok: { code: 0 },
  ask: fatal(/^fatal: could not read Username for 'http:.*': terminal prompts disabled$/m),
  wrong: fatal(/^remote: the access token is not known\nfatal: Authentication failed for 'http:.*'$/m),
  revoked: fatal(/^remote: Token was revoked\..*\nfatal: Authentication failed for 'http:.*'$/m),
  expired: fatal(/^remote: Token is expired: .*\nfatal: Authentication failed for 'http:.*'$/m),
  missing: fatal(/^remote: The project .* could not be found .*\nfatal: repository 'http:.*' not found$/m),
  scope: fatal(
    /^remote: To (?:fetch from|push to) this project takes a token with the scope .*\nfatal: .* error: 403$/m,
  ),
  level: fatal(/^remote: To (?:fetch from|push to) this project takes the level .*\nfatal: .* error: 403$/m),
};
type Outcome = keyof typeof OUTCOMES;

function fatal(saying: RegExp) {
  return { code: 128, stderr: expect.stringMatching(saying) };
}

/** Fetch and push at a private, an internal and a public project. Git asks without a name first, and a public one answers. */
const TABLE = {
  nobody: ["ask", "ask", "ask", "ask", "ok", "ask"],
  "a wrong token": ["wrong", "wrong", "wrong", "wrong", "ok", "wrong"],
  "a revoked token": ["revoked", "revoked", "revoked", "revoked", "ok", "revoked"],
  "an expired token": ["expired", "expired", "expired", "expired", "ok", "expired"],
  "another project's bot": ["missing", "missing", "missing", "missing", "ok", "level"],
  "a bot with other scopes": ["scope", "scope", "scope", "scope", "ok", "scope"],
  "a bot that reads": ["ok", "scope", "ok", "scope", "ok", "scope"],
  "a bot as Guest": ["level", "level", "ok", "level", "ok", "level"],
  "a bot as Reporter": ["ok", "level", "ok", "level", "ok", "level"],
  "a bot as Developer": ["ok", "ok", "ok", "ok", "ok", "ok"],
  "a stranger by password": ["missing", "missing", "ok", "level", "ok", "level"],
} as const satisfies Record<string, readonly Outcome[]>;
type Caller = keyof typeof TABLE;

const command = await findCommand("git");

let stage: GitStage;
let stranger: GitCredentials;
let foreigner: GitCredentials;

beforeAll(async () => {
  stage = await openGitStage();
  stranger = await createUserWithPassword(stage.service, "sam");
  foreigner = (await stage.createProject()).writer.credentials;
});
afterAll(() => stage.close());

/** The credentials of all callers at a project. */
async function callersOf(project: number): Promise<Record<Caller, GitCredentials | undefined>> {
  const { service } = stage;
  const token = (access_level: number, scopes: readonly string[], more = {}) =>
    createProjectAccessToken(service, project, { scopes, access_level, ...more });
  const bot = async (level: number, ...scopes: string[]) => (await token(level, scopes)).credentials;
  const revoked = await token(40, ["write_repository"]);
  await service.root.delete(`/projects/${project}/access_tokens/${revoked.id}`);
  const expired = await token(40, ["write_repository"], { expires_at: tomorrow() });
  return {
    nobody: undefined,
    "a wrong token": { username: "anybody", password: wrongToken() },
    "a revoked token": revoked.credentials,
    "an expired token": expired.credentials,
    "another project's bot": foreigner,
    "a bot with other scopes": await bot(40, "api", "read_registry", "write_registry", "delete_registry"),
    "a bot that reads": await bot(40, "read_repository"),
    "a bot as Guest": await bot(10, "write_repository"),
    "a bot as Reporter": await bot(20, "write_repository"),
    "a bot as Developer": await bot(30, "write_repository"),
    "a stranger by password": stranger,
  };
}

/** `YYYY-MM-DD`, by the service's clock. */
function tomorrow(): string {
  return new Date(stage.service.clock.now().getTime() + 24 * 3_600_000).toISOString().slice(0, 10);
}

describe("git", () => {
  it.for([
    ["private", 0],
    ["internal", 2],
    ["public", 4],
  ] as const)(
    "fetches from a %s project and pushes to it, or prints why not",
    async ([visibility, column], { skip }) => {
      skip(!command.found, command.want);
      const project = await stage.createProject(visibility);
      const work = stage.path();
      await createRepository(work, project.url);
      const commit = await commitSomething(work);
      await gitOutput(work, "push", "--quiet", withCredentials(project.url, project.writer.credentials), "main");
      const callers = Object.entries(await callersOf(project.id));
      stage.service.clock.advance({ days: 1 });
      const refs: Record<string, string> = { HEAD: commit, "refs/heads/main": commit };
      const expected = Object.entries(TABLE).map(([caller, outcomes]) => {
        const [fetched, pushed] = outcomes.slice(column, column + 2) as [Outcome, Outcome];
        if (pushed === "ok") refs[branchOf(caller)] = commit;
        return [
          caller,
          { fetched: expect.objectContaining(OUTCOMES[fetched]), pushed: expect.objectContaining(OUTCOMES[pushed]) },
        ];
      });

      const seen = callers.map(async ([caller, as]) => {
        const url = withCredentials(project.url, as);
        const fetched = await git(work, ["ls-remote", url]);
        return [caller, { fetched, pushed: await git(work, ["push", url, `main:${branchOf(caller)}`]) }];
      });
      expect(Object.fromEntries(await Promise.all(seen))).toEqual(Object.fromEntries(expected));
      expect(await project.refs()).toEqual(refs);
    },
  );
});

function branchOf(caller: string): string {
  return `refs/heads/${caller.replaceAll(/[^a-z]+/gi, "-")}`;
}
