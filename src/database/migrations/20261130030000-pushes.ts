/** An index for what was pushed to a project last: most of what registries report are pulls. */

/** The statements, in their order. */
export const PUSHES = [
  "create index registry_events_pushes_index on registry_events (project_id, happened_at) where action = 'push'",
];
