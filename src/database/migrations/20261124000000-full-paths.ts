/** Renames routes to full paths: in this code, a route is an HTTP route. */

/** The statements, in their order. */
export const FULL_PATHS = [
  "alter table routes rename to full_paths",
  "alter table full_paths rename constraint routes_path_unique to full_paths_path_unique",
  "alter table full_paths rename constraint routes_pkey to full_paths_pkey",
  "alter sequence routes_id_seq rename to full_paths_id_seq",
  "alter table namespaces rename column route_id to full_path_id",
  "alter table namespaces rename constraint namespaces_route_id_unique to namespaces_full_path_id_unique",
  "alter table namespaces rename constraint namespaces_route_id_foreign to namespaces_full_path_id_foreign",
  "alter table projects rename column route_id to full_path_id",
  "alter table projects rename constraint projects_route_id_unique to projects_full_path_id_unique",
  "alter table projects rename constraint projects_route_id_foreign to projects_full_path_id_foreign",
];
