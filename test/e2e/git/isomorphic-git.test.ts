/** isomorphic-git: Git in JavaScript alone. It asks without credentials, and for them only when it gets 401. */
import fs from "node:fs";
import { clone, Errors, fetch, push } from "isomorphic-git";
import http from "isomorphic-git/http/node";
import type { GitCredentials } from "../../support/git-stage.ts";
import { describeGitClient, type GitAnswer, type GitDriver } from "./git-client-contract.ts";

const SAYS = {
  nameless: /HTTP Error: 401 Unauthorized: Sign in with an access token as the password/,
  wrongPassword: /HTTP Error: 401 Unauthorized: the access token is not known/,
  revoked: /HTTP Error: 401 Unauthorized: Token was revoked/,
  missing:
    /HTTP Error: 404 Not Found: The project you were looking for could not be found or you don't have permission to view it\./,
  mayNotPush: /HTTP Error: 403 Forbidden: To push to this project takes a token with the scope write_repository/,
  mayNotForce:
    /Keyside: You are not allowed to force push code to a protected branch on this project\.\n.*pre-receive hook declined/s,
};

const driver: GitDriver = {
  clone: (url, dir, as) => answer(as, (shared) => clone({ ...shared, dir, url })),
  fetch: (dir, as) => answer(as, (shared) => fetch({ ...shared, dir, tags: true })),
  push: (dir, refspecs, as) =>
    answer(as, async (shared) => {
      for (const refspec of refspecs) await push({ ...shared, dir, ...optionsOf(refspec) });
    }),
};

/** It pushes one ref at a time, and has no refspecs. */
function optionsOf(refspec: string) {
  const [, sign, ref = "", remoteRef = ""] = /^(\+?)(.*):(.*)$/.exec(refspec) ?? [];
  return ref === "" ? { ref: remoteRef, delete: true } : { ref, remoteRef, force: sign === "+" };
}

async function answer(
  as: GitCredentials | undefined,
  work: (shared: { fs: typeof fs; http: typeof http; onMessage: (message: string) => void }) => Promise<unknown>,
): Promise<GitAnswer> {
  let output = "";
  const onMessage = (message: string) => {
    output += message;
  };
  try {
    await work({ fs, http, onMessage, ...(as && { onAuth: () => as }) });
    return { ok: true, output };
  } catch (error) {
    const told = error instanceof Errors.HttpError ? `${error.message}: ${error.data.response}` : String(error);
    return { ok: false, output: output + told };
  }
}

await describeGitClient("isomorphic-git", { prepare: () => driver, says: SAYS });
