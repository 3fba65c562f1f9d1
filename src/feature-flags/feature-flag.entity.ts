/** A setting of a feature flag: for the instance (no project), or for one project. A flag that is not set is off. */
import { defineEntity, p } from "@mikro-orm/core";
import { baseProperties } from "../database/base.entity.ts";
import { Project } from "../projects/project.entity.ts";

const FeatureFlagSchema = defineEntity({
  name: "FeatureFlag",
  tableName: "feature_flags",
  properties: {
    ...baseProperties,
    name: p.text(),
    project: () => p.manyToOne(Project).ref().nullable(),
    enabled: p.boolean(),
  },
});

/** A setting of a feature flag. */
export class FeatureFlag extends FeatureFlagSchema.class {}
FeatureFlagSchema.setClass(FeatureFlag);
