/** The features that can be turned on and off. */

/** Every flag that there is, with what it does. */
export const FEATURES = {
  resource_access_token: "Create and rotate project access tokens",
} as const;
export type Feature = keyof typeof FEATURES;

export const FEATURE_NAMES = Object.keys(FEATURES) as Feature[];
