/** A service with somebody in each role, for tests of the pages: members of the private project `team/app`, and those who are none. */

import { startTestService, type TestService, type TestServiceOptions } from "./service.ts";
import { StubRegistry } from "./stub-registry.ts";
import { WebClient } from "./web-client.ts";
import {
  addProjectMember,
  createGroup,
  createOwnProject,
  createProject,
  createUserWithPassword,
  enableProjectAccessTokens,
  type UserWithPassword,
} from "./world.ts";

/** Everybody who may come to a page. @see docs/spec/web.md "Tests must show" */
export const ROLES = [
  "anonymous",
  "guest",
  "reporter",
  "developer",
  "maintainer",
  "outsider",
  "administrator",
  "blocked",
] as const;
/** Somebody who comes to a page. */
export type Role = (typeof ROLES)[number];
/** Somebody who has an account. */
export type Person = Exclude<Role, "anonymous">;

const LEVELS = { guest: 10, reporter: 20, developer: 30, maintainer: 40 } as const;

/** The service, who is there, and how they come to its pages. */
export interface WebStage {
  readonly service: TestService;
  /** `team/app`, which is private; its members have project access tokens turned on. */
  readonly project: { readonly id: number; readonly path: string };
  /** Their usernames are the names of their roles. */
  readonly people: Readonly<Record<Person, UserWithPassword>>;
  /** What its pages of images ask, unless the service is told of another registry. */
  readonly registry: StubRegistry;
  /** A browser of theirs: signed in, each time anew; the blocked one was signed in when they were blocked. */
  clientOf(role: Role): Promise<WebClient>;
  /** What is in the database, but for what is kept of the registry's answers, in a form that is equal for equal contents. */
  contents(): Promise<unknown>;
  /** The id of the row that was added to a table last. */
  lastId(table: "web_sessions" | "refresh_tokens" | "access_tokens" | "users"): Promise<number>;
}

/** Starts a service, with somebody in each role. `service.stop()` ends it. */
export async function startWebStage(options: TestServiceOptions = {}): Promise<WebStage> {
  const registry = await StubRegistry.start();
  const { REGISTRY_URL: other = registry.url } = options.environment ?? {};
  const environment = { REGISTRY_INTERNAL_URL: other, ...options.environment };
  const started = await startTestService({ ...options, environment });
  const service = {
    ...started,
    async stop() {
      await registry.stop();
      await started.stop();
    },
  };
  await enableProjectAccessTokens(service);
  const project = { id: await createProject(service, await createGroup(service, "team"), "app"), path: "team/app" };
  const person = (name: Person) => createUserWithPassword(service, name, { admin: name === "administrator" });
  const people = {
    guest: await person("guest"),
    reporter: await person("reporter"),
    developer: await person("developer"),
    maintainer: await person("maintainer"),
    outsider: await person("outsider"),
    administrator: await person("administrator"),
    blocked: await person("blocked"),
  };
  for (const [name, level] of Object.entries(LEVELS) as [keyof typeof LEVELS, number][])
    await addProjectMember(service, project.id, people[name].id, level);
  await createOwnProject(people.outsider, "own");
  const blocked = await new WebClient(service.url).signIn(people.blocked);
  await service.root.post(`/users/${people.blocked.id}/block`);
  const database = service.container.database;
  return {
    service,
    project,
    people,
    registry,
    async clientOf(role) {
      if (role === "blocked") return blocked.copy();
      const client = new WebClient(service.url);
      return role === "anonymous" ? client : await client.signIn(people[role]);
    },
    async contents() {
      const tables = await database
        .em()
        .execute<{ name: string }[]>(
          "select table_name as name from information_schema.tables where table_schema = 'public' and table_name <> 'image_manifests' order by 1",
        );
      const parts = tables.map(
        ({ name }) =>
          `select '${name}' as name, md5(string_agg(t::text, ',' order by t::text)) as rows from "${name}" t`,
      );
      return await database.em().execute(parts.join(" union all "));
    },
    async lastId(table) {
      const [row] = await database.em().execute<{ id: number }[]>(`select max(id) as id from ${table}`);
      if (row === undefined) throw new Error(`${table} is empty`);
      return row.id;
    },
  };
}
