/** The local Docker engine: whether one answers, and whether containers on it could serve this machine. */
import type { PassedOver } from "./registry-plan.ts";
import { type Environment, findOnPath, lastLine, runCommand } from "./run-command.ts";

/** How long the engine may take over a question about what is there. */
export const ENGINE_LIMIT_MS = 10_000;

/** The engine that the docker command reaches. `sharesOurHost`: its host network is ours, and so are its user ids. */
export interface DockerEngine {
  readonly version: string;
  readonly sharesOurHost: boolean;
}

/** The engine, if one answers and runs on this machine: one elsewhere could not serve our localhost, nor see our files. */
export async function findLocalEngine(environment: Environment): Promise<DockerEngine | PassedOver> {
  const docker = (...args: string[]) => runCommand("docker", args, { environment, timeoutMs: ENGINE_LIMIT_MS });

  if ((await findOnPath("docker", environment)).length === 0) return { passedOver: "no docker command on the PATH" };
  const context = await docker("context", "inspect", "--format", "{{.Endpoints.docker.Host}}");
  if (!context.ok) return { passedOver: `the docker command fails: ${lastLine(context.output)}` };
  const endpoint = context.stdout.trim();
  if (!isLocalEndpoint(endpoint)) {
    return {
      passedOver: `the Docker engine at ${endpoint} is on another machine, so it cannot serve this one's localhost`,
    };
  }
  const format = "{{json .ServerVersion}}\n{{json .OperatingSystem}}\n{{json .SecurityOptions}}";
  const info = await docker("info", "--format", format);
  const [version, system, security] = info.stdout.split("\n");
  if (!info.ok || !version || version === '""') {
    return { passedOver: `no Docker engine answers at ${endpoint}: ${lastLine(info.output)}` };
  }
  const isolated = /Docker Desktop/.test(system ?? "") || /name=(?:rootless|userns)/.test(security ?? "");
  return { version: version.replaceAll('"', ""), sharesOurHost: process.platform === "linux" && !isolated };
}

function isLocalEndpoint(endpoint: string): boolean {
  if (/^(?:unix|npipe):/.test(endpoint)) return true;
  return URL.canParse(endpoint) && /^tcp:\/\/(?:localhost|127\.[\d.]+|\[::1\])(?::|\/|$)/.test(endpoint);
}
