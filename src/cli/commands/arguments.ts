/** The arguments and options that several commands take, and how their values are read. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { ACCESS_LEVELS, isAccessLevel } from "../../principals/access-level.ts";

const LEVEL_NUMBERS: ReadonlyMap<string, number> = new Map(Object.entries(ACCESS_LEVELS));

/** `--json`, for a command that shows something. */
export function withJson(command: Command): Command {
  return command.option("--json", "print the API's answer as JSON");
}

/** `<path>`: the full path of the group or project that a command is about. */
export function withFullPath(command: Command): Command {
  return command.argument("<path>", "its full path");
}

/** `--from` and `--to`, for a command that counts by day. */
export function withPeriod(command: Command): Command {
  return command
    .option("--from <date>", "YYYY-MM-DD: the first day, UTC (default: 30 days in all)")
    .option("--to <date>", "YYYY-MM-DD: the last day, UTC (default: today)");
}

/** The days that were given, as parameters of an address; what was left out, the service decides. */
export function periodParameters(period: { from: string | undefined; to: string | undefined }): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const [name, day] of Object.entries(period)) if (day !== undefined) parameters.set(name, day);
  return parameters;
}

/** `<username>`: the user that a command is about. */
export function withUsername(command: Command): Command {
  return command.argument("<username>", "their username");
}

/** `--password-stdin`, without which a command that takes a password is refused: one on the command line would leak. */
export function withPasswordStdin(command: Command): Command {
  return command.requiredOption("--password-stdin", "read the password from standard input");
}

/** `--access-level`, as a number or a word. */
export function accessLevelOption(description: string): Option {
  return new Option("--access-level <level>", description).argParser(accessLevel);
}

/** @throws InvalidArgumentError when the text is not a whole number */
export function wholeNumber(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError("a whole number is wanted");
  return Number(value);
}

/** A rule as the API takes it. */
export interface RuleArgument {
  readonly repositories: readonly string[];
  readonly actions: readonly string[];
}

/**
 * Reads `web,services/**:pull,push` and adds it to the rules before it; nothing before the colon is the project's own
 * repository. The service judges the patterns and the actions.
 *
 * @throws InvalidArgumentError when there is no colon, or nothing behind it
 */
export function repositoryRule(value: string, before: readonly RuleArgument[] = []): RuleArgument[] {
  const [, repositories, actions] = /^([^:]*):([^:]+)$/.exec(value) ?? [];
  if (repositories === undefined || actions === undefined)
    throw new InvalidArgumentError("patterns and actions are wanted, as web,services/**:pull,push");
  return [...before, { repositories: listOf(repositories), actions: listOf(actions) }];
}

/** Reads `a,b`. */
export function listOf(value: string): string[] {
  return value.split(",").map((part) => part.trim());
}

const SECONDS_OF_UNIT: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60 };

/**
 * A duration in seconds, from `7d`, `12h`, `90m` or `3600`.
 *
 * @throws InvalidArgumentError when the text is of none of these forms
 */
export function seconds(value: string): number {
  const [, number, unit = ""] = /^(\d{1,9})([dhm]?)$/.exec(value) ?? [];
  if (number === undefined) throw new InvalidArgumentError("7d, 12h, 90m or a number of seconds is wanted");
  return Number(number) * (SECONDS_OF_UNIT[unit] ?? 1);
}

/** @throws InvalidArgumentError when the text is neither on nor off */
export function onOrOff(value: string): boolean {
  if (value !== "on" && value !== "off") throw new InvalidArgumentError("on or off is wanted");
  return value === "on";
}

/** @throws InvalidArgumentError when the text is neither a level's number nor its word */
function accessLevel(value: string): number {
  const level = LEVEL_NUMBERS.get(value.toLowerCase()) ?? Number(value);
  if (isAccessLevel(level)) return level;
  const [words, numbers] = [[...LEVEL_NUMBERS.keys()].join(", "), [...LEVEL_NUMBERS.values()].join(", ")];
  throw new InvalidArgumentError(`${words} or ${numbers} is wanted`);
}

/** A full path, split before its last segment; `parent` is undefined for a path of one segment. */
export function splitPath(path: string): { parent: string | undefined; last: string } {
  const slash = path.lastIndexOf("/");
  return { parent: slash === -1 ? undefined : path.slice(0, slash), last: path.slice(slash + 1) };
}
