/** What the pages on the screenshots are about: some people, their projects, tokens and sign-ins, made as users would. */
import {
  addGroupMember,
  addProjectMember,
  createGroup,
  createProject,
  createProjectAccessToken,
  createUserWithPassword,
  enableProjectAccessTokens,
  type UserWithPassword,
  type World,
} from "../../test/support/world.ts";

/** The projects of the group `team`, with their visibilities. */
const PROJECTS = { app: "private", charts: "internal", website: "public" };

const MAINTAINER = 40;
const OWNER = 50;

/** Browsers, as they name themselves. */
const BROWSERS = [
  "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
];

/** Makes all of it, and answers who can sign in besides root. */
export async function makeSample(
  world: World & { readonly url: string },
): Promise<{ readonly mira: UserWithPassword }> {
  const mira = await createUserWithPassword(world, "mira");
  const jonas = await createUserWithPassword(world, "jonas");
  await world.root.put(`/users/${mira.id}`, { name: "Mira Lund" });
  await world.root.put(`/users/${jonas.id}`, { name: "Jonas Weber" });
  const team = await createGroup(world, "team");
  await addGroupMember(world, team, mira.id, OWNER);
  await enableProjectAccessTokens(world);
  for (const [path, visibility] of Object.entries(PROJECTS)) {
    const project = await createProject(world, team, path, { name: path, visibility });
    await addProjectMember(world, project, jonas.id, MAINTAINER);
    const pulls = { name: "deploy-prod", scopes: ["read_registry"], access_level: 20 };
    await createProjectAccessToken(world, project, {
      by: mira,
      ...pulls,
      description: "Pulls on the production hosts",
    });
    const pushes = { name: "ci-push", scopes: ["read_registry", "write_registry"], access_level: 30 };
    await createProjectAccessToken(world, project, {
      by: jonas,
      ...pushes,
      description: "GitHub Actions, main branch",
    });
  }
  for (const browser of BROWSERS) await signIn(world.url, mira, browser);
  await signInToRegistry(world.url, mira);
  return { mira };
}

async function signIn(url: string, { username, password }: UserWithPassword, browser: string): Promise<void> {
  const { status } = await fetch(`${url}/-/sign_in`, {
    method: "POST",
    headers: { "Sec-Fetch-Site": "same-origin", "User-Agent": browser },
    body: new URLSearchParams({ username, password }),
    redirect: "manual",
  });
  if (status !== 303) throw new Error(`POST /-/sign_in: ${status}`);
}

async function signInToRegistry(url: string, { username, password }: UserWithPassword): Promise<void> {
  const query = new URLSearchParams({ service: "container_registry", offline_token: "true", client_id: "docker" });
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  const { status } = await fetch(`${url}/jwt/auth?${query}`, { headers: { authorization } });
  if (status !== 200) throw new Error(`GET /jwt/auth: ${status}`);
}
