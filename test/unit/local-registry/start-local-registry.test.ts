/** What is chosen, on machines made of scripts: no registry is started here, see test/e2e/local-registry.test.ts. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ConfigurationError } from "../../../src/errors.ts";
import { startLocalRegistry } from "../../../src/local-registry/start-local-registry.ts";
import { freePort } from "../../support/free-port.ts";
import { scratchDirectory } from "../../support/scratch-directory.ts";

const LOCAL_CONTEXT = 'if [ "$1" = context ]; then echo unix:///var/run/docker.sock; exit; fi';
const ENGINE = `${LOCAL_CONTEXT}
if [ "$1" = info ]; then printf '"20.10"\\n"Debian"\\n[]\\n'; exit; fi`;

/** Starts on a machine that has these programs and no others; each is the body of a shell script. */
async function startOn(programs: Record<string, string>, options: { port?: number; signal?: AbortSignal } = {}) {
  const scratch = await scratchDirectory();
  const [PATH, dataDir] = [join(scratch, "bin"), join(scratch, "data")];
  await mkdir(PATH);
  for (const [name, body] of Object.entries(programs)) {
    await writeFile(join(PATH, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }
  const reported: string[] = [];
  const result = await startLocalRegistry({
    dataDir,
    host: "127.0.0.1",
    port: options.port ?? (await freePort()),
    realm: "http://localhost:8080/jwt/auth",
    service: "container_registry",
    issuer: "keyside",
    rootCertBundle: "/certs/ca.crt",
    environment: { PATH },
    report: (line) => reported.push(line),
    ...(options.signal && { signal: options.signal }),
  });
  return { result, reported, dataDir };
}

describe("startLocalRegistry", () => {
  it("says how to connect a registry where none can be had", async () => {
    const { result } = await startOn({});
    expect(result).toMatchObject({
      kind: "none",
      reason: expect.stringMatching(/no docker command.*; no docker-registry or registry.*; this is not Debian/),
      advice: expect.stringContaining("realm: http://localhost:8080/jwt/auth"),
    });
    expect(result.kind === "none" && result.advice).not.toContain("\n");
  });

  it.each(["tcp://10.0.0.1:2375", "ssh://somebody@elsewhere", "tcp://127.0.0.1.example:2375"])(
    "passes over a Docker engine on another machine: %s",
    async (endpoint) => {
      const { result } = await startOn({ docker: `echo ${endpoint}` });
      expect(result.reason).toContain(`the Docker engine at ${endpoint} is on another machine`);
    },
  );

  it("passes over a Docker engine that does not answer, in its own words", async () => {
    const { result } = await startOn({ docker: `${LOCAL_CONTEXT}\necho "permission denied" >&2; exit 1` });
    expect(result.reason).toContain("no Docker engine answers at unix:///var/run/docker.sock: permission denied");
  });

  it("passes over an engine that cannot pull the image, says that it tries, and why it failed", async () => {
    const { result, reported } = await startOn({ docker: `${ENGINE}\necho "no such host" >&2; exit 1` });
    expect(reported).toEqual(["Pulling the image registry:2 ..."]);
    expect(result.reason).toContain("Docker 20.10 cannot pull registry:2: no such host");
  });

  it("never takes another program for a registry because of its name", async () => {
    const { result } = await startOn({ registry: "echo registry 1.0 of something else" });
    expect(result).toMatchObject({ kind: "none", reason: expect.stringContaining("registry is another program") });
  });

  it("passes over Debian's package when it cannot be downloaded, and leaves nothing of it behind", async () => {
    const programs = { "apt-get": 'echo "E: no network" >&2; exit 100', "dpkg-deb": "exit 0" };
    const { result, reported, dataDir } = await startOn(programs);
    expect(reported).toEqual([expect.stringContaining("Downloading Debian's docker-registry package")]);
    expect(result.reason).toContain("the download of Debian's docker-registry package failed: E: no network");
    expect(await readdir(dataDir)).toEqual(["registry"]);
  });

  it("never takes a half-unpacked package for a whole one", async () => {
    const unpackHalf = `/bin/mkdir -p "$3/usr/bin"
printf '#!/bin/sh\\necho registry github.com/docker/distribution v2.8.3' > "$3/usr/bin/docker-registry"
/bin/chmod +x "$3/usr/bin/docker-registry"
echo "No space left on device" >&2; exit 2`;
    const { result, dataDir } = await startOn({ "apt-get": ": > docker-registry.deb", "dpkg-deb": unpackHalf });
    expect(result.reason).toContain("the unpacking of Debian's docker-registry package failed: No space left");
    expect(await readdir(dataDir)).toEqual(["registry"]);
  });

  // The container that is started here says what it was started with, and ends.
  it("lets a container share the host's network and the user's id where the engine runs on this very host", async ({
    skip,
  }) => {
    skip(process.platform !== "linux", "needs Linux: elsewhere the engine runs in a machine of its own");
    const start = startOn({ docker: `${ENGINE}\n[ "$1" != run ] || { echo "$*"; exit 1; }` });
    await expect(start).rejects.toThrow(`--network host --user ${process.getuid?.()}:${process.getgid?.()} `);
  });

  it("publishes the container's port on the loopback alone where the engine has a host of its own", async () => {
    const port = await freePort();
    const desktop = ENGINE.replace("Debian", "Docker Desktop");
    const start = startOn({ docker: `${desktop}\n[ "$1" != run ] || { echo "$*"; exit 1; }` }, { port });
    await expect(start).rejects.toThrow(`--publish 127.0.0.1:${port}:${port} `);
    await expect(start).rejects.not.toThrow("--network");
  });

  it("refuses a port in use before anything is started, and names the setting", async () => {
    const port = await freePort();
    const other = createServer().listen(port, "127.0.0.1");
    onTestFinished(() => new Promise((closed) => other.close(() => closed())));
    const start = startOn({}, { port });
    await expect(start).rejects.toThrow(ConfigurationError);
    await expect(start).rejects.toThrow(`REGISTRY_URL: the registry cannot listen on 127.0.0.1:${port}`);
  });

  it("gives up when told to", async () => {
    await expect(startOn({}, { signal: AbortSignal.abort() })).rejects.toThrow("aborted");
  });
});
