/** pygit2: libgit2 in Python; what it does is python/pygit2_client.py. */
import { join } from "node:path";
import { findGitClientsPython } from "../../support/requirements.ts";
import { describeGitClient, driveProgram } from "./git-client-contract.ts";

// It does not read what comes with a status.
const REFUSED = /the credentials were refused/;
const SAYS = {
  nameless: /AuthError: remote authentication required but no callback set/,
  wrongPassword: REFUSED,
  revoked: REFUSED,
  missing: /GitError: unexpected http status code: 404/,
  mayNotPush: /GitError: unexpected http status code: 403/,
  mayNotForce:
    /Keyside: You are not allowed to force push code to a protected branch on this project\.\n.*refs\/heads\/main: pre-receive hook declined/s,
};

await describeGitClient("pygit2", {
  prepare: () => driveProgram("git-clients-python", join(import.meta.dirname, "python/pygit2_client.py")),
  requires: await findGitClientsPython(),
  says: SAYS,
});
