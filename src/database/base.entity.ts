/** The properties of every entity. Use cases set the values, with the injected clock; there are no hooks. */
import { p } from "@mikro-orm/core";

/** `id` is given by the database; `createdAt` is a moment in UTC, set by the use case. */
export const baseProperties = {
  id: p.integer().primary(),
  createdAt: p.datetime().columnType("timestamptz"),
};
