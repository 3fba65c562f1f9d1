/** The events of the whole instance, by time and by what they are about. */

/** The statements, in their order. */
export const INDEXES_OF_EVENTS = [
  "create index events_created_at_index on events (created_at, id)",
  "create index events_target_type_created_at_index on events (target_type, created_at)",
  // The second of these serves what it served.
  "drop index events_image_created_at_index",
];
