/**
 * What git is told whenever it runs: an environment from nothing, and all settings in it. A repository's own `config` file is
 * never relied on, and no file of the machine or of a user is read.
 *
 * @see docs/spec/git.md "Running git"
 */

/** What a command may need besides. */
export interface GitEnvironmentOptions {
  /** The search path of the process: where git finds `sh`, and itself. */
  readonly path: string;
  /** The one directory whose repository is trusted, whoever owns it. */
  readonly directory: string;
  /** Pairs of a key and a value, after those that always hold. */
  readonly settings?: readonly (readonly [key: string, value: string])[] | undefined;
  /** Further variables, such as `GIT_PROTOCOL`. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
}

type Settings = readonly (readonly [key: string, value: string])[];

/**
 * What git may take of memory at once, in the form of its own numbers. Nobody's git sends an object as a delta, and so has one
 * held in memory whole, which has more than `core.bigFileThreshold`: 512 MiB. A pack that is made to unfold to more is refused.
 */
const MAXIMUM_ALLOCATION = "544m";

const ALWAYS: Settings = [
  ["core.fsync", "committed"],
  ["gc.auto", "0"],
  ["pack.threads", "2"],
];

/** What `git receive-pack` is told. */
export function receiveSettings(hooks: string, maximumPackBytes: number): Settings {
  return [
    ["core.hooksPath", hooks],
    ["receive.autogc", "false"],
    ["receive.maxInputSize", String(maximumPackBytes)],
    ["receive.fsckObjects", "true"],
    // What old programs wrote, and nobody can mend in a history that others have.
    ["receive.fsck.badTimezone", "ignore"],
    ["receive.fsck.missingSpaceBeforeDate", "ignore"],
    ["receive.fsck.zeroPaddedFilemode", "ignore"],
    // Every pack is kept as one: nothing that was sent is unfolded on the disk.
    ["transfer.unpackLimit", "1"],
    ["receive.denyDeleteCurrent", "ignore"],
    ["receive.hideRefs", "refs/"],
    ["receive.hideRefs", "!refs/heads/"],
    ["receive.hideRefs", "!refs/tags/"],
    ["receive.hideRefs", "!refs/notes/"],
    ["receive.advertisePushOptions", "false"],
  ];
}

/** What `git upload-pack` is told. */
export const UPLOAD_SETTINGS: Settings = [
  ["uploadpack.allowFilter", "true"],
  ["uploadpack.allowReachableSHA1InWant", "true"],
];

/** The whole environment of a git process. */
export function gitEnvironment({ path, directory, settings = [], variables }: GitEnvironmentOptions) {
  const all: Settings = [["safe.directory", directory], ...ALWAYS, ...settings];
  const numbered = all.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    PATH: path,
    HOME: "/nonexistent",
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ALLOC_LIMIT: MAXIMUM_ALLOCATION,
    GIT_CONFIG_COUNT: String(all.length),
    ...Object.fromEntries(numbered),
    ...variables,
  };
}
