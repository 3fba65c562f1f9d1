/**
 * The stage for tests of real registry clients: Keyside, a real registry that trusts it, projects, and a secret for
 * each way to be trusted. Knows no client. Everything of it is gone after `close`.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CommandResult, runCommand } from "../../src/local-registry/run-command.ts";
import { startLocalRegistry } from "../../src/local-registry/start-local-registry.ts";
import { FakeClock } from "./clock.ts";
import { freePort } from "./free-port.ts";
import { startTestService } from "./service.ts";
import { recordTokenRequests, type TokenRequest } from "./token-recorder.ts";
import {
  createGroup,
  createPersonalAccessToken,
  createProject,
  createProjectAccessToken,
  enableProjectAccessTokens,
} from "./world.ts";

const COMMAND_LIMIT = 60_000;
const PROJECTS = ["closed", "open", "foreign"] as const;

/** `closed` and `foreign` are private, `open` is public. */
export type StageProject = (typeof PROJECTS)[number];

/** A user name and a secret, as a client takes them. */
export interface ClientCredentials {
  readonly username: string;
  readonly password: string;
}

export interface ClientStage {
  /** `localhost:port` of the registry, which speaks plain HTTP. */
  readonly registry: string;
  /**
   * `full`, `reader` and `writer` are project access tokens of `closed` with all or one of the registry's scopes,
   * `ruled` one with all of them that its rules limit to pull and push on `web`, and to pull on `services/**`;
   * `openWriter` of `open`; `foreigner` has them all in `foreign`. `administrator` is a personal token that reads;
   * `impostor` a wrong password.
   */
  readonly as: Readonly<
    Record<
      "full" | "reader" | "writer" | "ruled" | "openWriter" | "foreigner" | "administrator" | "impostor",
      ClientCredentials
    >
  >;
  /** A directory for the client's own files. */
  readonly directory: string;
  /** The name of a repository below a project which nobody has used yet, without the registry's. */
  repository(project: StageProject): string;
  /** The same with the registry and a tag, as a client takes it. */
  image(project: StageProject): string;
  /** Runs a client to its end, in an environment that is empty but for the PATH and what is given. */
  run(command: string, args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<CommandResult>;
  /** What came to the token endpoint since the last call. */
  takeTokenRequests(): TokenRequest[];
  close(): Promise<void>;
}

/** `want` starts with "needs a registry", as that of a `Requirement` does. */
export interface LackingStage {
  readonly want: string;
}

/** Opens a stage of its own for the caller, or says what this machine lacks for one. */
export async function openClientStage(): Promise<ClientStage | LackingStage> {
  const opened = new AsyncDisposableStack();
  try {
    const stage = await setStage(opened);
    if ("want" in stage) await opened.disposeAsync();
    return stage;
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

async function setStage(opened: AsyncDisposableStack): Promise<ClientStage | LackingStage> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "keyside-clients-")));
  opened.defer(() => rm(directory, { recursive: true, force: true }));
  const clock = new FakeClock(new Date());
  const service = await startTestService({ clock });
  opened.defer(() => service.stop());
  const recorder = await recordTokenRequests(`${service.url}/jwt/auth`);
  opened.defer(() => recorder.close());
  const { service: name, issuer } = service.container.config.registry;
  const registry = await startLocalRegistry({
    dataDir: join(directory, "registry"),
    host: "localhost",
    port: await freePort(),
    realm: recorder.realm,
    service: name,
    issuer,
    rootCertBundle: join(service.container.config.certsDir, "ca.crt"),
    environment: process.env,
    report: () => undefined,
  });
  if (registry.kind === "none") return { want: `needs a registry: ${registry.reason}` };
  opened.defer(() => registry.stop());

  await enableProjectAccessTokens(service);
  const group = await createGroup(service, "stage");
  for (const path of PROJECTS) {
    await createProject(service, group, path, { visibility: path === "open" ? "public" : "private" });
  }
  const tokenOf = async (project: StageProject, ...scopes: string[]): Promise<ClientCredentials> =>
    (await createProjectAccessToken(service, `stage/${project}`, { scopes })).credentials;
  const everything = ["read_registry", "write_registry", "delete_registry"];
  const { id } = (await service.root.get("/user")).body;
  const personal = await createPersonalAccessToken(service, id, ["read_registry"]);
  const repository_rules = [
    { repositories: ["web"], actions: ["pull", "push"] },
    { repositories: ["services/**"], actions: ["pull"] },
  ];
  const ruled = await createProjectAccessToken(service, "stage/closed", { scopes: everything, repository_rules });
  const as = {
    full: await tokenOf("closed", ...everything),
    reader: await tokenOf("closed", "read_registry"),
    writer: await tokenOf("closed", "write_registry"),
    ruled: ruled.credentials,
    openWriter: await tokenOf("open", "write_registry"),
    foreigner: await tokenOf("foreign", ...everything),
    administrator: { username: "root", password: personal },
    impostor: { username: "root", password: "not the password" },
  };

  const repository = (project: StageProject) => `stage/${project}/${randomBytes(6).toString("hex")}`;
  return {
    registry: registry.address,
    as,
    directory,
    repository,
    image: (project) => `${registry.address}/${repository(project)}:v1`,
    run(command, args, environment = {}) {
      // The registry goes by the machine's clock, and refuses tokens of another time.
      clock.set(new Date());
      const ours = { PATH: process.env["PATH"], HOME: directory, TMPDIR: directory, ...environment };
      return runCommand(command, args, { environment: ours, timeoutMs: COMMAND_LIMIT, directory });
    },
    takeTokenRequests: recorder.take,
    close: () => opened.disposeAsync(),
  };
}
