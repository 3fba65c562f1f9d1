// The levels of docs/adr/0001: a file imports from its own folder and from lower levels only.
const levels = [
  ["^src/(errors|clock|config|ids|log)\\.ts$"],
  ["^src/http/", "^src/database/", "^src/signing/"],
  ["^src/users/"],
  ["^src/projects/"],
  ["^src/access-tokens/", "^src/features/", "^src/events/"],
  ["^src/authentication/"],
  ["^src/registry/", "^src/api/", "^src/web/", "^src/git/"],
  ["^src/(container|app|main)\\.ts$", "^src/cli/", "^src/local-registry/"],
];

const upward = levels.flatMap((folders, level) =>
  folders.map((folder) => ({
    name: `level-${level}-looks-down-only`,
    comment: `${folder} may import from its own folder and from levels below ${level}`,
    severity: "error",
    from: { path: folder },
    to: {
      path: "^src/",
      pathNot: [
        folder,
        ...levels.slice(0, level).flat(),
        ...(level === 7 ? levels[7] : []),
        ...(level === 0 ? levels[0] : []),
      ],
    },
  })),
);

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
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: [".ts", ".js"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
  },
};
