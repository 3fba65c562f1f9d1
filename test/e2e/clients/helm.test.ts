/** helm: pushes and pulls charts, which a registry keeps as images, by oras-go. */
import { randomBytes } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, it } from "vitest";
import type { ClientCredentials, ClientStage } from "../../support/client-stage.ts";
import { type ClientDriver, DONE, describeClient, refused } from "./client-contract.ts";

const UNAUTHORIZED = /unauthorized: authentication required/;
const SAYS = {
  pullRefused: UNAUTHORIZED,
  pushRefused: UNAUTHORIZED,
  // It asks by HEAD first, and what answers that has no words.
  pushAndPullRefused: /response status code 401: Unauthorized/,
  wrongPassword: /unauthorized: wrong username or password/,
};

/** `host/repository:v1` as helm takes it apart: the chart's name is the last segment, its version the tag. */
function parts(image: string) {
  const [, parent = "", name = "", version = ""] = /^(.*)\/(.*):(.*)$/.exec(image) ?? [];
  return { parent: `oci://${parent}`, name, version };
}

async function prepare(stage: ClientStage) {
  /** With the logins that one home has: helm takes none by its options over plain HTTP. */
  const helm = (home: string, ...args: readonly string[]) => {
    const directory = join(stage.directory, home);
    return stage.run("helm", args, {
      HELM_REGISTRY_CONFIG: join(directory, "registry.json"),
      HELM_CONFIG_HOME: directory,
      HELM_CACHE_HOME: directory,
    });
  };
  const homeOf = async (as: ClientCredentials | undefined) => {
    const home = await mkdtemp(join(stage.directory, "helm-"));
    const auth = as && Buffer.from(`${as.username}:${as.password}`).toString("base64");
    await writeFile(join(home, "registry.json"), JSON.stringify(auth ? { auths: { [stage.registry]: { auth } } } : {}));
    return basename(home);
  };
  const pulling = (image: string) => {
    const { parent, name, version } = parts(image);
    return ["pull", "--plain-http", `${parent}/${name}`, "--version", version, "--destination", stage.directory];
  };
  const driver: ClientDriver = {
    async push(image, as) {
      const { parent, name, version } = parts(image);
      const chart = await mkdtemp(join(stage.directory, "chart-"));
      await writeFile(join(chart, "Chart.yaml"), JSON.stringify({ apiVersion: "v2", name, version }));
      await writeFile(join(chart, "values.yaml"), JSON.stringify({ nonce: randomBytes(20).toString("hex") }));
      const home = await homeOf(as);
      const packed = await helm(home, "package", chart, "--destination", chart);
      return packed.ok ? helm(home, "push", "--plain-http", join(chart, `${name}-${version}.tgz`), parent) : packed;
    },
    pull: async (image, as) => helm(await homeOf(as), ...pulling(image)),
  };
  return { ...driver, helm, pulling };
}

await describeClient("helm", { prepare, says: SAYS }, (test) => {
  it("logs in by the grant `password`, without asking for a scope, and then needs no credentials", async () => {
    const { stage, client } = test();
    const image = stage.image("closed");
    await client.push(image, stage.as.full);
    stage.takeTokenRequests();

    const login = ({ username, password }: ClientCredentials) =>
      client.helm("login", "registry", "login", "--plain-http", "-u", username, "-p", password, stage.registry);
    expect(await login(stage.as.impostor)).toMatchObject(refused(SAYS.wrongPassword));
    expect(await login(stage.as.reader)).toMatchObject({
      ok: true,
      output: expect.stringContaining("Login Succeeded"),
    });
    const grant = { method: "POST", grant: "password", scopes: [] };
    expect(stage.takeTokenRequests()).toEqual([
      expect.objectContaining({ ...grant, status: 401 }),
      expect.objectContaining({ method: "GET", credentials: "basic", scopes: [], status: 401 }),
      expect.objectContaining({ ...grant, status: 200 }),
    ]);
    expect(await client.helm("login", ...client.pulling(image))).toMatchObject(DONE);
  });

  it("asks by GET, to pull before it asks to push too", async () => {
    const { stage, client } = test();
    const repository = stage.repository("closed");
    const image = `${stage.registry}/${repository}:v1`;
    const asked = { method: "GET", credentials: "basic", parameters: ["scope", "service"], status: 200 };

    await client.push(image, stage.as.full);
    const pushing = stage.takeTokenRequests();
    expect(pushing[0]).toMatchObject({ ...asked, scopes: [`repository:${repository}:pull`] });
    expect(pushing[1]).toMatchObject({ ...asked, scopes: [`repository:${repository}:pull,push`] });
    await client.pull(image, stage.as.reader);
    const pulling = stage.takeTokenRequests();
    expect(pulling[0]).toMatchObject({ ...asked, scopes: [`repository:${repository}:pull`] });
  });
});
