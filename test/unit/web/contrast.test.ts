import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const STYLE = readFileSync(new URL("../../../src/web/assets/style.css", import.meta.url), "utf8");

/** The colours of the style by their names: light, then dark. */
const COLOURS = new Map(
  Array.from(STYLE.matchAll(/--([a-z-]+): ?light-dark\((#[0-9a-f]+), (#[0-9a-f]+)\);/g), ([, name = "", ...both]) => [
    name,
    both,
  ]),
);

/** What stands on what. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  text: ["bg", "surface", "sunken", "hover", "new", "accent-soft", "ok-soft", "warn-soft", "danger-soft"],
  muted: ["bg", "surface", "sunken", "hover", "new"],
  accent: ["bg", "surface", "hover", "new"],
  "accent-strong": ["accent-soft", "sunken"],
  danger: ["surface", "bg", "danger-soft"],
  warn: ["surface", "warn-soft"],
  ok: ["ok-soft"],
  "on-accent": ["accent", "accent-strong"],
  "on-danger": ["danger", "danger-strong"],
};

/** Borders of fields, and what tells by its form alone, such as the outline of what has the focus. */
const FORMS: Readonly<Record<string, readonly string[]>> = {
  "field-line": ["surface", "bg"],
  accent: ["bg", "surface", "sunken", "accent-soft", "danger-soft"],
  danger: ["surface"],
  ok: ["sunken", "surface", "ok-soft"],
};

const pairs = (table: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(table).flatMap(([over, grounds]) =>
    grounds.flatMap((ground) => ["light", "dark"].map((theme) => [over, ground, theme] as const)),
  );

describe("the colours of the pages", () => {
  it.each(pairs(TEXTS))("lets %s be read on %s, %s", (over, ground, theme) => {
    expect(contrast(over, ground, theme)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(pairs(FORMS))("lets %s be seen on %s, %s", (over, ground, theme) => {
    expect(contrast(over, ground, theme)).toBeGreaterThanOrEqual(3);
  });
});

/** How much the luminances of two colours differ: 1 to 21. @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string, theme: string): number {
  const [low = 0, high = 0] = [luminance(colour(one, theme)), luminance(colour(other, theme))].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function colour(name: string, theme: string): string {
  const found = COLOURS.get(name)?.[theme === "light" ? 0 : 1];
  if (found === undefined) throw new Error(`style.css has no colour --${name} with a light and a dark side`);
  return found;
}

/** @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(hex: string): number {
  const digits = hex.slice(1);
  const pairsOfDigits =
    digits.length === 3 ? Array.from(digits, (digit) => digit + digit) : (digits.match(/../g) ?? []);
  const [red = 0, green = 0, blue = 0] = pairsOfDigits.map((pair) => {
    const share = Number.parseInt(pair, 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
