/**
 * Debian's `docker-registry` package, downloaded and unpacked in the data directory: needs no root and installs nothing.
 * Kept there for the next starts, one of which, once a day, looks for a newer one.
 */
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DAY_MS } from "../clock.ts";
import { readTextFileIfPresent } from "../files.ts";
import { distributionVersion, planBinaryRegistry } from "./binary-registry.ts";
import type { PassedOver, RegistryPlan, RegistryRequest } from "./registry-plan.ts";
import { type CommandResult, findOnPath, lastLine, runCommand } from "./run-command.ts";

const PACKAGE = "docker-registry";
const DOWNLOAD_LIMIT_MS = 180_000;

/** How long a start may be held up, in all, by looking for a newer package and unpacking it. */
const UPDATE_LIMIT_MS = 20_000;

/** Why there is no package, or none that is newer. */
type Nothing = { readonly nothing: string };

/** In the unpacked tree: the name of the archive that it is from, which holds its version. */
const ARCHIVE_NAME_FILE = "archive-name";

/** Takes the package that an earlier start unpacked, or a newer one, or downloads it; only where apt-get and dpkg-deb are. */
export async function findDebianPackage(request: RegistryRequest): Promise<RegistryPlan | PassedOver> {
  const { environment, layout, report } = request;
  for (const tool of ["apt-get", "dpkg-deb"]) {
    if ((await findOnPath(tool, environment)).length > 0) continue;
    return { passedOver: `this is not Debian or based on it (no ${tool}), so its ${PACKAGE} package cannot be had` };
  }
  const kept = await unpackedVersion(layout.debianPackage, request);
  if (kept === undefined) {
    report(`Downloading Debian's ${PACKAGE} package into ${layout.debianPackage} (nothing is installed) ...`);
    const fetched = await fetchPackage(request, { limitMs: DOWNLOAD_LIMIT_MS });
    if ("version" in fetched) return planFor(request, fetched.version, "just unpacked");
    return { passedOver: fetched.nothing };
  }
  if (!isLookUpDue(request)) return planFor(request, kept, "unpacked");
  report(`Looking for a newer ${PACKAGE} package than the one in ${layout.debianPackage} ...`);
  const olderArchive = readTextFileIfPresent(join(layout.debianPackage, ARCHIVE_NAME_FILE))?.trim();
  await noteLookUp(request);
  const fetched = await fetchPackage(request, { limitMs: UPDATE_LIMIT_MS, olderArchive });
  if ("version" in fetched) return planFor(request, fetched.version, "just unpacked");
  report(`Going on with that one: ${fetched.nothing}.`);
  return planFor(request, kept, "unpacked");
}

function planFor(request: RegistryRequest, version: string, how: string): RegistryPlan {
  const directory = request.layout.debianPackage;
  const reason = `Debian's ${PACKAGE} package (distribution ${version}), ${how} in ${directory}`;
  return planBinaryRegistry(binaryIn(directory), reason, request);
}

const binaryIn = (tree: string) => join(tree, "usr/bin", PACKAGE);

/** The version of the registry in an unpacked tree; undefined where there is none that runs. */
function unpackedVersion(tree: string, { environment }: RegistryRequest): Promise<string | undefined> {
  return distributionVersion(binaryIn(tree), environment);
}

function isLookUpDue({ layout, clock }: RegistryRequest): boolean {
  const last = Date.parse(readTextFileIfPresent(layout.debianPackageLookUp)?.trim() ?? "");
  const ageMs = clock.now().getTime() - last;
  // A moment that cannot be read, or that lies in the future, is none.
  return !(ageMs >= 0 && ageMs < DAY_MS);
}

/** Found or not: a machine without a network is not held up at every start. */
async function noteLookUp({ layout, clock }: RegistryRequest): Promise<void> {
  await writeFile(layout.debianPackageLookUp, `${clock.now().toISOString()}\n`);
}

/**
 * Downloads the package and unpacks it beside the final place; the tree takes that place once its registry has run: an
 * interrupted download is never taken for a whole package, and a broken one replaces none.
 *
 * @param olderArchive the archive's name of the package that is there; only a newer one is downloaded
 * @returns the version of the registry that is now in place, or why there is nothing new
 */
async function fetchPackage(
  request: RegistryRequest,
  { limitMs, olderArchive }: { limitMs: number; olderArchive?: string | undefined },
): Promise<{ readonly version: string } | Nothing> {
  const { environment, layout } = request;
  const work = `${layout.debianPackage}.part`;
  const tree = join(work, "tree");
  const untilMs = performance.now() + limitMs;
  await rm(work, { recursive: true, force: true });
  try {
    for (const directory of ["lists/partial", "cache/archives/partial", "tree"]) {
      await mkdir(join(work, directory), { recursive: true });
    }
    const run = (file: string, ...args: string[]) => {
      const timeoutMs = Math.max(1, Math.round(untilMs - performance.now()));
      return runCommand(file, args, { environment: { ...environment, LC_ALL: "C" }, timeoutMs, directory: work });
    };
    const apt = (...args: string[]) => run("apt-get", ...aptSettings(work), ...args);

    // One unreachable source among several makes the update fail, though the package may come from another one.
    const update = await apt("update");
    const explained = ({ output }: CommandResult) => (update.ok ? output : `${update.output}\n${output}`);
    if (olderArchive !== undefined) {
      const candidate = await apt("download", "--print-uris", PACKAGE);
      const name = archiveName(candidate.stdout);
      if (!candidate.ok || name === undefined) return failure("look-up", explained(candidate));
      // An unreachable source may leave nothing but an older package to choose.
      const versions = [versionIn(name), "gt", versionIn(olderArchive)];
      if (!(await run("dpkg", "--compare-versions", ...versions)).ok) return { nothing: "none is newer" };
    }
    const download = await apt("download", PACKAGE);
    if (!download.ok) return failure("download", explained(download));

    const archive = (await readdir(work)).find((name) => name.endsWith(".deb"));
    if (archive === undefined) return failure("download", download.output);
    const unpacked = await run("dpkg-deb", "--extract", archive, tree);
    if (!unpacked.ok) return failure("unpacking", unpacked.output);

    const version = await unpackedVersion(tree, request);
    if (version === undefined) return { nothing: `the ${PACKAGE} package of this Debian does not run here` };
    await writeFile(join(tree, ARCHIVE_NAME_FILE), `${archive}\n`);
    await rm(layout.debianPackage, { recursive: true, force: true });
    await rename(tree, layout.debianPackage);
    await noteLookUp(request);
    return { version };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The name in a line of `--print-uris`: `'http://...' docker-registry_2.8.2+ds1-1_amd64.deb 4012345 SHA256:...`. */
function archiveName(output: string): string | undefined {
  return /^'[^']*' (\S+\.deb) /m.exec(output)?.[1];
}

/** The version in an archive's name, where a colon is written `%3a`. */
function versionIn(archive: string): string {
  return decodeURIComponent(archive.split("_")[1] ?? "");
}

function failure(step: string, output: string): Nothing {
  return { nothing: `the ${step} of Debian's ${PACKAGE} package failed: ${lastLine(output)}` };
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
