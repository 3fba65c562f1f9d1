/** The API beside the token endpoint: what people and pipelines wait for. */
import pg from "pg";
import { casesOf, type Question } from "./cases.ts";
import { measure } from "./measure.ts";
import type { Row } from "./report.ts";
import { apiRequest } from "./requests.ts";
import { LISTED_PROJECT, OPEN_PROJECT } from "./seed.ts";
import { operatorSecret, startKeyside } from "./service.ts";
import { type Setting, withServers } from "./setting.ts";

const MEASURING = { rounds: 3, roundMs: 800, warmUpMs: 400 };
const REVOKING = { rounds: 1, roundMs: 5000, warmUpMs: 0 };

/** Measures lists, creations and revocations of tokens; a row for each. */
export function measureApi({ client, postgresql, say }: Setting): Promise<Row[]> {
  const { environment, databasePid } = postgresql;
  say("the API");
  return withServers(async (started) => {
    const server = await started(startKeyside(environment));
    const secret = await operatorSecret(environment);
    const run = async (questions: readonly Question[], how: typeof MEASURING) => {
      const cases = casesOf("API", server, questions, databasePid);
      return [...(await measure(client, cases, how))].map(([{ name }, measured]) => ({ name, ...measured }));
    };
    const rows = await run([listing(secret), creating(secret)], MEASURING);
    const ids = await createdIds(environment["DATABASE_URL"]);
    return [...rows, ...(await run([revoking(secret, ids)], REVOKING))];
  });
}

const tokensOf = ({ id }: { id: number }) => `/projects/${id}/access_tokens`;

function listing(secret: string): Question {
  const request = apiRequest(secret, "GET", `${tokensOf(LISTED_PROJECT)}?per_page=20`);
  return { what: "a page of 20 of 500 tokens", requests: [request], statuses: [200] };
}

function creating(secret: string): Question {
  const request = apiRequest(secret, "POST", tokensOf(OPEN_PROJECT), { name: "bench", scopes: ["read_registry"] });
  return { what: "create a token", requests: [request], statuses: [201] };
}

function revoking(secret: string, ids: readonly number[]): Question {
  const requests = ids.map((id) => apiRequest(secret, "DELETE", `${tokensOf(OPEN_PROJECT)}/${id}`));
  return { what: "revoke a token", requests, statuses: [204], once: true };
}

/** The tokens that were created in the rounds before. */
async function createdIds(url: string | undefined): Promise<number[]> {
  const database = new pg.Client({ connectionString: url });
  await database.connect();
  try {
    const { rows } = await database.query<{ id: number }>(
      "select id from access_tokens where project_id = $1 and revoked_at is null",
      [OPEN_PROJECT.id],
    );
    return rows.map(({ id }) => id);
  } finally {
    await database.end();
  }
}
