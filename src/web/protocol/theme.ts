/** Light or dark: as the system has it, or as somebody chose. The choice lies in a cookie, so that no page flashes. */

/** The themes. */
export const THEMES = ["system", "light", "dark"] as const;
/** One of the themes. */
export type Theme = (typeof THEMES)[number];

/** The theme in a cookie's value. */
export function readTheme(value: string | undefined): Theme {
  return THEMES.find((theme) => theme === value) ?? "system";
}
