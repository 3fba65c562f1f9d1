/** How registries name content. */
import { createHash } from "node:crypto";

/** The digest of some text: `sha256:` and 64 digits. @see OCI image specification, "Digests" */
export function digestOf(content: string): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
