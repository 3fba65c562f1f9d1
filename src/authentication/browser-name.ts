/** What people are told of the browser of a web session: its name and its system, as far as the User-Agent tells them. */
import { BROWSER_MAP, OS_MAP, parse } from "bowser";

/** The parser hands on other names as the client wrote them. */
const PROGRAMS: ReadonlySet<string> = new Set(Object.values(BROWSER_MAP));
const SYSTEMS: ReadonlySet<string> = new Set(Object.values(OS_MAP));

/** A browser in words of our own, such as `Firefox on Linux`. It is a hint, no proof: clients call themselves what they like. */
export function browserName(userAgent: string | null): string {
  const { browser, os } = userAgent ? parse(userAgent) : {};
  const program = known(browser?.name, PROGRAMS) ?? "Unknown browser";
  const system = known(os?.name, SYSTEMS);
  return system === undefined ? program : `${program} on ${system}`;
}

/** What an event calls a web session, whose row is gone some day: `Firefox on Linux, 10.4.2.17`. */
export function webSessionTitle({ browser, network }: { browser: string | null; network: string }): string {
  return network === "" ? browserName(browser) : `${browserName(browser)}, ${network}`;
}

function known(name: string | undefined, names: ReadonlySet<string>): string | undefined {
  return name !== undefined && names.has(name) ? name : undefined;
}
