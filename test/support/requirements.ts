/**
 * What a test may need from the machine, and the sentence that says what is wanting where it is not there.
 *
 * Use: `const docker = await findDocker();` then `it("...", ({ skip }) => { skip(!docker.found, docker.want); ... })`.
 * The reason is listed at the end of the run, see closing-reporter.ts.
 */
import { execFile } from "node:child_process";
import { access, constants, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

/** Whether something is there, and what a person must do where it is not; `want` starts with "needs NAME: ". */
export type Requirement = { readonly found: boolean; readonly want: string };

const ENGINE_ANSWER_MS = 10_000;
const GO_DOWNLOAD_MS = 60_000;

/** Tells whether a Docker engine answers the `docker` command; one that does not within 10 s counts as absent. */
export async function findDocker(): Promise<Requirement> {
  const want = "needs docker: a Docker engine that answers `docker info` (install docker.io and start dockerd)";
  const found = await promisify(execFile)("docker", ["info", "--format", "{{.ServerVersion}}"], {
    timeout: ENGINE_ANSWER_MS,
  }).then(
    ({ stdout }) => stdout.trim() !== "",
    () => false,
  );
  return { found, want };
}

/** Tells whether a Docker engine answers that has an image, or can pull it. */
export async function findImage(image: string): Promise<Requirement> {
  const docker = await findDocker();
  if (!docker.found) return docker;
  const want = `needs ${image}: an image that the Docker engine has or can pull (.ci/stand-in-images makes one)`;
  const succeeds = (...args: string[]) =>
    promisify(execFile)("docker", args).then(
      () => true,
      () => false,
    );
  const found = (await succeeds("image", "inspect", image)) || (await succeeds("pull", "--quiet", image));
  return { found, want };
}

/** Where containerd listens: its own service's socket, then the one of dockerd's. */
const CONTAINERD_SOCKETS = ["/run/containerd/containerd.sock", "/run/docker/containerd/containerd.sock"];

/** Tells whether a containerd answers the `ctr` command, and at which socket. */
export async function findContainerd(): Promise<Requirement & { readonly address: string }> {
  const want = "needs containerd: a running one that lets this user in (start dockerd, and run the tests as root)";
  for (const address of CONTAINERD_SOCKETS) {
    const answers = await promisify(execFile)("ctr", ["--address", address, "version"], {
      timeout: ENGINE_ANSWER_MS,
    }).then(
      () => true,
      () => false,
    );
    if (answers) return { found: true, want, address };
  }
  return { found: false, want, address: "" };
}

/** Where Debian puts Chromium. */
export const CHROMIUM = "/usr/bin/chromium";

/** Tells whether Debian's Chromium is there. */
export async function findChromium(): Promise<Requirement> {
  const want = `needs chromium: Debian's, at ${CHROMIUM} (apt-get install chromium fonts-dejavu-core)`;
  return { found: await isExecutableFile(CHROMIUM), want };
}

/** Tells whether a command of that name, without a slash, is an executable file in a directory of the PATH. */
export async function findCommand(name: string): Promise<Requirement> {
  const want = `needs ${name}: the \`${name}\` command on the PATH`;
  const directories = (process.env["PATH"] ?? "").split(delimiter).filter((directory) => directory !== "");
  const checks = await Promise.all(directories.map((directory) => isExecutableFile(join(directory, name))));
  return { found: checks.includes(true), want };
}

/** Tells whether the Python is there that has the clients of Git that PyPI has. */
export async function findGitClientsPython(): Promise<Requirement> {
  const { found } = await findCommand("git-clients-python");
  const what = "a Python with the packages of test/e2e/git/python/requirements.txt, by that name on the PATH";
  return { found, want: `needs git-clients-python: ${what} (.ci/run makes one)` };
}

/** Tells whether Go is there, with the modules that a program of the tests is made of. */
export async function findGoModules(program: string): Promise<Requirement> {
  const want = `needs go: a \`go\` on the PATH, as new as ${program}/go.mod says, and its modules (go mod download)`;
  const found = await promisify(execFile)("go", ["mod", "download"], { cwd: program, timeout: GO_DOWNLOAD_MS }).then(
    () => true,
    () => false,
  );
  return { found, want };
}

/** Debian's JGit, and what it is made of. */
export const JGIT_CLASS_PATH = ["org.eclipse.jgit", "javaewah", "slf4j-api", "slf4j-nop"]
  .map((name) => `/usr/share/java/${name}.jar`)
  .join(delimiter);

/** Tells whether Debian's JGit is there, and what compiles a program that uses it. */
export async function findJGit(): Promise<Requirement> {
  const want = "needs jgit: Debian's, and a Java compiler (apt-get install libjgit-java openjdk-17-jdk-headless)";
  const { found } = await findCommand("javac");
  const jars = JGIT_CLASS_PATH.split(delimiter).map((jar) => access(jar, constants.R_OK));
  return { found: found && (await Promise.allSettled(jars)).every(({ status }) => status === "fulfilled"), want };
}

async function isExecutableFile(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
