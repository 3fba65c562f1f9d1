/** What the periodic jobs of the service are, and how often each is done; `chores.ts` says how. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** What is said of a periodic job. */
export interface ChoreDescription {
  readonly everyMs: number;
  /** A sentence for administrators. */
  readonly about: string;
}

/** What each of several workers does for itself: it is about what the process holds in memory. By name. */
export const OWN_CHORES = {
  "refresh the signing key": {
    everyMs: 10 * SECOND_MS,
    about: "Replaces the key that signs registry tokens before its end, or reads the one that another process made.",
  },
  "forget remembered sign-ins that failed": {
    everyMs: MINUTE_MS,
    about: "Lets go of wrong passwords that no longer count.",
  },
  "write what requests noted": {
    everyMs: 5 * SECOND_MS,
    about: "Writes when tokens and sessions were last used, and when jobs last ran.",
  },
  "see whether a full disk has room again": {
    everyMs: 5 * SECOND_MS,
    about: "Does nothing unless the database's disk was full.",
  },
  "tidy up the initial password": {
    everyMs: 5 * SECOND_MS,
    about: "Removes the file with the first administrator's password once it is not wanted.",
  },
} as const satisfies Record<string, ChoreDescription>;

/** What one of several workers does for all, by name. */
export const SHARED_CHORES = {
  "forget old failed sign-ins": {
    everyMs: MINUTE_MS,
    about: "Deletes records of wrong passwords that no longer count.",
  },
  "renew the operator's token": {
    everyMs: MINUTE_MS,
    about: "Replaces the token of the command line on this machine before its end.",
  },
  "sweep tokens": {
    everyMs: 10 * MINUTE_MS,
    about: "Records which access tokens have expired, and deletes bots all of whose tokens have long been inactive.",
  },
  "sweep refresh tokens": { everyMs: HOUR_MS, about: "Deletes registry sign-ins that have ended." },
  "sweep SSH keys": { everyMs: HOUR_MS, about: "Deletes SSH keys that expired, or whose access token has ended." },
  "sweep web sessions": { everyMs: HOUR_MS, about: "Ends sessions that lay idle or got too old." },
  "sweep sign-in links": { everyMs: HOUR_MS, about: "Deletes sign-in links and invitations that have ended." },
  "read the registry's catalog": {
    everyMs: 10 * SECOND_MS,
    about: "Reads which repositories the registry has: hourly, and when somebody asks for it on a project's images.",
  },
  "forget what was read of images": {
    everyMs: HOUR_MS,
    about: "Deletes what was read of manifests 90 days ago; it is read again where somebody looks.",
  },
  "settle pushes by Git": {
    everyMs: MINUTE_MS,
    about: "Finds out what became of pushes that were cut off, and forgets the rows of old ones; their events stay.",
  },
  "tidy up Git repositories": {
    everyMs: HOUR_MS,
    about: "Removes repositories of projects that were deleted 7 days ago, and what killed pushes left behind.",
  },
  "forget old reports of registries": {
    everyMs: HOUR_MS,
    about: "Deletes what registries reported long ago; the daily counts stay.",
  },
} as const satisfies Record<string, ChoreDescription>;
