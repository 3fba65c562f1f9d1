/** What `npm ci` brings: every package is pinned by a hash, none runs code of its own, and a Node is among them. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { PROJECT_DIRECTORY, runToEnd } from "../support/running-command.ts";

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly os?: string | readonly string[];
  readonly bin?: Readonly<Record<string, string>>;
}

const readJson = async (name: string) => JSON.parse(await readFile(join(PROJECT_DIRECTORY, name), "utf8"));

describe("package-lock.json", () => {
  let packages: Record<string, Locked>;
  beforeAll(async () => {
    const lock = (await readJson("package-lock.json")) as { packages: Record<string, Locked> };
    // The first entry is the project itself.
    packages = Object.fromEntries(Object.entries(lock.packages).filter(([path]) => path !== ""));
  });

  it("pins every package by a hash", () => {
    expect(Object.keys(packages).length).toBeGreaterThan(100);
    const loose = Object.entries(packages).filter(([, { integrity = "" }]) => !/^sha512-\S{88}$/.test(integrity));
    expect(loose.map(([path]) => path)).toEqual([]);
  });

  it("pins the Node that runs Keyside, of one version and without an install script, for each kind of Linux machine", () => {
    const nodes = ["x64", "arm64"].map((cpu) => packages[`node_modules/node-linux-${cpu}`]);
    for (const node of nodes) expect(node).toMatchObject({ os: "linux", bin: { node: "bin/node" } });
    expect(nodes.map((node) => node?.hasInstallScript)).toEqual([undefined, undefined]);
    expect(nodes[0]?.version).toBe(nodes[1]?.version);
    expect(nodes[0]?.version).toMatch(/^24\./);
    // This one comes by its own install script from outside the lockfile.
    expect(packages["node_modules/node"]).toBeUndefined();
  });
});

describe("npm in this project", () => {
  it("runs no script of any package", async () => {
    const { stdout } = await runToEnd(["npm", "config", "get", "ignore-scripts"]);
    expect(stdout).toBe("true\n");
  });

  it("wants exact versions, none that could move", async () => {
    const { dependencies, devDependencies, optionalDependencies } = await readJson("package.json");
    const wanted = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
  });
});
