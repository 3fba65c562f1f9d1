/** ctr: containerd's own client, in a namespace of its own; it asks as nerdctl, Kubernetes and BuildKit do. */
import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import type { ClientCredentials, ClientStage } from "../../support/client-stage.ts";
import { archiveOf, writeOciLayout } from "../../support/oci-layout.ts";
import { findContainerd } from "../../support/requirements.ts";
import { type ClientDriver, DONE, describeClient, refused } from "./client-contract.ts";

const containerd = await findContainerd();

const SAYS = {
  pullRefused: /pull access denied, repository does not exist or may require authorization/,
  pushRefused: /insufficient_scope: authorization failed/,
  pushAndPullRefused: /insufficient_scope: authorization failed/,
  // It shows no message of the token endpoint's, only the status.
  wrongPassword: /failed to authorize: failed to fetch oauth token: unexpected status.*401 Unauthorized/,
};

async function prepare(stage: ClientStage) {
  const namespace = `keyside-test-${randomBytes(6).toString("hex")}`;
  const global = ["--address", containerd.address, "--namespace", namespace];
  const ctr = (...args: readonly string[]) => stage.run("ctr", [...global, ...args]);
  const toRegistry = (as: ClientCredentials | undefined) => [
    "--plain-http",
    ...(as === undefined ? [] : ["--user", `${as.username}:${as.password}`]),
  ];
  /** What no image names is removed with the last one that did. */
  const removeImages = async () => {
    const { stdout } = await ctr("images", "ls", "--quiet");
    const names = stdout.split("\n").filter((name) => name !== "");
    if (names.length > 0) await ctr("images", "rm", "--sync", ...names);
  };
  const push = (name: string, image: string, as: ClientCredentials | undefined) =>
    ctr("images", "push", ...toRegistry(as), image, name);
  const driver: ClientDriver = {
    async push(image, as) {
      const archive = await archiveOf(await writeOciLayout(stage.directory));
      const name = `local/${randomBytes(6).toString("hex")}:v1`;
      expect(await ctr("images", "import", "--no-unpack", "--index-name", name, archive)).toMatchObject(DONE);
      return push(name, image, as);
    },
    async pull(image, as) {
      await removeImages();
      return ctr("images", "pull", "--snapshotter", "native", ...toRegistry(as), image);
    },
  };
  return { ...driver, pushStored: push, removeImages, removeNamespace: () => ctr("namespaces", "rm", namespace) };
}

type Ctr = Awaited<ReturnType<typeof prepare>>;

async function cleanUp({ removeImages, removeNamespace }: Ctr): Promise<void> {
  await removeImages();
  expect(await removeNamespace()).toMatchObject(DONE);
}

await describeClient("ctr", { prepare, says: SAYS, cleanUp, requires: containerd }, (test) => {
  it("asks by a password grant first, all scopes in one parameter", async () => {
    const { stage, client } = test();
    const repository = stage.repository("closed");
    const image = `${stage.registry}/${repository}:v1`;
    const asked = {
      method: "POST",
      credentials: "form",
      grant: "password",
      clientId: "containerd-client",
      parameters: ["client_id", "grant_type", "password", "scope", "service", "username"],
      status: 200,
    };

    await client.push(image, stage.as.full);
    const pushing = stage.takeTokenRequests();
    const scopes = [`repository:${repository}:pull repository:${repository}:pull,push`];
    expect(pushing[0]).toMatchObject({ ...asked, scopes });

    await client.pull(image, stage.as.reader);
    // It fetches layers side by side, and each may ask for itself.
    const pulling = stage.takeTokenRequests();
    expect(pulling.length).toBeGreaterThan(0);
    for (const request of pulling)
      expect(request).toMatchObject({ ...asked, scopes: [`repository:${repository}:pull`] });
  });

  it("asks by GET where it has no credentials", async () => {
    const { stage, client } = test();
    await client.pull(stage.image("open"), undefined);
    const requests = stage.takeTokenRequests();
    expect(requests.length).toBeGreaterThan(0);
    for (const request of requests) expect(request).toMatchObject({ method: "GET", credentials: "none", status: 200 });
  });

  it("tries a wrong password twice: by the grant, then by Basic", async () => {
    const { stage, client } = test();
    expect(await client.pull(stage.image("open"), stage.as.impostor)).toMatchObject(refused(SAYS.wrongPassword));
    expect(stage.takeTokenRequests()).toEqual([
      expect.objectContaining({ method: "POST", grant: "password", status: 401 }),
      expect.objectContaining({ method: "GET", credentials: "basic", status: 401 }),
    ]);
  });

  it("pushes layers that it pulled by mounting them, asking to pull from where they were", async () => {
    const { stage, client } = test();
    const [source, target] = [stage.repository("closed"), stage.repository("closed")];
    const [from, to] = [source, target].map((name) => `${stage.registry}/${name}:v1`);
    await client.push(`${from}`, stage.as.full);
    expect(await client.pull(`${from}`, stage.as.reader)).toMatchObject(DONE);
    stage.takeTokenRequests();

    expect(await client.pushStored(`${from}`, `${to}`, stage.as.full)).toMatchObject(DONE);
    const asked = stage.takeTokenRequests().flatMap(({ scopes }) => scopes.flatMap((scope) => scope.split(" ")));
    expect(asked).toContain(`repository:${source}:pull`);
    expect(asked).toContain(`repository:${target}:pull,push`);
    expect(await client.pull(`${to}`, stage.as.reader)).toMatchObject(DONE);
  });
});
