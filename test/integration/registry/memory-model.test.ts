import { generateKeySync } from "node:crypto";
import fc from "fast-check";
import jsonwebtoken from "jsonwebtoken";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { DAY_MS } from "../../../src/clock.ts";
import { KeysideError } from "../../../src/errors.ts";
import type { IssuingServices } from "../../../src/registry/issue-registry-token.ts";
import { RememberedTokens } from "../../../src/registry/remembered-tokens.ts";
import { FUZZ_FACTOR, FUZZ_SEED } from "../../support/fuzz.ts";
import { issueToken } from "../../support/issue-token.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import {
  addGroupMember,
  addProjectMember,
  createGroup,
  createProject,
  createProjectAccessToken,
  createUser,
  enableProjectAccessTokens,
} from "../../support/world.ts";

/** How many different questions are asked in one run: few enough to be asked again. */
const QUESTIONS = 3;

const RUNS = 12 * FUZZ_FACTOR;

let service: TestService;
let forgetful: IssuingServices;
let secrets: readonly (string | undefined)[];

beforeAll(async () => {
  service = await startTestService();
  await enableProjectAccessTokens(service);
  const team = await createGroup(service, "team");
  const app = await createProject(service, team, "app");
  const open = await createProject(service, team, "open", { visibility: "public" });
  const scopes = ["read_registry", "write_registry"];
  const bots = await Promise.all([app, open].map((project) => createProjectAccessToken(service, project, { scopes })));
  const ann = await createUser(service, "ann", { scopes });
  const ben = await createUser(service, "ben", { scopes });
  await addProjectMember(service, app, ann.id, 30);
  await addGroupMember(service, team, ben.id, 20);
  secrets = [undefined, ...bots.map(({ secret }) => secret), ann.secret, ben.secret];
  const { clock } = service;
  const rememberedTokens = new RememberedTokens({
    clock,
    reuseSeconds: 0,
    key: generateKeySync("hmac", { length: 256 }),
  });
  forgetful = { ...service.container, rememberedTokens };
});
afterAll(async () => {
  vi.restoreAllMocks();
  await service.stop();
});

/** What changes rights: statements about one row of a table, the `nth`. */
const CHANGES = [
  "update projects set visibility = 'private' where nth",
  "update projects set visibility = 'internal' where nth",
  "update projects set visibility = 'public' where nth",
  "update projects set container_registry_enabled = not container_registry_enabled where nth",
  "update members set access_level = 10 where nth",
  "update members set access_level = 20 where nth",
  "update members set access_level = 30 where nth",
  "update users set state = case state when 'active' then 'blocked' else 'active' end where nth",
  "update users set admin = not admin where nth and user_type = 'human'",
  "update access_tokens set scopes = '{read_registry}' where nth",
  "update access_tokens set scopes = '{read_registry,write_registry}' where nth",
  "update access_tokens set revoked_at = case when revoked_at is null then now() end where nth",
  "update access_tokens set expires_at = case when expires_at is null then 'SOON'::date end",
  `update access_tokens set repository_rules = '[{"repositories": [""], "actions": ["pull"]}]' where nth and project_id is not null`,
  `update access_tokens set repository_rules = '[{"repositories": ["im*"], "actions": ["pull", "push"]}]' where nth and project_id is not null`,
  "update access_tokens set repository_rules = null where nth",
  "update access_tokens set ip_allow_list = case when ip_allow_list is null then '{10.0.0.0/8}'::text[] end",
  "update access_tokens set retires_at = case when retires_at is null then 'SOON'::timestamptz end",
  "update full_paths set path = case path when 'team/app' then 'team/app2' when 'team/app2' then 'team/app' else path end",
] as const;

const SCOPES = [
  [],
  ["repository:team/app:pull"],
  ["repository:team/app:pull,push"],
  ["repository:team/app/image:*"],
  ["repository:team/open:pull", "repository:team/app:pull"],
  ["repository:team/app2:push"],
  ["registry:catalog:*"],
];

interface Question {
  readonly who: number;
  readonly scopes: number;
}

type Step =
  /** Asks the nth of a run's few questions. */
  | { readonly kind: "ask"; readonly question: number; readonly from: string }
  | { readonly kind: "change"; readonly change: number; readonly row: number }
  | { readonly kind: "wait"; readonly seconds: number }
  /** Waits for the last second of a day: dates come with the next. */
  | { readonly kind: "evening" };

function lastSecondOfDay(): number {
  return Math.ceil(service.clock.now().getTime() / DAY_MS) * DAY_MS - 1000;
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ kind: "evening" as const }) },
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant("ask" as const),
      question: fc.nat(QUESTIONS - 1),
      from: fc.constantFrom("10.0.0.1", "192.0.2.1"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("change" as const), change: fc.nat(CHANGES.length - 1), row: fc.nat(7) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), seconds: fc.constantFrom(1, 1, 9, 10) }),
  },
);

const questions = fc.array(fc.record({ who: fc.nat(4), scopes: fc.nat(SCOPES.length - 1) }), {
  minLength: QUESTIONS,
  maxLength: QUESTIONS,
});

/** Puts back what the runs before changed. */
async function restore(): Promise<void> {
  const statements = [
    "update projects set visibility = case id when (select min(id) from projects) then 'private' else 'public' end, container_registry_enabled = true",
    "update members set access_level = 30",
    "update users set state = 'active', admin = username = 'root'",
    "update access_tokens set scopes = '{read_registry,write_registry}', revoked_at = null, expires_at = null, repository_rules = null, ip_allow_list = null, retires_at = null",
    "update full_paths set path = 'team/app' where path = 'team/app2'",
  ];
  await service.container.database.transaction(async (em) => {
    for (const statement of statements) await em.execute(statement);
  });
}

/** What a caller sees of an answer, but for what makes each token its own. */
async function seen(services: IssuingServices, { who, scopes }: Question, from: string): Promise<unknown> {
  try {
    const issued = await issueToken(services, secrets[who], SCOPES[scopes] ?? [], from);
    const claims = z.record(z.string(), z.unknown()).parse(jsonwebtoken.decode(issued.token));
    return { ...claims, jti: "", iat: 0, exp: 0, nbf: 0, access: issued.access };
  } catch (error) {
    if (error instanceof KeysideError) return { code: error.code, message: error.message };
    throw error;
  }
}

async function change(text: string, row: number): Promise<void> {
  const table = /^update (\w+)/.exec(text)?.[1] ?? "";
  const soon = new Date(service.clock.now().getTime() + DAY_MS).toISOString().slice(0, 10);
  const statement = text
    .replace(
      "nth",
      `id = (select id from ${table} order by id offset ${row} % (select count(*) from ${table}) limit 1)`,
    )
    .replace("SOON", soon);
  await service.container.database.transaction((em) => em.execute(statement));
}

describe("a service that answers from memory", () => {
  it("answers as one without memory does, whatever was asked, changed and waited for before", async () => {
    const recalled = vi.spyOn(service.container.rememberedTokens, "recall");
    await fc.assert(
      fc.asyncProperty(questions, fc.array(step, { minLength: 40, maxLength: 60 }), async (asked, steps) => {
        await restore();
        for (const each of steps) {
          if (each.kind === "wait") service.clock.advance({ seconds: each.seconds });
          else if (each.kind === "evening") service.clock.set(new Date(lastSecondOfDay()));
          else if (each.kind === "change") await change(CHANGES[each.change] ?? "", each.row);
          else {
            const question = asked[each.question];
            if (question !== undefined)
              expect(await seen(service.container, question, each.from)).toEqual(
                await seen(forgetful, question, each.from),
              );
          }
        }
      }),
      { numRuns: RUNS, seed: FUZZ_SEED, endOnFailure: true },
    );
    // Not by never answering from memory.
    expect(recalled.mock.results.filter(({ value }) => value !== undefined).length).toBeGreaterThan(3 * RUNS);
  });
});
