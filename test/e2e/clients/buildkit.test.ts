/** BuildKit, which builds for `docker buildx`: pushes what it built, and pulls what a build begins with. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import type { ClientCredentials, ClientStage } from "../../support/client-stage.ts";
import { findCommand } from "../../support/requirements.ts";
import { type ClientDriver, DONE, describeClient, refused } from "./client-contract.ts";

const refusal = (action: "pull" | "push") =>
  new RegExp(`${action} access denied, repository does not exist or may require authorization: .*insufficient_scope`);
const SAYS = {
  pullRefused: refusal("pull"),
  pushRefused: refusal("push"),
  pushAndPullRefused: refusal("push"),
  wrongPassword: /failed to fetch oauth token: unauthorized: wrong username or password/,
};

async function prepare(stage: ClientStage) {
  const at = (name: string) => join(stage.directory, name);
  const address = `unix://${at("buildkitd.sock")}`;
  const settings = ["--oci-worker-snapshotter", "native", "--containerd-worker=false", "--config", at("none.toml")];
  const daemon = spawn("buildkitd", ["--addr", address, "--root", at("buildkit"), ...settings], { stdio: "ignore" });
  const buildctl = (args: readonly string[], environment = {}) =>
    stage.run("buildctl", ["--addr", address, ...args], environment);
  await vi.waitFor(async () => expect(await buildctl(["debug", "workers"])).toMatchObject(DONE), {
    timeout: 30_000,
    interval: 100,
  });

  const build = async (as: ClientCredentials | undefined, dockerfile: string, output: string) => {
    const context = await mkdtemp(at("context-"));
    await writeFile(join(context, "Dockerfile"), dockerfile);
    await writeFile(join(context, "nonce"), randomBytes(4096));
    const auth = as && Buffer.from(`${as.username}:${as.password}`).toString("base64");
    await writeFile(
      join(context, "config.json"),
      JSON.stringify(auth ? { auths: { [stage.registry]: { auth } } } : {}),
    );
    const source = ["--frontend", "dockerfile.v0", "--local", `context=${context}`, "--local", `dockerfile=${context}`];
    return await buildctl(["build", "--progress", "quiet", ...source, "--output", output], { DOCKER_CONFIG: context });
  };
  const driver: ClientDriver = {
    push: (image, as) => build(as, "FROM scratch\nCOPY nonce /\n", `type=image,name=${image},push=true`),
    pull: (image, as) => build(as, `FROM ${image}\n`, `type=tar,dest=${at(randomBytes(6).toString("hex"))}`),
  };
  return { ...driver, daemon };
}

type Buildkit = Awaited<ReturnType<typeof prepare>>;

async function cleanUp({ daemon }: Buildkit): Promise<void> {
  const ended = once(daemon, "exit");
  daemon.kill("SIGTERM");
  await ended;
}

const requires = await findCommand("buildkitd");

await describeClient("buildctl", { prepare, says: SAYS, cleanUp, requires }, (test) => {
  it("asks by the grant `password`, once for a push and once for a pull", async () => {
    const { stage, client } = test();
    const repository = stage.repository("closed");
    const image = `${stage.registry}/${repository}:v1`;
    const asked = (actions: string) =>
      expect.objectContaining({
        method: "POST",
        grant: "password",
        parameters: ["client_id", "grant_type", "password", "scope", "service", "username"],
        clientId: "buildkit-client",
        scopes: [`repository:${repository}:${actions}`],
        status: 200,
      });

    await client.push(image, stage.as.full);
    expect(stage.takeTokenRequests()).toEqual([asked("pull,push")]);
    await client.pull(image, stage.as.reader);
    expect(stage.takeTokenRequests()).toEqual([asked("pull")]);
  });

  it("tries a wrong password twice: by the grant, then by Basic", async () => {
    const { stage, client } = test();
    expect(await client.pull(stage.image("open"), stage.as.impostor)).toMatchObject(refused(SAYS.wrongPassword));
    expect(stage.takeTokenRequests()).toEqual([
      expect.objectContaining({ method: "POST", grant: "password", status: 401 }),
      expect.objectContaining({ method: "GET", credentials: "basic", status: 401 }),
    ]);
  });
});
