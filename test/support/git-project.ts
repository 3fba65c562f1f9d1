/** Projects of a test service as Git's clients see them, and where their repositories lie. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { commitSomething, createRepository, gitOutput } from "./git-client.ts";
import type { TestService } from "./service.ts";
import {
  createGroup,
  createProject,
  createProjectAccessToken,
  enableProjectAccessTokens,
  type ProjectAccessToken,
} from "./world.ts";

/** A project to which nothing was pushed yet. */
export interface GitProject {
  readonly id: number;
  readonly path: string;
  /** Where its repository is, without credentials. */
  readonly url: string;
  /** The same with those of `writer`, as git takes them. */
  readonly writerUrl: string;
  /** A Maintainer's token with `write_repository`. */
  readonly writer: ProjectAccessToken;
  /** Where its repository lies, or will. */
  readonly directory: string;
  /** A work tree with one commit on `main`, of which nothing is pushed yet; its path. */
  clone(): Promise<string>;
  /** The same, pushed. */
  pushedClone(): Promise<string>;
  /** The pushes among its events, the oldest first. */
  events(): Promise<readonly PushEvent[]>;
}

/** The event of a push, as the API shows it. */
export interface PushEvent {
  readonly action_name: string;
  readonly author_id: number;
  readonly push_data: Readonly<Record<string, unknown>>;
}

/** Makes projects of a service, each with a path of its own. */
export async function gitProjects(
  service: TestService,
): Promise<(options?: { visibility?: "private" | "internal" | "public" }) => Promise<GitProject>> {
  await enableProjectAccessTokens(service);
  const group = await createGroup(service, "git");
  return async ({ visibility = "private" } = {}) => {
    // Digits alone would be an id.
    const name = `x${randomBytes(6).toString("hex")}`;
    const path = `git/${name}`;
    const id = await createProject(service, group, name, { visibility });
    const writer = await createProjectAccessToken(service, id, { scopes: ["write_repository"] });
    const url = `${service.url}/${path}.git`;
    const writerUrl = withToken(url, writer.secret);
    const clone = async () => {
      const directory = join(service.directory, "clones", randomBytes(6).toString("hex"));
      await createRepository(directory, writerUrl);
      await commitSomething(directory);
      return directory;
    };
    return {
      id,
      path,
      url,
      writerUrl,
      clone,
      async pushedClone() {
        const directory = await clone();
        await gitOutput(directory, "push", "--quiet", "origin", "main");
        return directory;
      },
      writer,
      directory: await directoryOf(service, id),
      async events() {
        const { body } = await service.root.get(`/projects/${id}/events?action=pushed&sort=asc&per_page=100`);
        return body.filter((event: Partial<PushEvent>) => event.push_data !== undefined);
      },
    };
  };
}

/** The URL with an access token in it, as git takes it. */
export function withToken(url: string, secret: string): string {
  return Object.assign(new URL(url), { username: "anybody", password: secret }).href;
}

async function directoryOf({ container }: TestService, projectId: number): Promise<string> {
  const statement = "select repository_key as key from projects where id = ?";
  const [row] = await container.database.em().execute<{ key: string }[]>(statement, [projectId]);
  if (row === undefined) throw new Error(`there is no project ${projectId}`);
  return join(container.config.git.directory, row.key.slice(0, 2), `${row.key}.git`);
}
