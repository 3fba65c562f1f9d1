/**
 * Debian's `docker-registry` package, downloaded and unpacked in the data directory: needs no root and installs nothing.
 * Kept there for the next start.
 */
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { distributionVersion, planBinaryRegistry } from "./binary-registry.ts";
import type { PassedOver, RegistryPlan, RegistryRequest } from "./registry-plan.ts";
import { findOnPath, lastLine, runCommand } from "./run-command.ts";

const PACKAGE = "docker-registry";
const DOWNLOAD_LIMIT_MS = 180_000;

/** Takes the package that an earlier start unpacked, or downloads it; only where apt-get and dpkg-deb are. */
export async function findDebianPackage(request: RegistryRequest): Promise<RegistryPlan | PassedOver> {
  const { environment, layout, report } = request;
  for (const tool of ["apt-get", "dpkg-deb"]) {
    if ((await findOnPath(tool, environment)).length > 0) continue;
    return { passedOver: `this is not Debian or based on it (no ${tool}), so its ${PACKAGE} package cannot be had` };
  }
  const binary = join(layout.debianPackage, "usr/bin", PACKAGE);
  const kept = await distributionVersion(binary, environment);
  if (kept !== undefined) return planBinaryRegistry(binary, reasonFor(kept, "unpacked", layout.debianPackage), request);

  report(`Downloading Debian's ${PACKAGE} package into ${layout.debianPackage} (nothing is installed) ...`);
  const problem = await downloadAndUnpack(request);
  if (problem !== undefined) return { passedOver: problem };
  const version = await distributionVersion(binary, environment);
  if (version === undefined) return { passedOver: `the ${PACKAGE} package of this Debian does not run here` };
  return planBinaryRegistry(binary, reasonFor(version, "just unpacked", layout.debianPackage), request);
}

function reasonFor(version: string, how: string, directory: string): string {
  return `Debian's ${PACKAGE} package (distribution ${version}), ${how} in ${directory}`;
}

/**
 * Unpacks beside the final place and renames: an interrupted download is never taken for a whole package.
 *
 * @returns what went wrong, if anything
 */
async function downloadAndUnpack({ environment, layout }: RegistryRequest): Promise<string | undefined> {
  const work = `${layout.debianPackage}.part`;
  const tree = join(work, "tree");
  await rm(work, { recursive: true, force: true });
  try {
    for (const directory of ["lists/partial", "cache/archives/partial", "tree"]) {
      await mkdir(join(work, directory), { recursive: true });
    }
    const options = { environment: { ...environment, LC_ALL: "C" }, timeoutMs: DOWNLOAD_LIMIT_MS, directory: work };
    const apt = (...args: string[]) => runCommand("apt-get", [...aptSettings(work), ...args], options);

    // One unreachable source among several makes the update fail, though the package may come from another one.
    const update = await apt("update");
    const download = await apt("download", PACKAGE);
    if (!download.ok) return failure("download", update.ok ? download.output : `${update.output}\n${download.output}`);

    const archive = (await readdir(work)).find((name) => name.endsWith(".deb"));
    if (archive === undefined) return failure("download", download.output);
    const unpacked = await runCommand("dpkg-deb", ["--extract", archive, tree], options);
    if (!unpacked.ok) return failure("unpacking", unpacked.output);

    await rm(layout.debianPackage, { recursive: true, force: true });
    await rename(tree, layout.debianPackage);
    return undefined;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function failure(step: string, output: string): string {
  return `the ${step} of Debian's ${PACKAGE} package failed: ${lastLine(output)}`;
}

/** Own lists and caches, so that neither root nor an earlier `apt-get update` is needed; sources and keys are the system's. */
function aptSettings(work: string): string[] {
  const settings = {
    "Dir::State::Lists": join(work, "lists"),
    "Dir::Cache": join(work, "cache"),
    // As root, apt would download as a user of its own, who may not enter the data directory.
    "APT::Sandbox::User": "root",
    // Only the package index is wanted: no translations, no metadata for software centres.
    "Acquire::Languages": "none",
    "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
    "Acquire::http::Timeout": "15",
    "Acquire::https::Timeout": "15",
    "Acquire::Retries": "1",
  };
  return ["-qq", ...Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`])];
}
