/** The features that can be turned on and off. */

/** Every feature flag, with what it enables. */
export const FEATURES = {
  resource_access_token: "Create and rotate project access tokens",
} as const;
/** The name of a feature. */
export type Feature = keyof typeof FEATURES;

/** The names of all features. */
export const FEATURE_NAMES = Object.keys(FEATURES) as Feature[];
