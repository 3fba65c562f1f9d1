/**
 * The record that this database has had its first administrator, so that no later start makes one again: one row at
 * most. It stays when that account is deleted, and then refers to the ghost user.
 */
import { defineEntity, p } from "@mikro-orm/core";
import { baseProperties } from "../database/base.entity.ts";
import { User } from "./user.entity.ts";

/** The id of the only row. */
export const FIRST_ADMINISTRATOR_ID = 1;

const FirstAdministratorSchema = defineEntity({
  name: "FirstAdministrator",
  tableName: "first_administrator",
  properties: {
    ...baseProperties,
    /** Null in a database that had other administrators, and no `root`, before this record was kept. */
    user: () => p.oneToOne(User).owner().ref().nullable(),
    /** The first time that they gave their password; null before. */
    signedInAt: p.datetime().columnType("timestamptz").nullable(),
  },
});

/** The record of the first administrator. */
export class FirstAdministrator extends FirstAdministratorSchema.class {}
FirstAdministratorSchema.setClass(FirstAdministrator);
