import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DAY_MS } from "../../../src/clock.ts";
import { KeysideError, ValidationError } from "../../../src/errors.ts";
import { type SignedInPrincipal, type UserPrincipal, WITHOUT_ACCESS_TOKEN } from "../../../src/principals/principal.ts";
import { REPOSITORY_ACTIONS, type RepositoryRule } from "../../../src/principals/repository-rules.ts";
import { TOKEN_SCOPES } from "../../../src/principals/token-scope.ts";
import { VISIBILITIES } from "../../../src/projects/project.entity.ts";
import { explainAccess } from "../../../src/registry-access/explain-access.ts";
import { explainOwnAccess } from "../../../src/registry-access/explain-own-access.ts";
import type { Explanation } from "../../../src/registry-access/explanation.ts";
import type { RegistryAccess } from "../../../src/signing/registry-jwt.ts";
import { FUZZ_FACTOR, FUZZ_SEED } from "../../support/fuzz.ts";
import { issueToken } from "../../support/issue-token.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  addProjectMember,
  createGroup,
  createProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
  type ProjectAccessToken,
  type User,
} from "../../support/world.ts";

/** In each run all rights are made up anew, and then questions are asked: 1,000 in all. */
const RUNS = 20 * FUZZ_FACTOR;
const QUESTIONS = 50;

const PATHS = ["team/app", "team/inside/lib", "open"] as const;
const TOKENS_EACH = 3;
const PEOPLE = 4;

let service: TestService;
let projects: { id: number; path: string; tokens: ProjectAccessToken[] }[];
let groups: number[];
let people: User[];
/** Who asks: an administrator, and a Maintainer of all projects. */
let administrator: SignedInPrincipal;
let nosy: SignedInPrincipal;

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  const team = await createGroup(service, "team");
  const inside = await createGroup(service, "inside", team);
  groups = [team, inside];
  const { id: rootId } = (await service.root.get("/user")).body;
  const maintainer = await createUser(service, "mia");
  const credential = { kind: "user", scopes: new Set(TOKEN_SCOPES), ...WITHOUT_ACCESS_TOKEN } as const;
  administrator = { ...credential, userId: rootId, username: "root", admin: true };
  nosy = { ...credential, userId: maintainer.id, username: "mia", admin: false };
  const open = (await service.root.post("/projects", { path: "open" })).body;
  const ids = [await createProject(service, team, "app"), await createProject(service, inside, "lib"), open.id];
  const paths = [PATHS[0], PATHS[1], open.path_with_namespace];
  projects = [];
  for (const [index, id] of ids.entries()) {
    await addProjectMember(service, id, maintainer.id, 40);
    const tokens = [];
    for (let count = 0; count < TOKENS_EACH; count++) tokens.push(await createProjectAccessToken(service, id));
    projects.push({ id, path: paths[index], tokens });
  }
  people = [];
  for (let count = 0; count < PEOPLE; count++) people.push(await createUser(service, `human${count}`));
});
afterAll(() => service.stop());

/** A value, or, `times` as often, null. */
const maybe = <Value>(value: fc.Arbitrary<Value>, times = 1) =>
  fc.oneof({ weight: times, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });
const level = fc.constantFrom(10, 20, 30, 40, 50);

const rule: fc.Arbitrary<RepositoryRule> = fc.record({
  repositories: fc.uniqueArray(fc.constantFrom("", "web", "w*", "services/**", "**/api", "**", "services/*"), {
    minLength: 1,
  }),
  actions: fc.uniqueArray(fc.constantFrom(...REPOSITORY_ACTIONS), { minLength: 1 }),
});

const tokenState = fc.record({
  scopes: fc.uniqueArray(fc.constantFrom(...TOKEN_SCOPES), { minLength: 1 }),
  rules: maybe(fc.array(rule, { minLength: 1, maxLength: 3 })),
  networks: maybe(fc.uniqueArray(fc.constantFrom("10.0.0.0/8", "192.0.2.9", "fd00::/8"), { minLength: 1 }), 2),
  level,
  isRevoked: fc.integer({ min: 0, max: 9 }).map((value) => value === 0),
  expiresInDays: maybe(fc.constantFrom(-1, 0, 1, 2), 2),
  retiresInDays: maybe(fc.constantFrom(-1, 0, 1, 2), 2),
});

const personState = fc.record({
  admin: fc.integer({ min: 0, max: 5 }).map((value) => value === 0),
  isBlocked: fc.integer({ min: 0, max: 5 }).map((value) => value === 0),
  inProjects: fc.tuple(maybe(level), maybe(level), maybe(level)),
  inGroups: fc.tuple(maybe(level), maybe(level)),
});

const projectState = fc.record({
  visibility: fc.constantFrom(...VISIBILITIES),
  isOn: fc.integer({ min: 0, max: 7 }).map((value) => value > 0),
});

const world = fc.record({
  projects: fc.tuple(projectState, projectState, projectState),
  tokens: fc.array(tokenState, { minLength: 3 * TOKENS_EACH, maxLength: 3 * TOKENS_EACH }),
  people: fc.array(personState, { minLength: PEOPLE, maxLength: PEOPLE }),
});
type WorldState = typeof world extends fc.Arbitrary<infer State> ? State : never;

const scope = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .record({
        project: fc.nat(2),
        rest: fc.constantFrom("", "/web", "/worker", "/services", "/services/a", "/services/a/api", "/x/y"),
        actions: fc.uniqueArray(fc.constantFrom(...REPOSITORY_ACTIONS, "*", "fly"), { minLength: 1 }),
      })
      .map(({ project, rest, actions }) => ({ project, written: `${rest}:${actions.join(",")}` })),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom("repository:nowhere/app:pull,push", "repository:teams:pull", "registry:catalog:*", "banana:x:y")
      .map((written) => ({ project: undefined, written })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom("repository:UPPER:pull", "repository", "registry:catalog:*,pull", "repository::pull")
      .map((written) => ({ project: undefined, written })),
  },
);

const question = fc.record({
  project: fc.nat(2),
  /** One of the project's tokens, or of the people. */
  who: fc.nat(TOKENS_EACH + PEOPLE - 1),
  scopes: fc.array(scope, { maxLength: 4 }),
  address: fc.constantFrom("10.1.2.3", "192.0.2.9", "192.0.2.10", "fd00::1", "::ffff:10.0.0.1"),
  asAdministrator: fc.boolean(),
});
type Question = typeof question extends fc.Arbitrary<infer Asked> ? Asked : never;

/** Makes the rights what a run wants them to be, in one transaction. */
async function arrange(state: WorldState): Promise<void> {
  const now = service.clock.now();
  const inDays = (days: number | null) => (days === null ? null : new Date(now.getTime() + days * DAY_MS));
  const array = (items: readonly string[]) => `{${items.join(",")}}`;
  await service.container.database.transaction(async (em) => {
    for (const [index, { id, tokens }] of projects.entries()) {
      const { visibility, isOn } = state.projects[index] ?? { visibility: "private", isOn: true };
      await em.execute("update projects set visibility = ?, container_registry_enabled = ? where id = ?", [
        ...[visibility, isOn, id],
      ]);
      for (const [nth, token] of tokens.entries()) {
        const wanted = state.tokens[index * TOKENS_EACH + nth];
        if (wanted === undefined) throw new Error("too few tokens");
        await em.execute(
          `update access_tokens set scopes = ?::text[], repository_rules = ?::jsonb, ip_allow_list = ?::text[],
             revoked_at = ?::timestamptz, expires_at = ?::date, retires_at = ?::timestamptz where id = ?`,
          [
            array(wanted.scopes),
            wanted.rules && JSON.stringify(wanted.rules),
            wanted.networks && array(wanted.networks),
            wanted.isRevoked ? now : null,
            inDays(wanted.expiresInDays)?.toISOString().slice(0, 10) ?? null,
            inDays(wanted.retiresInDays),
            token.id,
          ],
        );
        await em.execute("update members set access_level = ? where user_id = ?", [wanted.level, token.userId]);
      }
    }
    for (const [nth, { id }] of people.entries()) {
      const wanted = state.people[nth];
      if (wanted === undefined) throw new Error("too few people");
      const blocked = wanted.isBlocked ? "blocked" : "active";
      await em.execute("update users set admin = ?, state = ? where id = ?", [wanted.admin, blocked, id]);
      await em.execute("delete from members where user_id = ? and (namespace_id is null or namespace_id in (?))", [
        ...[id, groups],
      ]);
      const places = [
        ...wanted.inProjects.map((own, index) => ["project_id", projects[index]?.id, own] as const),
        ...wanted.inGroups.map((own, index) => ["namespace_id", groups[index], own] as const),
      ];
      for (const [column, place, own] of places)
        if (own !== null)
          await em.execute(
            `insert into members (created_at, user_id, ${column}, access_level) values (now(), ?, ?, ?)`,
            [...[id, place, own]],
          );
    }
  });
}

/** An answer, or the refusal of a credential, or of a scope that breaks the grammar. */
type Outcome<Answer> =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "refused" }
  | { readonly kind: "ungrammatical"; readonly problem: string | undefined };

async function outcome<Answer>(work: Promise<Answer>): Promise<Outcome<Answer>> {
  try {
    return { kind: "answer", answer: await work };
  } catch (error) {
    if (error instanceof ValidationError) return { kind: "ungrammatical", problem: error.problems[0]?.message };
    if (error instanceof KeysideError) return { kind: "refused" };
    throw error;
  }
}

/** What a person is told of themself, and of whoever is not signed in, is what the endpoint grants to each. */
async function askOwn(
  person: User,
  { admin }: WorldState["people"][number],
  scopes: readonly string[],
  address: string,
): Promise<void> {
  const caller: UserPrincipal = {
    ...{ kind: "user", userId: person.id, username: person.username, admin },
    ...{ ...WITHOUT_ACCESS_TOKEN, scopes: new Set(TOKEN_SCOPES) },
  };
  for (const subject of ["caller", "anonymous"] as const) {
    const secret = subject === "caller" ? person.secret : undefined;
    const endpoint = await outcome(issueToken(service.container, secret, scopes, address));
    const explained = await outcome(explainOwnAccess(service.container, { caller, subject, scopes }));
    if (endpoint.kind === "ungrammatical") {
      expect(explained).toEqual(endpoint);
      continue;
    }
    if (explained.kind !== "answer" || endpoint.kind !== "answer")
      throw new Error(`not explained: ${JSON.stringify({ subject, endpoint, explained })}`);
    compare(endpoint.answer.access, explained.answer, () => true);
    counts[subject] += endpoint.answer.access.length;
  }
}

const counts = { granted: 0, nothing: 0, refused: 0, ungrammatical: 0, hidden: 0, caller: 0, anonymous: 0 };

/** Of the endpoint's `access`, a caller is told what `isTold`; and what else must hold of an explanation. */
function compare(
  access: readonly RegistryAccess[] | undefined,
  { granted, steps, actions, requested }: Explanation,
  isTold: (scope: { readonly type: string; readonly name: string }) => boolean,
): void {
  const told = (access ?? []).filter(isTold);
  expect(granted).toEqual(told);
  expect(steps.some(({ passed }) => passed !== true)).toBe(access === undefined);
  const key = (type: string, name: string, action: string) => `${type} ${name} ${action}`;
  const inClaim = told.flatMap(({ type, name, actions: some }) => some.map((action) => key(type, name, action)));
  for (const each of actions) {
    expect(each.granted).toBe(inClaim.includes(key(each.type, each.name, each.action)));
    if (isTold(each)) expect(each.steps.at(-1)?.passed ?? false).toBe(each.granted);
    else expect(each.steps).toHaveLength(1);
    expect(each.message).toMatch(/\S/);
  }
  expect(actions.filter((each) => each.granted)).toHaveLength(inClaim.length);
  if (access === undefined) counts.refused += 1;
  else if (inClaim.length > 0) counts.granted += 1;
  else if (actions.length > 0) counts.nothing += 1;
  if (!requested.every(isTold)) counts.hidden += 1;
}

async function ask(
  { project, who, scopes: wanted, address: written, asAdministrator }: Question,
  state: WorldState,
): Promise<void> {
  const place = projects[project];
  const token = place?.tokens[who];
  const person = people[who - TOKENS_EACH];
  const bearer = token ?? person;
  if (place === undefined || bearer === undefined) throw new Error("nobody is asked about");
  const scopes = wanted.map(({ project: of, written: rest }) =>
    of === undefined ? rest : `repository:${projects[of]?.path}${rest}`,
  );
  const address = written.replace("::ffff:", "");
  const ofPerson = state.people[who - TOKENS_EACH];
  // Whoever is blocked is not signed in, and asks nothing.
  if (person !== undefined && ofPerson?.isBlocked === false) await askOwn(person, ofPerson, scopes, address);
  const endpoint = await outcome(issueToken(service.container, bearer.secret, scopes, address));
  const explained = await outcome(
    explainAccess(service.container, {
      caller: asAdministrator ? administrator : nosy,
      project: place.id,
      subject: token === undefined ? { userId: bearer.id } : { tokenId: bearer.id },
      scopes,
      address,
    }),
  );
  if (endpoint.kind === "ungrammatical") {
    counts.ungrammatical += 1;
    expect(explained).toEqual(endpoint);
    return;
  }
  if (explained.kind !== "answer") throw new Error(`not explained: ${JSON.stringify(explained)}`);
  compare(
    endpoint.kind === "answer" ? endpoint.answer.access : undefined,
    explained.answer,
    ({ type, name }) =>
      asAdministrator || (type === "repository" && (name === place.path || name.startsWith(`${place.path}/`))),
  );
}

it("explains exactly what the token endpoint grants, whatever rights there are and whoever asks", {
  timeout: 240_000 * FUZZ_FACTOR,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      world,
      fc.array(question, { minLength: QUESTIONS, maxLength: QUESTIONS }),
      async (state, asked) => {
        await arrange(state);
        await Promise.all(asked.map((each) => ask(each, state)));
      },
    ),
    { numRuns: RUNS, seed: FUZZ_SEED, endOnFailure: true },
  );
  // Not by never granting, or never refusing.
  for (const count of Object.values(counts)) expect(count, JSON.stringify(counts)).toBeGreaterThan(RUNS);
});
