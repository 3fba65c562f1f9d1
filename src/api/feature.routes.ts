/** The calls about feature flags; for administrators. */
import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { Database } from "../database/database.ts";
import { recordEvent } from "../events/record-event.ts";
import type { FeatureFlag } from "../feature-flags/feature-flag.entity.ts";
import {
  deleteFeature,
  FEATURE_NAMES,
  FEATURES,
  type Feature,
  listFeatureSettings,
  setFeature,
} from "../feature-flags/require-feature.ts";
import { requireAdministrator } from "../principals/principal.ts";
import { findVisibleProject } from "../projects/find-project.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { NOTHING } from "./protocol/operation.ts";
import { reference } from "./protocol/reference.ts";
import { flag } from "./protocol/validate.ts";

const featureParams = z.object({ name: z.enum(FEATURE_NAMES) });

/** GitLab's other kinds of actors. To ignore one would switch the flag for everybody in place of a few. */
const otherActor = z.never().optional();

const setFeatureBody = z.object({
  value: flag(),
  project: reference.optional(),
  group: otherActor,
  namespace: otherActor,
  user: otherActor,
  feature_group: otherActor,
  repository: otherActor,
});

const featureResult = z.object({
  name: z.enum(FEATURE_NAMES),
  state: z.enum(["on", "off", "conditional"]),
  gates: z.array(z.object({ key: z.string(), value: z.union([z.boolean(), z.array(z.string())]) })),
  definition: z.object({ name: z.string(), description: z.string() }),
});

/** `/features`. @see spec/rest-api.md */
export function featureOperations({ database, clock }: { database: Database; clock: Clock }): ApiOperation[] {
  return [
    apiOperation({
      id: "listFeatures",
      method: "get",
      path: "/features",
      summary: "List the feature flags and where they are on (administrators)",
      params: NOTHING,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: z.array(featureResult),
      async handle({ caller }) {
        requireAdministrator(caller);
        const settings = await listFeatureSettings(database.em());
        return { body: FEATURE_NAMES.map((name) => renderFeature(name, settings)) };
      },
    }),
    apiOperation({
      id: "setFeature",
      method: "post",
      path: "/features/:name",
      summary: "Turn a feature flag on or off, for the instance or for one project (administrators)",
      params: featureParams,
      query: NOTHING,
      body: setFeatureBody,
      status: 201,
      result: featureResult,
      handle({ caller, params, body }) {
        requireAdministrator(caller);
        return database.transaction(async (em) => {
          const project = body.project === undefined ? null : await findVisibleProject(em, caller, body.project);
          await setFeature(em, {
            feature: params.name,
            projectId: project?.thing.id ?? null,
            enabled: body.value,
            now: clock.now(),
          });
          await recordEvent(em, {
            by: caller,
            action: body.value ? "enabled" : "disabled",
            target: { type: "FeatureFlag", id: null, title: params.name },
            projectId: project?.thing.id ?? null,
            at: clock.now(),
          });
          return { body: renderFeature(params.name, await listFeatureSettings(em)) };
        });
      },
    }),
    apiOperation({
      id: "deleteFeature",
      method: "delete",
      path: "/features/:name",
      summary: "Forget all that was set of a feature flag: it is off then (administrators)",
      params: featureParams,
      query: NOTHING,
      body: NOTHING,
      status: 204,
      result: z.undefined(),
      handle({ caller, params }) {
        requireAdministrator(caller);
        return database.transaction(async (em) => {
          await deleteFeature(em, params.name);
          const target = { type: "FeatureFlag", id: null, title: params.name } as const;
          await recordEvent(em, { by: caller, action: "destroyed", target, at: clock.now() });
          return { body: undefined };
        });
      },
    }),
  ];
}

/** A flag as GitLab's clients read it: a gate for the instance, and the projects where it is on. */
function renderFeature(name: Feature, settings: readonly FeatureFlag[]): z.input<typeof featureResult> {
  const own = settings.filter((setting) => setting.name === name);
  const instance = own.some(({ project, enabled }) => project === null && enabled);
  const projects = own
    .filter(({ project, enabled }) => project !== null && enabled)
    .map(({ project }) => `Project:${project?.id}`);
  const state = instance ? "on" : projects.length > 0 ? "conditional" : "off";
  return {
    name,
    state,
    gates: [{ key: "boolean", value: instance }, ...(projects.length > 0 ? [{ key: "actors", value: projects }] : [])],
    definition: { name, description: FEATURES[name] },
  };
}
