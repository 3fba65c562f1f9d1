/** The calls about feature flags; for administrators. */
import { z } from "zod";
import type { UseCaseServices } from "../database/use-case-services.ts";
import { deleteFeatureFlag } from "../feature-flags/delete-feature-flag.ts";
import { FEATURE_NAMES, FEATURES, type Feature } from "../feature-flags/feature.ts";
import type { FeatureFlag } from "../feature-flags/feature-flag.entity.ts";
import { listFeatureFlags } from "../feature-flags/list-feature-flags.ts";
import { setFeatureFlag } from "../feature-flags/set-feature-flag.ts";
import { flag, resourceId, unlessEmpty } from "../schemas/fields.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { NOTHING } from "./protocol/operation.ts";

const featureParams = z.object({ name: z.enum(FEATURE_NAMES) });

/** GitLab's other kinds of actors. Ignoring one would switch the flag for everybody instead of for a few. */
const otherActor = unlessEmpty(z.never());

/** GitLab's client for Go sends every parameter, an empty text for what it was not given. */
const setFeatureBody = z.object({
  value: flag(),
  project: unlessEmpty(resourceId),
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

/** `/features`. @see docs/spec/rest-api.md "The calls" */
export function featureOperations(services: UseCaseServices): ApiOperation[] {
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
        const settings = await listFeatureFlags(services.database.em(), caller);
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
      async handle({ caller, params, body }) {
        const input = { caller, feature: params.name, project: body.project ?? null, enabled: body.value };
        await setFeatureFlag(services, input);
        return { body: renderFeature(params.name, await listFeatureFlags(services.database.em(), caller)) };
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
      async handle({ caller, params }) {
        await deleteFeatureFlag(services, { caller, feature: params.name });
        return { body: undefined };
      },
    }),
  ];
}

/** A flag as GitLab's clients expect it: a gate for the instance, and the projects where it is on. */
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
