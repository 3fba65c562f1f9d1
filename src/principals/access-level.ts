/** The access levels that a member can have, and their names. @see docs/spec/access-tokens.md "Vocabulary" */

/** Each level by its name; a higher number may do more. */
export const ACCESS_LEVELS = { guest: 10, reporter: 20, developer: 30, maintainer: 40, owner: 50 } as const;
/** The number of an access level. */
export type AccessLevel = (typeof ACCESS_LEVELS)[keyof typeof ACCESS_LEVELS];

/** No access at all: lower than every level. */
export const NO_ACCESS = 0;

const NAMES: Readonly<Record<AccessLevel, string>> = {
  10: "Guest",
  20: "Reporter",
  30: "Developer",
  40: "Maintainer",
  50: "Owner",
};

/** Every level with its name, lowest first, as messages list them: `10 (Guest), ...`. */
export const ACCESS_LEVEL_LIST = Object.entries(NAMES)
  .map(([level, name]) => `${level} (${name})`)
  .join(", ");

/** What people call a level: `Developer`. */
export function nameOfLevel(level: number): string {
  return isAccessLevel(level) ? NAMES[level] : "no member";
}

/** A level as sentences name it: `Developer (30)`. */
export function describeLevel(level: number): string {
  return `${nameOfLevel(level)} (${level})`;
}

/** Whether a number is one of the five levels. */
export function isAccessLevel(value: number): value is AccessLevel {
  return Object.hasOwn(NAMES, value);
}
