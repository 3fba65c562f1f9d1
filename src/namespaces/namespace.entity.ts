/** The place that projects live in: a user's own, or a group's; groups nest. Its full path is a row of its own. */
import { defineEntity, p } from "@mikro-orm/core";
import { baseProperties } from "../database/base.entity.ts";
import { FullPath } from "./full-path.entity.ts";

/** Whose a namespace is: a human's own, or a group's. */
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
