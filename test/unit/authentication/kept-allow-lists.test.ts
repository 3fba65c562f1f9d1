import { describe, expect, it } from "vitest";
import { KeptAllowLists } from "../../../src/authentication/kept-allow-lists.ts";

describe("the kept allow-lists", () => {
  const network = (index: number) => `10.${index >> 8}.${index & 255}.0/24`;

  it("are one for the same networks, and another for others", () => {
    const kept = new KeptAllowLists();
    const list = kept.of(["10.0.0.0/8", "::1"]);
    expect(kept.of(["10.0.0.0/8", "::1"])).toBe(list);
    expect(kept.of(["10.0.0.0/8"]).has("::1")).toBe(false);
    expect(list.has("::1")).toBe(true);
  });

  it("are bounded by their networks: what was not asked for longest goes first", () => {
    const kept = new KeptAllowLists();
    const lists = Array.from({ length: 200 }, (_, index) =>
      Array.from({ length: 100 }, (_each, at) => network(index * 100 + at)),
    );
    const made = lists.map((networks) => kept.of(networks));
    expect(kept.of(lists[0] ?? [])).toBe(made[0]);
    kept.of(["192.0.2.0/24"]);
    expect(kept.of(lists[0] ?? [])).toBe(made[0]);
    expect(kept.of(lists[1] ?? [])).not.toBe(made[1]);
  });
});
