/** What people are told of the browser of a web session: its name and its system, as far as the User-Agent tells them. */
import { parse } from "bowser";

/** A browser in words, such as `Firefox on Linux`. A client may call itself whatever it likes: it is a hint, no proof. */
export function browserName(userAgent: string | null): string {
  const { browser, os } = userAgent === null ? {} : parse(userAgent);
  const [program, system] = [browser?.name, os?.name];
  if (!program) return system ? `Unknown browser on ${system}` : "Unknown browser";
  return system ? `${program} on ${system}` : program;
}

/** What an event calls a web session, whose row is gone some day: `Firefox on Linux, 10.4.2.17`. */
export function webSessionTitle({ browser, network }: { browser: string | null; network: string }): string {
  return network === "" ? browserName(browser) : `${browserName(browser)}, ${network}`;
}
