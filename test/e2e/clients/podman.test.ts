/** podman: builds images, pushes and pulls them, with a store of its own. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { ClientCredentials, ClientStage } from "../../support/client-stage.ts";
import { containersTool, ownStore, toRegistry } from "../../support/containers-tools.ts";
import { archiveOf, writeBuildContext, writeOciLayout } from "../../support/oci-layout.ts";
import { type ClientDriver, DONE, describeClient, itAsksByGet, refused } from "./client-contract.ts";

const DENIED = /denied: requested access to the resource is denied/;
const SAYS = {
  pullRefused: DENIED,
  pushRefused: DENIED,
  pushAndPullRefused: DENIED,
  wrongPassword: /invalid username\/password: unauthorized: wrong username or password/,
};

async function prepare(stage: ClientStage) {
  const tmpdir = ["--tmpdir", join(stage.directory, "podman", "tmp")];
  const podman = await containersTool(stage, "podman", [...ownStore(stage, "podman"), ...tmpdir]);
  const load = async () => {
    const archive = await archiveOf(await writeOciLayout(stage.directory));
    const loaded = await podman("pull", "--quiet", `oci-archive:${archive}`);
    expect(loaded).toMatchObject(DONE);
    return loaded.stdout.trim();
  };
  const build = async () => {
    const name = `localhost/${randomUUID()}`;
    const context = await writeBuildContext(stage.directory);
    expect(await podman("build", "--isolation", "chroot", "--layers", "--tag", name, context)).toMatchObject(DONE);
    return name;
  };
  const push = (name: string, image: string, as: ClientCredentials | undefined) =>
    podman("push", ...toRegistry(as), name, image);
  const driver: ClientDriver = {
    push: async (image, as) => push(await load(), image, as),
    pull: (image, as) => podman("pull", ...toRegistry(as), image),
  };
  return { ...driver, podman, build, pushBuilt: push };
}

type Podman = Awaited<ReturnType<typeof prepare>>;

const cleanUp = ({ podman }: Podman) => podman("rmi", "--all", "--force");

await describeClient("podman", { prepare, says: SAYS, cleanUp }, (test) => {
  it("pushes what it built, and pushes it elsewhere by mounting its layers, asking to pull from there", async () => {
    const { stage, client } = test();
    const [source, target] = [stage.repository("closed"), stage.repository("closed")];
    const built = await client.build();
    expect(await client.pushBuilt(built, `${stage.registry}/${source}:v1`, stage.as.full)).toMatchObject(DONE);
    stage.takeTokenRequests();

    expect(await client.pushBuilt(built, `${stage.registry}/${target}:v1`, stage.as.full)).toMatchObject(DONE);
    expect(stage.takeTokenRequests().map(({ scopes }) => scopes)).toContainEqual([
      `repository:${target}:pull,push`,
      `repository:${source}:pull`,
    ]);
    expect(await client.pull(`${stage.registry}/${target}:v1`, stage.as.reader)).toMatchObject(DONE);
  });

  it("logs in without asking for a scope, and then needs no credentials to pull", async () => {
    const { stage, client } = test();
    const image = stage.image("closed");
    await client.push(image, stage.as.full);
    stage.takeTokenRequests();
    const login = ({ username, password }: ClientCredentials) =>
      client.podman("login", "--tls-verify=false", "--username", username, "--password", password, stage.registry);

    expect(await login(stage.as.impostor)).toMatchObject(refused(/invalid username\/password/));
    expect(await login(stage.as.reader)).toMatchObject({
      ok: true,
      stdout: expect.stringContaining("Login Succeeded"),
    });
    expect(stage.takeTokenRequests()).toEqual(
      [401, 200].map((status) =>
        expect.objectContaining({ method: "GET", parameters: ["account", "service"], scopes: [], status }),
      ),
    );
    expect(await client.pull(image, undefined)).toMatchObject(DONE);

    expect(await client.podman("logout", stage.registry)).toMatchObject(DONE);
    expect(await client.pull(image, undefined)).toMatchObject(refused(DENIED));
  });

  itAsksByGet(test);
});
