/** regctl: copies images between an OCI layout and the registry by regclient, and looks into the registry. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { ClientCredentials, ClientStage } from "../../support/client-stage.ts";
import { writeOciLayout } from "../../support/oci-layout.ts";
import { type ClientDriver, DONE, describeClient, refused } from "./client-contract.ts";

const UNAUTHORIZED = /unauthorized/;
const SAYS = {
  pullRefused: UNAUTHORIZED,
  pushRefused: UNAUTHORIZED,
  pushAndPullRefused: UNAUTHORIZED,
  wrongPassword: UNAUTHORIZED,
};

async function prepare(stage: ClientStage) {
  const regctl = (as: ClientCredentials | undefined, ...args: readonly string[]) => {
    const login = as === undefined ? "" : `,user=${as.username},pass=${as.password}`;
    return stage.run("regctl", ["--host", `reg=${stage.registry},tls=disabled${login}`, ...args]);
  };
  const driver: ClientDriver = {
    async push(image, as) {
      const { directory, tag } = await writeOciLayout(stage.directory);
      return regctl(as, "image", "copy", `ocidir://${directory}:${tag}`, image);
    },
    pull(image, as) {
      const target = join(stage.directory, randomBytes(6).toString("hex"));
      return regctl(as, "image", "copy", image, `ocidir://${target}:v1`);
    },
  };
  return { ...driver, regctl };
}

await describeClient("regctl", { prepare, says: SAYS }, (test) => {
  it("lists tags with a token that reads, and the catalog with an administrator's alone", async () => {
    const { stage, client } = test();
    const repository = stage.repository("closed");
    await client.push(`${stage.registry}/${repository}:v1`, stage.as.full);
    const tags = await client.regctl(stage.as.reader, "tag", "ls", `${stage.registry}/${repository}`);
    expect(tags.stdout.trim()).toBe("v1");
    stage.takeTokenRequests();

    const list = (as: ClientCredentials) => client.regctl(as, "repo", "ls", stage.registry);
    expect((await list(stage.as.administrator)).stdout.split("\n")).toContain(repository);
    expect(await list(stage.as.full)).toMatchObject(refused(UNAUTHORIZED));
    const asked = { method: "GET", credentials: "basic", scopes: ["registry:catalog:*"], status: 200 };
    for (const request of stage.takeTokenRequests()) expect(request).toMatchObject(asked);
  });

  it("deletes a tag with a token that may do everything, for which it asks, and is refused by one that only reads", async () => {
    const { stage, client } = test();
    const repository = stage.repository("closed");
    const image = `${stage.registry}/${repository}:v1`;
    await client.push(image, stage.as.full);
    stage.takeTokenRequests();
    const remove = (as: ClientCredentials) => client.regctl(as, "tag", "delete", image);

    expect(await remove(stage.as.reader)).toMatchObject(refused(UNAUTHORIZED));
    expect(stage.takeTokenRequests().at(-1)?.scopes).toEqual([`repository:${repository}:delete,pull,push`]);
    expect(await client.pull(image, stage.as.reader)).toMatchObject(DONE);
    expect(await remove(stage.as.full)).toMatchObject(DONE);
    expect(await client.pull(image, stage.as.reader)).toMatchObject(refused(/not found/));
  });

  it("asks by GET, to pull before it asks to push too, with its name as a hint", async () => {
    const { stage, client } = test();
    const repository = stage.repository("closed");
    const image = `${stage.registry}/${repository}:v1`;
    const parameters = ["account", "client_id", "scope", "service"];
    const asked = (actions: string) =>
      expect.objectContaining({
        method: "GET",
        credentials: "basic",
        parameters,
        scopes: [`repository:${repository}:${actions}`],
        status: 200,
      });

    await client.push(image, stage.as.full);
    expect(stage.takeTokenRequests()).toEqual([asked("pull"), asked("pull,push")]);
    await client.pull(image, stage.as.reader);
    expect(stage.takeTokenRequests()).toEqual([asked("pull")]);
  });
});
