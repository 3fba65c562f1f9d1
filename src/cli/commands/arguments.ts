/** Arguments and options that several commands take. */
import { InvalidArgumentError } from "commander";

/** @throws InvalidArgumentError when the text is no whole number */
export function wholeNumber(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError("a whole number is wanted");
  return Number(value);
}

/** The words for access levels, beside their numbers. */
const LEVELS: Readonly<Record<string, number>> = { guest: 10, reporter: 20, developer: 30, maintainer: 40, owner: 50 };

/** @throws InvalidArgumentError when the text is neither a level's number nor its word */
export function accessLevel(value: string): number {
  const level = LEVELS[value.toLowerCase()] ?? Number(value);
  if (!Object.values(LEVELS).includes(level)) {
    throw new InvalidArgumentError("guest, reporter, developer, maintainer, owner or 10, 20, 30, 40, 50 is wanted");
  }
  return level;
}

/** @throws InvalidArgumentError when the text is neither on nor off */
export function onOrOff(value: string): boolean {
  if (value !== "on" && value !== "off") throw new InvalidArgumentError("on or off is wanted");
  return value === "on";
}
