import { describe, expect, it, onTestFinished } from "vitest";
import { startPostgresServer } from "../../support/postgresql-setup.ts";
import { event } from "../../support/registry-event.ts";
import { ROOT_PASSWORD, startTestService } from "../../support/service.ts";
import {
  createGroup,
  createPersonalAccessToken,
  createProject,
  createProjectAccessToken,
  enableProjectAccessTokens,
} from "../../support/world.ts";

const NOTIFICATION_SECRET = "Bearer of-the-registry";

/** As many clients of each kind at once, each of which goes on until it was refused this often. */
const CLIENTS = 4;
const REFUSALS = 3;

/** Each signal has a server of its own, started on a machine that may be busy. */
const PATIENCE_MS = 120_000;

interface Answer {
  readonly what: string;
  readonly status: number;
  readonly retryAfter: string | null;
  readonly text: string;
}

const basic = (username: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
});

/** A service on a PostgreSQL server of its own, and one request for each door, as a function of a number of its own. */
async function startOnOwnServer() {
  const reasons: string[] = [];
  const server = await startPostgresServer(reasons);
  if (server === undefined) throw new Error(reasons.join("; "));
  onTestFinished(() => server.stop());
  const service = await startTestService({
    environment: { REGISTRY_NOTIFICATION_SECRET: NOTIFICATION_SECRET, KEYSIDE_DATABASE_TIMEOUT: "5" },
    database: { location: { url: server.url }, remove: () => Promise.resolve() },
  });
  onTestFinished(() => service.stop());
  await enableProjectAccessTokens(service);
  const team = await createGroup(service, "team");
  const token = await createProjectAccessToken(service, await createProject(service, team, "app"), {
    scopes: ["api", "read_registry"],
  });
  const personal = await createPersonalAccessToken(service, (await service.root.get("/user")).body.id, ["api"]);
  const realm = "/jwt/auth?service=container_registry&scope=repository:team/app:pull";
  const json = { "PRIVATE-TOKEN": token.secret, "content-type": "application/json" };
  const requests: Readonly<Record<string, (number: number) => readonly [string, RequestInit]>> = {
    "a token by an access token": () => [realm, { headers: basic("any", token.secret) }],
    "a token by a password": () => [realm, { headers: basic("root", ROOT_PASSWORD) }],
    "a wrong password": (number) => [realm, { headers: basic("root", `wrong ${number % 5}`) }],
    "a read of the API": () => ["/api/v4/projects/team%2Fapp/members", { headers: json }],
    "a write of the API": (number) => [
      "/api/v4/projects/team%2Fapp/access_tokens",
      {
        method: "POST",
        headers: { ...json, "PRIVATE-TOKEN": personal },
        body: JSON.stringify({ name: `robot ${number}`, scopes: ["api"] }),
      },
    ],
    "a report of a registry": (number) => [
      "/registry/notifications",
      {
        method: "POST",
        headers: { authorization: NOTIFICATION_SECRET },
        body: JSON.stringify({ events: [event({ id: `event ${number}` })] }),
      },
    ],
    readiness: () => ["/-/readiness", {}],
  };
  return { server, service, requests };
}

describe.each(["SIGQUIT", "SIGINT", "SIGKILL"])("PostgreSQL that ends by %s under load", (signal) => {
  it(
    "makes every answer that is no success a 503 that says when to come back",
    async () => {
      const { server, service, requests } = await startOnOwnServer();
      const answers: Answer[] = [];
      let number = 0;
      const ask = async (what: string): Promise<Answer> => {
        number += 1;
        const [path, init] = requests[what]?.(number) ?? ["/", {}];
        const response = await fetch(service.url + path, init);
        const retryAfter = response.headers.get("retry-after");
        const answer = { what, status: response.status, retryAfter, text: await response.text() };
        answers.push(answer);
        return answer;
      };
      const clients = Object.keys(requests).flatMap((what) => Array.from({ length: CLIENTS }, () => what));
      // Every client has had an answer before the server goes.
      await Promise.all(clients.map(ask));
      expect(answers.filter(({ status }) => status === 503)).toEqual([]);
      const refused = clients.map(async (what) => {
        for (let refusals = 0; refusals < REFUSALS; ) if ((await ask(what)).status >= 500) refusals += 1;
      });
      await server.signal(signal as NodeJS.Signals);
      await Promise.all(refused);

      const isFine = ({ status, retryAfter }: Answer) =>
        status === 503 ? Number(retryAfter) > 0 : status < 300 || status === 401;
      expect(answers.filter((answer) => !isFine(answer))).toEqual([]);
      expect(new Set(answers.filter(({ status }) => status === 503).map(({ what }) => what))).toEqual(
        new Set(Object.keys(requests)),
      );
    },
    PATIENCE_MS,
  );
});
