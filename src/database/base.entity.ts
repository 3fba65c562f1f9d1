/** What every entity has. Values are set by the use cases, from the injected clock: no hooks. */
import { p } from "@mikro-orm/core";

/** `id` is given by the database; `createdAt` is a moment in UTC, set by the use case. */
export const baseProperties = {
  id: p.integer().primary(),
  createdAt: p.datetime().columnType("timestamptz"),
};
