/** The real docker command with a login store of its own, and images that only one test knows. */
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type CommandEnd, runToEnd } from "./running-command.ts";
import { scratchDirectory } from "./scratch-directory.ts";

/** A person at a terminal: what they log in to, others do not see. */
export class DockerCommand {
  readonly environment: Readonly<Record<string, string | undefined>>;

  readonly #configDirectory: string;

  private constructor(configDirectory: string) {
    this.#configDirectory = configDirectory;
    this.environment = { ...process.env, DOCKER_CONFIG: configDirectory };
  }

  /** For the running test. */
  static async create(): Promise<DockerCommand> {
    return new DockerCommand(await scratchDirectory());
  }

  run(...args: string[]): Promise<CommandEnd> {
    return runToEnd(["docker", ...args], { environment: this.environment });
  }

  /** Logs in by standard input, as people should. */
  login(registry: string, { username, password }: { username: string; password: string }): Promise<CommandEnd> {
    const args = ["docker", "login", registry, "--username", username, "--password-stdin"];
    return runToEnd(args, { environment: this.environment, input: password });
  }

  /** Puts credentials where a login would, unchecked. */
  async remember(registry: string, { username, password }: { username: string; password: string }): Promise<void> {
    const auth = Buffer.from(`${username}:${password}`).toString("base64");
    const content = JSON.stringify({ auths: { [registry]: { auth } } });
    await writeFile(join(this.#configDirectory, "config.json"), content);
  }

  /** Pushes a new image of one random layer under a name; the local copy is kept until the test is over. */
  async pushNew(name: string): Promise<CommandEnd> {
    await this.makeImage(name);
    return this.run("push", name);
  }

  /** Makes an image of one random layer under a name. @throws Error when the engine does not take it */
  async makeImage(name: string): Promise<void> {
    const layer = await tarOfOneFile();
    const { code, stderr } = await runToEnd(["docker", "import", "-", name], {
      environment: this.environment,
      input: layer,
    });
    if (code !== 0) throw new Error(`docker import: ${stderr}`);
    this.removeAfterwards(name);
  }

  /** Gives an image another name. @throws Error when there is no such image */
  async tag(image: string, name: string): Promise<void> {
    const { code, stderr } = await this.run("tag", image, name);
    if (code !== 0) throw new Error(`docker tag: ${stderr}`);
    this.removeAfterwards(name);
  }

  /** Forgets the local copy, so that a pull has to fetch all of it, and pulls. */
  async pullAnew(name: string): Promise<CommandEnd> {
    await this.run("image", "rm", "--force", name);
    this.removeAfterwards(name);
    return this.run("pull", name);
  }

  /** Removes the local copy of an image when the test is over. */
  removeAfterwards(name: string): void {
    onTestFinished(async () => void (await runToEnd(["docker", "image", "rm", "--force", name])));
  }
}

async function tarOfOneFile(): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), "keyside-image-"));
  try {
    await writeFile(join(directory, randomUUID()), randomBytes(10_000));
    const archive = `${directory}.tar`;
    await runToEnd(["tar", "--create", "--file", archive, "--directory", directory, "."]);
    const content = await readFile(archive);
    await rm(archive);
    return content;
  } finally {
    await rm(directory, { recursive: true });
  }
}
