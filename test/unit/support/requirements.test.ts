import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { findCommand, findDocker, findImage } from "../../support/requirements.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "requirements-"));
  vi.stubEnv("PATH", directory);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

const putCommand = (name: string, text: string, mode = 0o755) => writeFile(join(directory, name), text, { mode });

describe("findCommand", () => {
  it("finds an executable file on the PATH", async () => {
    await putCommand("podman", "");
    expect(await findCommand("podman")).toMatchObject({ found: true });
  });

  it("does not take a file without the executable bit for a command", async () => {
    await putCommand("podman", "", 0o644);
    expect(await findCommand("podman")).toMatchObject({ found: false });
  });

  it("says what is wanting", async () => {
    expect(await findCommand("podman")).toEqual({
      found: false,
      want: "needs podman: the `podman` command on the PATH",
    });
  });
});

describe("findDocker", () => {
  it("finds an engine that answers", async () => {
    await putCommand("docker", "#!/bin/sh\necho 28.2.2\n");
    expect(await findDocker()).toMatchObject({ found: true });
  });

  it("does not take the command alone for an engine", async () => {
    await putCommand("docker", "#!/bin/sh\necho 'Cannot connect to the Docker daemon' >&2\nexit 1\n");
    expect(await findDocker()).toMatchObject({ found: false, want: expect.stringMatching(/^needs docker: /) });
  });

  it("lives without the command", async () => {
    expect(await findDocker()).toMatchObject({ found: false });
  });
});

describe("findImage", () => {
  const putEngine = (images: string) =>
    putCommand("docker", `#!/bin/sh\ncase "$1" in info) echo 28.2.2 ;; ${images}) ;; *) exit 1 ;; esac\n`);

  it.each(["image", "pull"])("takes an image that the engine has or can pull: docker %s", async (command) => {
    await putEngine(command);
    expect(await findImage("registry:2")).toMatchObject({ found: true });
  });

  it("does not take the engine alone for the image", async () => {
    await putEngine("none");
    expect(await findImage("registry:2")).toMatchObject({
      found: false,
      want: expect.stringMatching(/^needs registry:2/),
    });
  });

  it("wants an engine first", async () => {
    expect(await findImage("registry:2")).toEqual(await findDocker());
  });
});
