/** What tokens are mostly made for. Each is a start for the form, and nothing more: the scopes are what counts. */
import { ACCESS_LEVELS, type AccessLevel } from "../../principals/access-level.ts";
import type { TokenScope } from "../../principals/token-scope.ts";

/** A start for the form. */
export interface Preset {
  /** As addresses have it. */
  readonly name: string;
  readonly words: string;
  readonly about: string;
  readonly scopes: readonly TokenScope[];
  /** The lowest role with which its bot may do that. */
  readonly accessLevel: AccessLevel;
}

/** The starts, in their order. */
export const PRESETS: readonly Preset[] = [
  {
    name: "pull",
    words: "Pull only",
    about: "A server or a cluster that runs the images.",
    scopes: ["read_registry"],
    accessLevel: ACCESS_LEVELS.reporter,
  },
  {
    name: "ci_push",
    words: "CI push",
    about: "A job that builds images and pushes them.",
    scopes: ["read_registry", "write_registry"],
    accessLevel: ACCESS_LEVELS.developer,
  },
  {
    name: "clean_up",
    words: "Clean-up",
    about: "A job that deletes old images.",
    scopes: ["read_registry", "delete_registry"],
    accessLevel: ACCESS_LEVELS.maintainer,
  },
  {
    name: "api",
    words: "API",
    about: "A program that manages the project.",
    scopes: ["api"],
    accessLevel: ACCESS_LEVELS.maintainer,
  },
];

/** What each scope is good for, in a line, in groups, as the form lists them. */
export const SCOPE_GROUPS: readonly {
  readonly title: string;
  readonly scopes: readonly (readonly [TokenScope, string])[];
}[] = [
  {
    title: "Images",
    scopes: [
      ["read_registry", "Pull images."],
      ["write_registry", "Push images. Where pulling needs a token, docker push needs read_registry too."],
      ["delete_registry", "Delete images."],
    ],
  },
  {
    title: "API",
    scopes: [
      ["read_api", "Read through the API."],
      ["api", "Read and change through the API."],
      ["self_rotate", "Rotate itself, and nothing else: for a job that renews its own secret."],
    ],
  },
  {
    title: "Git",
    scopes: [
      ["read_repository", "Clone and fetch, where Keyside serves Git."],
      ["write_repository", "Push with Git too."],
    ],
  },
];
