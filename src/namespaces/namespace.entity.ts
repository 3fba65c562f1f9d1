/** A namespace, which holds projects: a user's personal one, or a group's. Groups can be nested. */
import { defineEntity, p } from "@mikro-orm/core";
import { baseProperties } from "../database/base.entity.ts";
import { FullPath } from "./full-path.entity.ts";

/** The kinds of namespaces: personal ones and groups. */
export const NAMESPACE_KINDS = ["user", "group"] as const;
/** One of the kinds of namespaces. */
export type NamespaceKind = (typeof NAMESPACE_KINDS)[number];

const NamespaceSchema = defineEntity({
  name: "Namespace",
  tableName: "namespaces",
  properties: {
    ...baseProperties,
    kind: p.enum(NAMESPACE_KINDS),
    name: p.text(),
    description: p.text().nullable(),
    fullPath: () => p.oneToOne(FullPath).owner(),
    parent: () => p.manyToOne(Namespace).ref().nullable(),
  },
});

/** A user's or a group's namespace. */
export class Namespace extends NamespaceSchema.class {}
NamespaceSchema.setClass(Namespace);
