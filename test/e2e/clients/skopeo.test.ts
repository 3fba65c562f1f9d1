/** skopeo: copies between an OCI layout and the registry, and looks into the registry without a store of its own. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { ClientCredentials, ClientStage } from "../../support/client-stage.ts";
import { containersTool, toRegistry } from "../../support/containers-tools.ts";
import { writeOciLayout } from "../../support/oci-layout.ts";
import { type ClientDriver, DONE, describeClient, itAsksByGet, refused } from "./client-contract.ts";

const DENIED = /denied: requested access to the resource is denied/;
const SAYS = {
  pullRefused: DENIED,
  pushRefused: DENIED,
  pushAndPullRefused: DENIED,
  wrongPassword: /invalid username\/password: unauthorized: wrong username or password/,
};

function side(name: "src" | "dest", as: ClientCredentials | undefined): string[] {
  const credentials = as === undefined ? [`--${name}-no-creds`] : [`--${name}-creds`, `${as.username}:${as.password}`];
  return [`--${name}-tls-verify=false`, ...credentials];
}

async function prepare(stage: ClientStage) {
  const skopeo = await containersTool(stage, "skopeo");
  const driver: ClientDriver = {
    async push(image, as) {
      const { directory, tag } = await writeOciLayout(stage.directory);
      return skopeo("copy", ...side("dest", as), `oci:${directory}:${tag}`, `docker://${image}`);
    },
    pull(image, as) {
      const target = join(stage.directory, randomBytes(6).toString("hex"));
      return skopeo("copy", ...side("src", as), `docker://${image}`, `dir:${target}`);
    },
  };
  return { ...driver, skopeo };
}

await describeClient("skopeo", { prepare, says: SAYS }, (test) => {
  it("inspects an image and lists its tags with a token that reads", async () => {
    const { stage, client } = test();
    const repository = `${stage.registry}/${stage.repository("closed")}`;
    await client.push(`${repository}:v1`, stage.as.full);

    const inspected = await client.skopeo("inspect", ...toRegistry(stage.as.reader), `docker://${repository}:v1`);
    expect(JSON.parse(inspected.stdout)).toMatchObject({ Name: repository, RepoTags: ["v1"], Os: "linux" });
    const listed = await client.skopeo("list-tags", ...toRegistry(stage.as.reader), `docker://${repository}`);
    expect(JSON.parse(listed.stdout)).toEqual({ Repository: repository, Tags: ["v1"] });

    const { foreigner } = stage.as;
    const inspecting = client.skopeo("inspect", ...toRegistry(foreigner), `docker://${repository}:v1`);
    expect(await inspecting).toMatchObject(refused(DENIED));
    const listing = client.skopeo("list-tags", ...toRegistry(foreigner), `docker://${repository}`);
    expect(await listing).toMatchObject(refused(DENIED));
  });

  it("deletes with a token that deletes, asking for everything, and is refused by one that only reads", async () => {
    const { stage, client } = test();
    const repository = stage.repository("closed");
    const image = `docker://${stage.registry}/${repository}:v1`;
    await client.push(`${stage.registry}/${repository}:v1`, stage.as.full);
    stage.takeTokenRequests();

    const refusal = await client.skopeo("delete", ...toRegistry(stage.as.reader), image);
    expect(refusal).toMatchObject(refused(/Failed to delete .*authentication required.*\(401 Unauthorized\)/s));
    expect(stage.takeTokenRequests()[0]).toMatchObject({ method: "GET", scopes: [`repository:${repository}:*`] });
    expect(await client.skopeo("inspect", ...toRegistry(stage.as.reader), image)).toMatchObject(DONE);

    expect(await client.skopeo("delete", ...toRegistry(stage.as.full), image)).toMatchObject(DONE);
    const gone = await client.skopeo("inspect", ...toRegistry(stage.as.reader), image);
    expect(gone).toMatchObject(refused(/manifest unknown/));
  });

  it("copies an image to another repository by mounting its layers, asking to pull from there", async () => {
    const { stage, client } = test();
    const [source, target] = [stage.repository("closed"), stage.repository("closed")];
    await client.push(`${stage.registry}/${source}:v1`, stage.as.full);
    stage.takeTokenRequests();

    const sides = [...side("src", stage.as.full), ...side("dest", stage.as.full)];
    const [from, to] = [source, target].map((name) => `docker://${stage.registry}/${name}:v1`);
    expect(await client.skopeo("copy", ...sides, `${from}`, `${to}`)).toMatchObject(DONE);
    expect(stage.takeTokenRequests().map(({ scopes }) => scopes)).toContainEqual([
      `repository:${target}:pull,push`,
      `repository:${source}:pull`,
    ]);
    expect(await client.pull(`${stage.registry}/${target}:v1`, stage.as.reader)).toMatchObject(DONE);
  });

  it("uploads the layers that it may not mount", async () => {
    const { stage, client } = test();
    const [source, target] = [stage.repository("closed"), stage.repository("foreign")];
    await client.push(`${stage.registry}/${source}:v1`, stage.as.full);

    // The token of the target's project sees nothing of the source.
    const sides = [...side("src", stage.as.reader), ...side("dest", stage.as.foreigner)];
    const [from, to] = [source, target].map((name) => `docker://${stage.registry}/${name}:v1`);
    expect(await client.skopeo("copy", ...sides, `${from}`, `${to}`)).toMatchObject(DONE);
    expect(await client.pull(`${stage.registry}/${target}:v1`, stage.as.foreigner)).toMatchObject(DONE);
  });

  it("logs in without asking for a scope", async () => {
    const { stage, client } = test();
    const login = ({ username, password }: ClientCredentials) =>
      client.skopeo("login", "--tls-verify=false", "--username", username, "--password", password, stage.registry);
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
  });

  itAsksByGet(test);
});
