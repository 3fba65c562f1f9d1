/** What stands in place of images where a project's registry is off. */
import type { SafeHtml } from "@remix-run/html-template";
import { banner } from "../parts/banner.ts";

/** The banner. */
export function registryOff(): SafeHtml {
  const text =
    "The registry of this project is off: nobody can pull its images or push any. A Maintainer can turn it on.";
  return banner({ kind: "info", text });
}
