// The levels of docs/adr/0001: a file imports from its own folder and from lower levels only.
const levels = [
  ["^src/(errors|clock|config|files|ids|links|metrics|version)\\.ts$"],
  ["^src/http/", "^src/database/", "^src/signing/"],
  ["^src/users/"],
  ["^src/events/"],
  ["^src/projects/"],
  ["^src/features/"],
  ["^src/access-tokens/"],
  ["^src/authentication/"],
  ["^src/registry/", "^src/api/", "^src/web/", "^src/git/"],
  ["^src/(container|app|main|chores|first-start|health\\.routes)\\.ts$", "^src/cli/", "^src/local-registry/"],
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
