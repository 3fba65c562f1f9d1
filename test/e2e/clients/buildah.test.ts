/** buildah: builds an image from a file or upon another one, step by step, and pushes it. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { ClientStage } from "../../support/client-stage.ts";
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
  const buildah = await containersTool(stage, "buildah", ownStore(stage, "buildah"));
  const driver: ClientDriver = {
    async push(image, as) {
      const archive = await archiveOf(await writeOciLayout(stage.directory));
      const loaded = await buildah("pull", "--quiet", `oci-archive:${archive}`);
      expect(loaded).toMatchObject(DONE);
      return buildah("push", ...toRegistry(as), loaded.stdout.trim(), `docker://${image}`);
    },
    pull: (image, as) => buildah("pull", "--policy", "always", ...toRegistry(as), image),
  };
  return { ...driver, buildah };
}

type Buildah = Awaited<ReturnType<typeof prepare>>;

async function cleanUp({ buildah }: Buildah): Promise<void> {
  await buildah("rm", "--all");
  await buildah("rmi", "--all", "--force");
}

await describeClient("buildah", { prepare, says: SAYS, cleanUp }, (test) => {
  it("pushes what it built", async () => {
    const { stage, client } = test();
    const [name, image] = [`localhost/${randomUUID()}`, stage.image("closed")];
    const context = await writeBuildContext(stage.directory);
    expect(await client.buildah("build", "--isolation", "chroot", "--layers", "--tag", name, context)).toMatchObject(
      DONE,
    );
    const push = ["push", ...toRegistry(stage.as.full), name, `docker://${image}`];
    expect(await client.buildah(...push)).toMatchObject(DONE);
    expect(await client.pull(image, stage.as.reader)).toMatchObject(DONE);
  });

  it("commits upon a private image, and mounts that one's layers, asking to pull from there", async () => {
    const { stage, client } = test();
    const [base, target] = [stage.repository("closed"), stage.repository("closed")];
    await client.push(`${stage.registry}/${base}:v1`, stage.as.full);
    stage.takeTokenRequests();

    const container = `on-${randomUUID()}`;
    const from = ["from", "--pull-always", "--name", container];
    const image = `${stage.registry}/${base}:v1`;
    expect(await client.buildah(...from, ...toRegistry(stage.as.foreigner), image)).toMatchObject(refused(DENIED));
    expect(await client.buildah(...from, ...toRegistry(stage.as.reader), image)).toMatchObject(DONE);
    const file = join(await writeBuildContext(stage.directory), "layer-0");
    expect(await client.buildah("copy", container, file, "/more")).toMatchObject(DONE);

    const commit = ["commit", ...toRegistry(stage.as.full), container, `docker://${stage.registry}/${target}:v1`];
    expect(await client.buildah(...commit)).toMatchObject(DONE);
    expect(stage.takeTokenRequests().map(({ scopes }) => scopes)).toContainEqual([
      `repository:${target}:pull,push`,
      `repository:${base}:pull`,
    ]);
    expect(await client.pull(`${stage.registry}/${target}:v1`, stage.as.reader)).toMatchObject(DONE);
  });

  itAsksByGet(test);
});
