/** crane: reads and writes the registry by go-containerregistry, as kaniko and ko do; its logins are Docker's file. */
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { CommandResult } from "../../../src/local-registry/run-command.ts";
import type { ClientCredentials, ClientStage } from "../../support/client-stage.ts";
import { writeOciLayout } from "../../support/oci-layout.ts";
import { type ClientDriver, DONE, describeClient, refused } from "./client-contract.ts";

const UNAUTHORIZED = /UNAUTHORIZED: authentication required/;
const SAYS = {
  pullRefused: UNAUTHORIZED,
  pushRefused: UNAUTHORIZED,
  // It asks by HEAD first, and what answers that has no words.
  pushAndPullRefused: /unexpected status code 401 Unauthorized/,
  wrongPassword: /UNAUTHORIZED: wrong username or password/,
};

async function prepare(stage: ClientStage) {
  const crane = async (as: ClientCredentials | undefined, ...args: readonly string[]): Promise<CommandResult> => {
    const config = join(stage.directory, randomBytes(6).toString("hex"));
    const auth = as && Buffer.from(`${as.username}:${as.password}`).toString("base64");
    await mkdir(config);
    await writeFile(join(config, "config.json"), JSON.stringify(auth ? { auths: { [stage.registry]: { auth } } } : {}));
    return stage.run("crane", args, { DOCKER_CONFIG: config });
  };
  const driver: ClientDriver = {
    push: async (image, as) => crane(as, "push", (await writeOciLayout(stage.directory)).directory, image),
    pull: (image, as) =>
      crane(as, "pull", "--format", "oci", image, join(stage.directory, randomBytes(6).toString("hex"))),
  };
  return { ...driver, crane };
}

await describeClient("crane", { prepare, says: SAYS }, (test) => {
  it("lists tags with a token that reads, and the catalog with an administrator's alone", async () => {
    const { stage, client } = test();
    const repository = stage.repository("closed");
    await client.push(`${stage.registry}/${repository}:v1`, stage.as.full);
    const tags = await client.crane(stage.as.reader, "ls", `${stage.registry}/${repository}`);
    expect(tags.stdout.trim()).toBe("v1");
    stage.takeTokenRequests();

    const catalog = await client.crane(stage.as.administrator, "catalog", stage.registry);
    expect(catalog.stdout.split("\n")).toContain(repository);
    expect(await client.crane(stage.as.full, "catalog", stage.registry)).toMatchObject(refused(UNAUTHORIZED));
    const asked = { method: "GET", credentials: "basic", scopes: ["registry:catalog:*"], status: 200 };
    for (const request of stage.takeTokenRequests()) expect(request).toMatchObject(asked);
  });

  it("copies an image by mounting its layers, asking for each repository by a scope of its own", async () => {
    const { stage, client } = test();
    const [source, target] = [stage.repository("closed"), stage.repository("closed")];
    const [from, to] = [source, target].map((name) => `${stage.registry}/${name}:v1`);
    await client.push(`${from}`, stage.as.full);
    stage.takeTokenRequests();

    const copied = await client.crane(stage.as.full, "copy", `${from}`, `${to}`);
    expect(copied).toMatchObject({ ok: true, output: expect.stringMatching(/(mounted blob: sha256:.*\s+.*){3}/) });
    expect(stage.takeTokenRequests().map(({ scopes }) => scopes)).toContainEqual([
      `repository:${target}:push,pull`,
      `repository:${source}:pull`,
    ]);
    expect(await client.pull(`${to}`, stage.as.reader)).toMatchObject(DONE);
  });

  it("is held to a token's repository rules, and mounts nothing from a repository outside of them", async () => {
    const { stage, client } = test();
    const image = (name: string) => `${stage.registry}/stage/closed/${name}:v1`;
    for (const name of ["services/a/b", "secret"])
      expect(await client.push(image(name), stage.as.full)).toMatchObject(DONE);
    expect(await client.push(image("web"), stage.as.ruled)).toMatchObject(DONE);
    expect(await client.pull(image("services/a/b"), stage.as.ruled)).toMatchObject(DONE);
    expect(await client.push(image("services/a/b"), stage.as.ruled)).toMatchObject(refused(UNAUTHORIZED));
    expect(await client.pull(image("secret"), stage.as.ruled)).toMatchObject(refused(UNAUTHORIZED));
    // What it may read it copies by mounting; what it may not, it does not get at by mounting either.
    const copied = await client.crane(stage.as.ruled, "copy", image("services/a/b"), image("web"));
    expect(copied).toMatchObject({ ok: true, output: expect.stringContaining("mounted blob: sha256:") });
    const stolen = await client.crane(stage.as.ruled, "copy", image("secret"), image("web"));
    expect(stolen).toMatchObject(refused(UNAUTHORIZED));
  });

  it("deletes with a token that deletes, and is refused by one that only reads", async () => {
    const { stage, client } = test();
    const repository = stage.repository("closed");
    const image = `${stage.registry}/${repository}:v1`;
    await client.push(image, stage.as.full);
    const digest = (await client.crane(stage.as.reader, "digest", image)).stdout.trim();
    stage.takeTokenRequests();
    const remove = (as: ClientCredentials) => client.crane(as, "delete", `${stage.registry}/${repository}@${digest}`);

    expect(await remove(stage.as.reader)).toMatchObject(refused(UNAUTHORIZED));
    expect(await client.pull(image, stage.as.reader)).toMatchObject(DONE);
    stage.takeTokenRequests();
    expect(await remove(stage.as.full)).toMatchObject(DONE);
    // It does not know what a deletion takes until the registry tells it.
    expect(stage.takeTokenRequests().map(({ scopes }) => scopes)).toEqual([
      [`repository:${repository}:push,pull`],
      [`repository:${repository}:delete`, `repository:${repository}:push,pull`],
    ]);
    expect(await client.pull(image, stage.as.reader)).toMatchObject(refused(/MANIFEST_UNKNOWN/));
  });

  it("asks by GET, for push before pull", async () => {
    const { stage, client } = test();
    const repository = stage.repository("closed");
    const image = `${stage.registry}/${repository}:v1`;
    const asked = { method: "GET", credentials: "basic", parameters: ["scope", "service"], status: 200 };

    await client.push(image, stage.as.full);
    const pushing = stage.takeTokenRequests();
    await client.pull(image, stage.as.reader);
    const pulling = stage.takeTokenRequests();
    expect(pushing[0]).toMatchObject({ ...asked, scopes: [`repository:${repository}:push,pull`] });
    expect(pulling[0]).toMatchObject({ ...asked, scopes: [`repository:${repository}:pull`] });
  });
});
