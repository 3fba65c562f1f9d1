import { expect, it } from "vitest";
import { RecentlyUsed } from "../../src/recently-used.ts";

/** Holds texts of ten characters together; `made` lists those that had to be made. */
function keeper() {
  const made: string[] = [];
  const kept = new RecentlyUsed<string>(10, ({ length }) => length);
  const use = (text: string) =>
    kept.getOrMake(text, () => {
      made.push(text);
      return text;
    });
  return { made, kept, use };
}

it("makes a value once, while it is kept", () => {
  const { made, kept, use } = keeper();
  expect(kept.get("four")).toBeUndefined();
  expect([use("four"), use("four"), kept.get("four")]).toEqual(["four", "four", "four"]);
  expect(made).toEqual(["four"]);
});

it("forgets what was not asked for longest, as much as the new one needs, whichever way it was asked for", () => {
  const { kept, use } = keeper();
  for (const text of ["one", "two", "four"]) use(text);
  kept.get("one");
  use("three");
  expect(["one", "two", "four", "three"].map((text) => kept.get(text))).toEqual(["one", undefined, undefined, "three"]);
});

it("keeps nothing that is larger than the bound by itself", () => {
  const { kept, use } = keeper();
  use("one");
  expect(use("far too long for it")).toBe("far too long for it");
  expect([kept.get("far too long for it"), kept.get("one")]).toEqual([undefined, undefined]);
});
