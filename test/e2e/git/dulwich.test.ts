/** dulwich: Git in Python alone, with urllib3; what it does is python/dulwich_client.py. */
import { join } from "node:path";
import { findGitClientsPython } from "../../support/requirements.ts";
import { describeGitClient, driveProgram } from "./git-client-contract.ts";

// It does not read what comes with a status, and of its own words some are empty.
const UNAUTHORIZED = /HTTPUnauthorized: No valid credentials provided/;
const SAYS = {
  nameless: UNAUTHORIZED,
  wrongPassword: UNAUTHORIZED,
  revoked: UNAUTHORIZED,
  missing: /NotGitRepository/,
  mayNotPush: /GitProtocolError: unexpected http resp 403 for/,
  mayNotForce:
    /Keyside: You are not allowed to force push code to a protected branch on this project\.\n.*pre-receive hook declined/s,
};

await describeGitClient("dulwich", {
  prepare: () => driveProgram("git-clients-python", join(import.meta.dirname, "python/dulwich_client.py")),
  requires: await findGitClientsPython(),
  says: SAYS,
});
