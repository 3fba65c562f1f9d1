/** go-git: Git in Go alone; what it does is go-git/main.go. */
import { join } from "node:path";
import { findGoModules } from "../../support/requirements.ts";
import { runToEnd } from "../../support/running-command.ts";
import { describeGitClient, driveProgram } from "./git-client-contract.ts";

const PROGRAM = join(import.meta.dirname, "go-git");
const SAYS = {
  empty: /^remote repository is empty$/m,
  nameless: /authentication required: Sign in with an access token as the password/,
  wrongPassword: /authentication required: the access token is not known/,
  revoked: /authentication required: Token was revoked/,
  missing:
    /repository not found: The project you were looking for could not be found or you don't have permission to view it\./,
  mayNotPush: /authorization failed: To push to this project takes a token with the scope write_repository/,
  mayNotForce:
    /Keyside: You are not allowed to force push code to a protected branch on this project\.\n.*pre-receive hook declined/s,
};

await describeGitClient("go-git", {
  async prepare(stage) {
    const program = stage.path();
    const { code, stderr } = await runToEnd(["go", "build", "-o", program, "."], { directory: PROGRAM });
    if (code !== 0) throw new Error(stderr);
    return driveProgram(program);
  },
  requires: await findGoModules(PROGRAM),
  says: SAYS,
});
