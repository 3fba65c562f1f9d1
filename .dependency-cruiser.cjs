// The floors of docs/architecture.md: a file imports from its own folder and from lower levels only.
const levels = [
  ["^src/(errors|clock|config|files|ids|links|metrics|recently-used|unix-socket|version)\\.ts$"],
  ["^src/http/", "^src/database/", "^src/signing/"],
  ["^src/audit/"],
  ["^src/principals/"],
  ["^src/users/"],
  ["^src/events/"],
  ["^src/namespaces/"],
  ["^src/projects/"],
  ["^src/members/"],
  ["^src/groups/", "^src/accounts/", "^src/feature-flags/"],
  ["^src/access-tokens/"],
  ["^src/refresh-tokens/", "^src/ssh-keys/"],
  ["^src/authentication/"],
  ["^src/registry-access/", "^src/registry-config/", "^src/git-repositories/"],
  ["^src/images/", "^src/doctor/"],
  // What clients send, as more than one door reads it.
  ["^src/schemas/"],
  // The doors, side by side: none imports another.
  ["^src/api/", "^src/registry/", "^src/web/", "^src/git/"],
  ["^src/local-registry/"],
  ["^src/server/", "^src/cli/"],
];

/** What holds entities and use cases, each of one noun. */
const ROOMS = [
  ...["principals", "users", "events", "namespaces", "projects", "members", "groups", "accounts", "feature-flags"],
  ...[
    "audit",
    "access-tokens",
    "refresh-tokens",
    "ssh-keys",
    "authentication",
    "registry-access",
    "registry-config",
    "doctor",
    "git-repositories",
  ],
];

const upward = levels.flatMap((folders, level) =>
  folders.map((folder) => ({
    name: `level-${level}-looks-down-only`,
    comment: `${folder} may import from its own folder and from levels below ${level}`,
    severity: "error",
    from: { path: folder },
    to: { path: "^src/", pathNot: [folder, ...levels.slice(0, level).flat(), ...top(level)] },
  })),
);

/** The top level is one: what wires the service may use all of itself. */
function top(level) {
  return level === levels.length - 1 ? levels[level] : [];
}

module.exports = {
  forbidden: [
    ...upward,
    {
      name: "rooms-speak-no-protocol",
      comment: "a room takes plain values: what reads requests and checks their form is a door's",
      severity: "error",
      from: { path: `^src/(${ROOMS.join("|")})/` },
      to: { path: "^node_modules/(koa|@koa|zod)/" },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "source-never-imports-tests", severity: "error", from: { path: "^(src|bin)/" }, to: { path: "^test/" } },
    {
      name: "no-development-dependencies-at-run-time",
      severity: "error",
      from: { path: "^(src|bin)/" },
      to: { dependencyTypes: ["npm-dev"] },
    },
    { name: "no-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // TypeScript 7 has no API that dependency-cruiser could call: swc reads the sources in its place.
    parser: "swc",
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: [".ts", ".js"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
  },
};
