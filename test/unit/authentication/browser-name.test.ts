import { describe, expect, it } from "vitest";
import { browserName, webSessionTitle } from "../../../src/authentication/browser-name.ts";

const WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)";

describe("the name of a browser", () => {
  it.each([
    ["Firefox on Linux", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"],
    [
      "Microsoft Edge on Windows",
      `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/126.0 Safari/537.36 Edg/126.0`,
    ],
    ["Chrome on Android", `Mozilla/5.0 (Linux; Android 14; Pixel 8) ${WEBKIT} Chrome/126.0.0.0 Mobile Safari/537.36`],
    [
      "Safari on iOS",
      `Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) ${WEBKIT} Version/17.5 Mobile Safari/604.1`,
    ],
    ["Unknown browser on Linux", "something on Linux"],
    ["Unknown browser", "curl/8.5.0"],
    ["Unknown browser", ""],
    ["Unknown browser", null],
  ])("is %s for %s", (name, userAgent) => {
    expect(browserName(userAgent)).toBe(name);
  });

  it.each([
    '"><script>alert(1)</script>',
    "\u202egnp.exe",
    "=cmd|' /C calc'!A0",
    "Mozilla/5.0 ".repeat(21),
    "((((((((((".repeat(25),
    "kspat-0123456789",
  ])("is made of words of our own, whatever a client calls itself: %s", (userAgent) => {
    expect(browserName(userAgent)).toMatch(/^[\w .-]{1,60}$/);
    expect(browserName(userAgent)).not.toContain("kspat");
  });

  it("stands before the network in a session's title, if there is one", () => {
    expect(webSessionTitle({ browser: null, network: "2001:db8:1:2::/64" })).toBe("Unknown browser, 2001:db8:1:2::/64");
    expect(webSessionTitle({ browser: null, network: "" })).toBe("Unknown browser");
  });
});
