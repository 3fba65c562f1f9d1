/** The counts of what registries report, found by who did it where and when: what one bot did in its project. */

/** The statements, in their order. */
export const COUNTS_OF_USERS = [
  "drop index registry_event_counts_user_id_index",
  "create index registry_event_counts_user_id_index on registry_event_counts (user_id, project_id, day)",
];
