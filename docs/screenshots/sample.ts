/** What the pages on the screenshots are about: some people, their projects, and the life of their tokens, as it comes about. */
import {
  addGroupMember,
  addProjectMember,
  createGroup,
  createProject,
  createProjectAccessToken,
  createUserWithPassword,
  enableProjectAccessTokens,
  type ProjectAccessToken,
  type UserWithPassword,
} from "../../test/support/world.ts";
import { pullsFrom, pushesFrom, reportUses, signIn, signInToRegistry } from "./sample-clients.ts";
import type { SampleService } from "./sample-service.ts";

/** When the sample begins, and when it is looked at. */
export const BEGINNING = "2026-02-02T09:00:00Z";
const NOW = "2026-11-30T12:00:00Z";

/** The projects of the group `team`, with their visibilities. */
const PROJECTS = { app: "private", charts: "internal", website: "public" };

const [REPORTER, DEVELOPER, MAINTAINER, OWNER] = [20, 30, 40, 50];

const BROWSERS = [
  "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
];

/** How often ci-push was used on the days before {@link NOW}: not at weekends. */
const USES = [4, 9, 3, 7, 0, 0, 12, 7, 9, 14, 2, 0, 0, 8, 11, 6, 5, 9, 0, 0, 13, 16, 9, 4, 7, 0, 0, 9, 12];

/** Makes all of it, and answers who can sign in besides root. */
export async function makeSample(service: SampleService): Promise<{ readonly mira: UserWithPassword }> {
  const mira = await createUserWithPassword(service, "mira");
  const jonas = await createUserWithPassword(service, "jonas");
  await service.root.put(`/users/${mira.id}`, { name: "Mira Lund" });
  await service.root.put(`/users/${jonas.id}`, { name: "Jonas Weber" });
  const team = await createGroup(service, "team");
  await addGroupMember(service, team, mira.id, OWNER);
  await enableProjectAccessTokens(service);
  const projects = new Map<string, number>();
  for (const [path, visibility] of Object.entries(PROJECTS)) {
    const project = await createProject(service, team, path, { name: path, visibility });
    await addProjectMember(service, project, jonas.id, MAINTAINER);
    projects.set(path, project);
  }
  await liveThrough(service, { project: projects.get("app") ?? 0, mira, jonas });
  await service.passTo(NOW);
  for (const browser of BROWSERS) await signIn(service.url, mira, browser);
  await signInToRegistry(service.url, mira);
  return { mira };
}

/** The tokens of `team/app`, from the oldest to the newest. */
async function liveThrough(
  service: SampleService,
  { project, mira, jonas }: { project: number; mira: UserWithPassword; jonas: UserWithPassword },
): Promise<void> {
  const make = (by: UserWithPassword, name: string, access_level: number, scopes: string[], more: object = {}) =>
    createProjectAccessToken(service, project, { by, name, access_level, scopes, ...more });
  const write = ["read_registry", "write_registry"];
  const jenkins = await make(jonas, "old-jenkins", MAINTAINER, [...write, "api"], { expires_at: "2027-02-01" });
  await service.passTo("2026-04-30T08:12:00Z");
  await pushesFrom(service.url, jenkins, "10.4.0.8");
  await service.passTo("2026-06-11T10:00:00Z");
  const release = await make(mira, "release-bot", MAINTAINER, [...write, "delete_registry"], {
    expires_at: "2027-06-11",
    description: "Tags what is released",
  });
  await service.passTo("2026-08-28T10:00:00Z");
  const description = "GitHub Actions, main branch";
  const ci = await make(mira, "ci-push", DEVELOPER, write, { expires_at: "2026-12-03", description });
  await make(jonas, "load-test", REPORTER, ["read_registry"], { expires_at: "2026-10-01" });
  await service.passTo("2026-09-03T10:00:00Z");
  const cluster = { expires_at: "2027-09-03", description: "Pull secret of the eu-1 cluster" };
  const k8s = await make(jonas, "k8s-eu", REPORTER, ["read_registry"], cluster);
  const laptop = await make(jonas, "laptop", DEVELOPER, write);
  await service.root.delete(`/projects/${project}/access_tokens/${laptop.id}`);
  await useDaily(service, ci, k8s);
  await pushesFrom(service.url, release, "10.4.2.30");
  await reportUses(service, release, "push", 1, "1.8.0", "2026-11-29T16:00:00Z");
  await service.passTo("2026-11-30T11:58:00Z");
  await pushesFrom(service.url, ci, "10.4.2.17");
  await reportUses(service, ci, "push", 1, "1.8.2", "2026-11-30T11:58:00Z");
  const hosts = { expires_at: "2027-02-28", description: "Pulls on the production hosts" };
  await make(mira, "deploy-prod", REPORTER, ["read_registry"], hosts);
}

async function useDaily(service: SampleService, ci: ProjectAccessToken, k8s: ProjectAccessToken): Promise<void> {
  for (const [place, uses] of USES.entries()) {
    const moment = new Date(Date.parse("2026-11-01T16:00:00Z") + place * 86_400_000).toISOString();
    await service.passTo(moment);
    await pullsFrom(service.url, k8s, "10.9.0.4");
    await reportUses(service, ci, "push", uses, "1.8.1", moment);
    await reportUses(service, k8s, "pull", 1 + (place % 3), "1.8.1", moment);
  }
}
