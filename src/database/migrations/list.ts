/** Every migration, oldest first. The names are what a database remembers: never rename one. */
import { Migration20261122000000First } from "./migration-20261122000000-first.ts";
import { Migration20261122010000Lifecycle } from "./migration-20261122010000-lifecycle.ts";
import { Migration20261122020000TokenEndpoint } from "./migration-20261122020000-token-endpoint.ts";

export const MIGRATIONS = [
  { name: "20261122000000-first", class: Migration20261122000000First },
  { name: "20261122010000-lifecycle", class: Migration20261122010000Lifecycle },
  { name: "20261122020000-token-endpoint", class: Migration20261122020000TokenEndpoint },
];
