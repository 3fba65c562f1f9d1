import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import ssh2 from "ssh2";
import { describe, expect, it } from "vitest";
import { knownHostsLine } from "../../../../src/git/ssh/known-hosts.ts";
import { fingerprintOf } from "../../../../src/ssh-keys/parse-public-key.ts";
import { findCommand } from "../../../support/requirements.ts";
import { scratchDirectory } from "../../../support/scratch-directory.ts";

/** GitHub's, as it publishes it. */
const GITHUB = {
  type: "ssh-ed25519",
  blob: Buffer.from("AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl", "base64"),
};
const keygen = await findCommand("ssh-keygen");

describe("knownHostsLine", () => {
  it.each([
    ["git.example.com", 22, "git.example.com"],
    ["git.example.com", 2222, "[git.example.com]:2222"],
    ["Git.Example.COM", 22, "git.example.com"],
    ["[2001:db8::1]", 22, "2001:db8::1"],
    ["[2001:db8::1]", 2222, "[2001:db8::1]:2222"],
    ["10.0.0.5", 2222, "[10.0.0.5]:2222"],
  ])("names %s at port %i as ssh looks it up", async (hostname, port, name) => {
    const line = knownHostsLine({ user: "git", hostname, port }, GITHUB);
    expect(line).toBe(`${name} ssh-ed25519 ${GITHUB.blob.toString("base64")}`);
  });

  it.for([
    ["git.example.com", 22],
    ["git.example.com", 2222],
    ["[2001:db8::1]", 2222],
  ] as const)("is found by ssh-keygen for %s at port %i", async ([hostname, port], { skip }) => {
    skip(!keygen.found, keygen.want);
    const { public: text } = ssh2.utils.generateKeyPairSync("ed25519");
    const blob = Buffer.from(text.split(" ")[1] ?? "", "base64");
    const file = join(await scratchDirectory(), "known_hosts");
    writeFileSync(file, `${knownHostsLine({ user: "git", hostname, port }, { type: "ssh-ed25519", blob })}\n`);
    const host = hostname.replaceAll(/[[\]]/g, "");
    const sought = port === 22 ? host : `[${host}]:${port}`;
    const found = execFileSync("ssh-keygen", ["-l", "-F", sought, "-f", file], { encoding: "utf8" });
    expect(found).toContain(fingerprintOf(blob));
  });
});
