/** Debian's package in the data directory, kept up to date: apt-get and dpkg are scripts here, and so is the registry. */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findDebianPackage } from "../../../src/local-registry/debian-package.ts";
import { registryLayout } from "../../../src/local-registry/layout.ts";
import { FakeClock } from "../../support/clock.ts";
import { scratchDirectory } from "../../support/scratch-directory.ts";

/** A machine whose sources have the package in one version; or none, or one that cannot be unpacked or run. */
async function machine() {
  const scratch = await scratchDirectory();
  const [bin, calls] = [join(scratch, "bin"), join(scratch, "calls")];
  const layout = registryLayout(join(scratch, "data"));
  await Promise.all([bin, layout.dataDir].map((directory) => mkdir(directory)));
  const clock = new FakeClock();

  /** What the sources have from now on; `program` is the registry in the package. */
  const offer = async (version: string, program = `echo registry github.com/docker/distribution v${version}`) => {
    const archive = `docker-registry_${version}-1_amd64.deb`;
    await script(
      "apt-get",
      `case "$*" in
        *--print-uris*) echo "'http://deb.example/${archive}' ${archive} 1 SHA256:00" ;;
        *download*) : > ${archive} ;;
      esac`,
    );
    await script(
      "dpkg-deb",
      `/bin/mkdir -p "$3/usr/bin"
      printf '#!/bin/sh\\n%s\\n' '${program}' > "$3/usr/bin/docker-registry"
      /bin/chmod +x "$3/usr/bin/docker-registry"`,
    );
  };
  const script = (name: string, body: string) =>
    writeFile(join(bin, name), `#!/bin/sh\necho "${name} $*" >> '${calls}'\n${body}\n`, { mode: 0o755 });
  // Enough for versions of one digit.
  await script("dpkg", `[ "$1 $3" = "--compare-versions gt" ] && [ "\${2%%-*}" -gt "\${4%%-*}" ]`);

  const start = async () => {
    await writeFile(calls, "");
    const reported: string[] = [];
    const found = await findDebianPackage({
      layout,
      host: "127.0.0.1",
      port: 5000,
      trust: { realm: "http://localhost:8080/jwt/auth", service: "s", issuer: "i", rootCertBundle: "/certs/ca.crt" },
      image: "registry:2",
      environment: { PATH: bin },
      clock,
      report: (line) => reported.push(line),
    });
    const reason = "passedOver" in found ? `passed over: ${found.passedOver}` : found.reason;
    return { reason, reported, calls: (await readFile(calls, "utf8")).split("\n").filter((line) => line !== "") };
  };
  return { clock, layout, offer, script, start };
}

/** A machine on which an earlier start has unpacked version 2, a day ago. */
async function machineWithPackage() {
  const made = await machine();
  await made.offer("2");
  expect((await made.start()).reason).toContain("(distribution 2), just unpacked");
  made.clock.advance({ days: 1 });
  return made;
}

describe("Debian's package that is there", () => {
  it("is taken without asking anybody until a day is over", async () => {
    const { clock, offer, start } = await machineWithPackage();
    clock.advance({ seconds: -1 });
    await offer("3");
    expect(await start()).toMatchObject({
      reason: expect.stringContaining("(distribution 2)"),
      reported: [],
      calls: [],
    });
  });

  it("gives way to a newer one", async () => {
    const { offer, start, layout } = await machineWithPackage();
    await offer("3");
    const { reason, reported } = await start();
    expect(reason).toContain("(distribution 3), just unpacked");
    expect(reported).toEqual([expect.stringContaining("Looking for a newer docker-registry package")]);
    expect((await start()).reason).toContain("(distribution 3), unpacked");
    expect(await readdir(layout.dataDir)).toEqual(["registry-package", "registry-package-look-up"]);
  });

  it("gives way to none that is as old or older, and does not download it", async () => {
    const { clock, offer, start } = await machineWithPackage();
    for (const version of ["2", "1"]) {
      await offer(version);
      const { reason, calls } = await start();
      expect(reason).toContain("(distribution 2), unpacked");
      expect(calls.filter((call) => /download docker-registry$/.test(call))).toEqual([]);
      clock.advance({ days: 1 });
    }
  });

  it("goes on where there is no network, saying so in one line, and does not try again the same day", async () => {
    const { clock, script, start } = await machineWithPackage();
    await script("apt-get", 'echo "E: no network" >&2; exit 100');
    const { reason, reported } = await start();
    expect(reason).toContain("(distribution 2), unpacked");
    expect(reported).toHaveLength(2);
    expect(reported[1]).toMatch(/^Going on with that one: the look-up .* failed: E: no network\.$/);
    expect((await start()).calls).toEqual([]);
    clock.advance({ days: 1 });
    expect((await start()).calls).not.toEqual([]);
  });

  it.for([
    ["cannot be unpacked", 'echo "No space left on device" >&2; exit 2', /unpacking .* No space left on device/],
    ["does not run", '/bin/mkdir -p "$3/usr/bin"; : > "$3/usr/bin/docker-registry"', /does not run here/],
  ] as const)("stays where the newer one %s", async ([, unpack, why]) => {
    const { offer, script, start, layout } = await machineWithPackage();
    await offer("3");
    await script("dpkg-deb", unpack);
    const { reason, reported } = await start();
    expect(reason).toContain("(distribution 2), unpacked");
    expect(reported[1]).toMatch(why);
    expect(await readdir(layout.dataDir)).toEqual(["registry-package", "registry-package-look-up"]);
  });

  it("of an earlier version, which kept no record of it, is replaced by what the sources have", async () => {
    const { offer, start, layout } = await machineWithPackage();
    await rm(join(layout.debianPackage, "archive-name"));
    await rm(layout.debianPackageLookUp);
    await offer("3");
    expect((await start()).reason).toContain("(distribution 3), just unpacked");
  });

  it("is looked for again where the moment of the last look-up cannot be read or lies ahead", async () => {
    const { offer, start, layout, clock } = await machineWithPackage();
    await offer("3");
    await writeFile(layout.debianPackageLookUp, "yesterday\n");
    expect((await start()).reason).toContain("(distribution 3)");
    await offer("4");
    await writeFile(layout.debianPackageLookUp, new Date(clock.now().getTime() + 3_600_000).toISOString());
    expect((await start()).reason).toContain("(distribution 4)");
  });
});
