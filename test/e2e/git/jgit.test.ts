/** JGit: Git in Java alone, Debian's; what it does is jgit/Client.java. */
import { join } from "node:path";
import { findJGit, JGIT_CLASS_PATH } from "../../support/requirements.ts";
import { runToEnd } from "../../support/running-command.ts";
import { describeGitClient, driveProgram } from "./git-client-contract.ts";

// It does not read what comes with a status.
const SAYS = {
  nameless: /Authentication is required but no CredentialsProvider has been registered/,
  wrongPassword: /: not authorized$/m,
  revoked: /: not authorized$/m,
  missing: /info\/refs\?service=git-(?:upload|receive)-pack not found$/m,
  mayNotPush: /: git-receive-pack not permitted on/,
  mayNotForce:
    /Keyside: You are not allowed to force push code to a protected branch on this project\.\n.*pre-receive hook declined/s,
};

/** Each run is short: what the compiler would make of it faster comes too late. */
const QUICK_START = ["-XX:TieredStopAtLevel=1", "-Xshare:auto"];

await describeGitClient("JGit", {
  async prepare(stage) {
    const classes = stage.path();
    const source = join(import.meta.dirname, "jgit/Client.java");
    const { code, stderr } = await runToEnd(["javac", "-cp", JGIT_CLASS_PATH, "-d", classes, source]);
    if (code !== 0) throw new Error(stderr);
    return driveProgram("java", ...QUICK_START, "-cp", `${classes}:${JGIT_CLASS_PATH}`, "Client");
  },
  requires: await findJGit(),
  says: SAYS,
});
