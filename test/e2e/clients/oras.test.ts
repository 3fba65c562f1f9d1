/** oras: copies images and artifacts between an OCI layout and the registry; its scopes are those of oras-go and helm. */
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { ClientCredentials, ClientStage } from "../../support/client-stage.ts";
import { writeOciLayout } from "../../support/oci-layout.ts";
import { type ClientDriver, DONE, describeClient, refused } from "./client-contract.ts";

const UNAUTHORIZED = /unauthorized: authentication required/;
const SAYS = {
  pullRefused: UNAUTHORIZED,
  pushRefused: UNAUTHORIZED,
  // It asks by HEAD first, and what answers that has no words.
  pushAndPullRefused: /response status code 401: Unauthorized/,
  wrongPassword: /unauthorized: wrong username or password/,
};

function side(name: "" | "from-" | "to-", as: ClientCredentials | undefined): string[] {
  const credentials = as === undefined ? [] : [`--${name}username`, as.username, `--${name}password`, as.password];
  return [`--${name}plain-http`, ...credentials];
}

/** oras 1.2.0 panics when two uploads are refused in different words: one at a time. */
const COPY = ["cp", "--concurrency", "1"];

/** It does so now and then all the same, which is no word about what is tested: it is asked again. */
const PANIC = "panic: sync/atomic: compare and swap of inconsistently typed value";
const TRIES = 5;

async function prepare(stage: ClientStage) {
  const oras = async (...args: readonly string[]) => {
    const run = () => stage.run("oras", args, { DOCKER_CONFIG: join(stage.directory, "oras") });
    let ended = await run();
    for (let count = 1; count < TRIES && ended.output.includes(PANIC); count += 1) ended = await run();
    return ended;
  };
  const driver: ClientDriver = {
    async push(image, as) {
      const { directory, tag } = await writeOciLayout(stage.directory);
      return oras(...COPY, ...side("to-", as), "--from-oci-layout", `${directory}:${tag}`, image);
    },
    pull(image, as) {
      const target = join(stage.directory, randomBytes(6).toString("hex"));
      return oras(...COPY, ...side("from-", as), image, "--to-oci-layout", `${target}:v1`);
    },
  };
  return { ...driver, oras };
}

await describeClient("oras", { prepare, says: SAYS }, (test) => {
  it("pushes and pulls an artifact", async () => {
    const { stage, client } = test();
    const image = stage.image("closed");
    const content = randomBytes(1000).toString("hex");
    await writeFile(join(stage.directory, "notes.txt"), content);
    expect(await client.oras("push", ...side("", stage.as.full), image, "notes.txt:text/plain")).toMatchObject(DONE);
    const output = join(stage.directory, "pulled");
    expect(await client.oras("pull", ...side("", stage.as.reader), "--output", output, image)).toMatchObject(DONE);
    expect(await readFile(join(output, "notes.txt"), "utf8")).toBe(content);
  });

  it("lists tags with a token that reads, and the catalog with an administrator's alone", async () => {
    const { stage, client } = test();
    const repository = stage.repository("closed");
    await client.push(`${stage.registry}/${repository}:v1`, stage.as.full);
    const tags = await client.oras("repo", "tags", ...side("", stage.as.reader), `${stage.registry}/${repository}`);
    expect(tags.stdout.trim()).toBe("v1");
    stage.takeTokenRequests();

    const list = (as: ClientCredentials) => client.oras("repo", "ls", ...side("", as), stage.registry);
    expect((await list(stage.as.administrator)).stdout.split("\n")).toContain(repository);
    expect(await list(stage.as.full)).toMatchObject(refused(UNAUTHORIZED));
    const asked = { method: "GET", credentials: "basic", scopes: ["registry:catalog:*"], status: 200 };
    for (const request of stage.takeTokenRequests()) expect(request).toMatchObject(asked);
  });

  it("deletes with a token that deletes, asking in the order of the alphabet; one that only reads is refused", async () => {
    const { stage, client } = test();
    const repository = stage.repository("closed");
    const image = `${stage.registry}/${repository}:v1`;
    await client.push(image, stage.as.full);
    stage.takeTokenRequests();
    const remove = (as: ClientCredentials) => client.oras("manifest", "delete", "--force", ...side("", as), image);

    expect(await remove(stage.as.reader)).toMatchObject(refused(UNAUTHORIZED));
    expect(stage.takeTokenRequests().at(-1)?.scopes).toEqual([`repository:${repository}:delete,pull`]);
    expect(await client.pull(image, stage.as.reader)).toMatchObject(DONE);
    expect(await remove(stage.as.full)).toMatchObject(DONE);
    expect(await client.pull(image, stage.as.reader)).toMatchObject(refused(/not found/));
  });

  it("copies an image to another repository, asking for both at once in the order of the alphabet", async () => {
    const { stage, client } = test();
    const [source, target] = [stage.repository("closed"), stage.repository("closed")];
    await client.push(`${stage.registry}/${source}:v1`, stage.as.full);
    stage.takeTokenRequests();

    const sides = [...side("from-", stage.as.full), ...side("to-", stage.as.full)];
    const [from, to] = [source, target].map((name) => `${stage.registry}/${name}:v1`);
    expect(await client.oras(...COPY, ...sides, `${from}`, `${to}`)).toMatchObject(DONE);
    const both = [`repository:${source}:pull`, `repository:${target}:pull,push`].toSorted();
    expect(stage.takeTokenRequests().map(({ scopes }) => scopes)).toContainEqual(both);
    expect(await client.pull(`${to}`, stage.as.reader)).toMatchObject(DONE);
  });

  it("logs in without asking for a scope, and then needs no credentials", async () => {
    const { stage, client } = test();
    const image = stage.image("closed");
    await client.push(image, stage.as.full);
    stage.takeTokenRequests();

    const login = (as: ClientCredentials) => client.oras("login", ...side("", as), stage.registry);
    expect(await login(stage.as.impostor)).toMatchObject(refused(SAYS.wrongPassword));
    expect(await login(stage.as.reader)).toMatchObject({
      ok: true,
      stdout: expect.stringContaining("Login Succeeded"),
    });
    expect(stage.takeTokenRequests()).toEqual(
      [401, 200].map((status) => expect.objectContaining({ method: "GET", scopes: [], status })),
    );
    expect(await client.pull(image, undefined)).toMatchObject(DONE);
    expect(await client.oras("logout", stage.registry)).toMatchObject(DONE);
    expect(await client.pull(image, undefined)).toMatchObject(refused(UNAUTHORIZED));
  });

  it("asks by GET, without saying who it is but by Basic", async () => {
    const { stage, client } = test();
    const repository = stage.repository("closed");
    const image = `${stage.registry}/${repository}:v1`;
    const asked = { method: "GET", credentials: "basic", parameters: ["scope", "service"], status: 200 };

    await client.push(image, stage.as.full);
    const pushing = stage.takeTokenRequests();
    await client.pull(image, stage.as.reader);
    const pulling = stage.takeTokenRequests();
    expect(pushing[0]).toMatchObject({ ...asked, scopes: [`repository:${repository}:pull,push`] });
    expect(pulling[0]).toMatchObject({ ...asked, scopes: [`repository:${repository}:pull`] });
  });
});
