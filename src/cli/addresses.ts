/** The addresses in the API (below `/api/v4`) of what people name by a path or a word. */

/** @param path the project's full path, such as `team/app` */
export function projectAddress(path: string): string {
  return `/projects/${encodeURIComponent(path)}`;
}

/** @param path the group's full path, such as `team/backend` */
export function groupAddress(path: string): string {
  return `/groups/${encodeURIComponent(path)}`;
}

/** @param path the full path of something that was deleted, such as `team/app` */
export function deletedPathAddress(path: string): string {
  return `/deleted_paths/${encodeURIComponent(path)}`;
}

/** @param name the feature's name, such as `resource_access_token` */
export function featureAddress(name: string): string {
  return `/features/${encodeURIComponent(name)}`;
}
