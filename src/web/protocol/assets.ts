/** The files that pages use: served as they are, below an address that changes with them, so that browsers keep them. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { send } from "@koa/send";
import type { Context, Next } from "koa";

const DIRECTORY = fileURLToPath(new URL("../assets/", import.meta.url));

/** The first segments of the address of every file. */
const ROOT = "/-/assets";

/** Longer than any version of Keyside is looked at. */
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/** The files of the web page. */
export interface Assets {
  /** The address of a file, below Keyside's own. @throws Error when there is no such file */
  path(file: string): string;
  /** Answers requests for files, and for nothing else. */
  readonly serve: (ctx: Context, next: Next) => Promise<void>;
}

/** Reads the names and the digest of all files, once: what changes needs a new start. */
export function openAssets(): Assets {
  const files = readdirSync(DIRECTORY).sort();
  const digest = createHash("sha256");
  for (const file of files) digest.update(`${file}\0`).update(readFileSync(DIRECTORY + file));
  const version = digest.digest("hex");
  return {
    path(file) {
      if (!files.includes(file)) throw new Error(`src/web/assets has no file ${file}`);
      return `${ROOT}/${version}/${file}`;
    },
    async serve(ctx, next) {
      const [, asked, file = ""] = new RegExp(`^${ROOT}/([^/]+)/([^/]+)$`).exec(ctx.path) ?? [];
      if (!["GET", "HEAD"].includes(ctx.method) || !files.includes(file)) return await next();
      // While replicas of two versions run, a page of one may get its files from the other: those are not kept.
      const isCurrent = asked === version;
      await send(ctx, file, { root: DIRECTORY, ...(isCurrent ? { maxAge: YEAR_MS, immutable: true } : {}) });
      if (!isCurrent) ctx.set("Cache-Control", "no-cache");
      ctx.set("X-Content-Type-Options", "nosniff");
    },
  };
}
