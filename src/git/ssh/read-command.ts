/**
 * The command that a client asks to have run: two are served, and are read by a grammar. No shell ever sees it, and no
 * other argument is let through.
 *
 * @see docs/spec/git.md "SSH"
 */
import type { GitService } from "../../git-repositories/git-process.ts";
import { projectPath } from "../git-address.ts";

/** What is asked for; `path` is a project's full path, undefined for one that none can have. `refused` says why, in a sentence. */
export type SshCommand =
  | { readonly kind: "serve"; readonly service: GitService; readonly path: string | undefined }
  | { readonly kind: "refused"; readonly reason: string };

/** As git itself writes it, `git-upload-pack '/team/app.git'`; other programs leave the quotes out, or have a space first. */
const SERVED = /^git[- ](upload-pack|receive-pack) (?:'([^']*)'|([^\s'"]+))$/;

/** Programs that speak other protocols of git's. */
const KNOWN = /^git[- ](upload-archive|lfs-authenticate|lfs-transfer)(?: |$)/;

const REASONS = new Map([
  ["upload-archive", "git archive --remote is not served: clone the project."],
  ["lfs-authenticate", "Git LFS is not supported."],
  ["lfs-transfer", "Git LFS is not supported."],
]);

const OTHERS = "Nothing is served here but git clone, fetch and push of one project.";

/** Reads a command. */
export function readCommand(text: string): SshCommand {
  const [, service, quoted, plain = ""] = SERVED.exec(text) ?? [];
  if (service === "upload-pack" || service === "receive-pack")
    return { kind: "serve", service, path: readPath(quoted ?? plain) };
  const [, known = ""] = KNOWN.exec(text) ?? [];
  return { kind: "refused", reason: REASONS.get(known) ?? OTHERS };
}

/** With or without a slash before it and the ending of a repository. */
function readPath(text: string): string | undefined {
  return projectPath(text.replace(/^\//, "").replace(/\.git$/, ""));
}
