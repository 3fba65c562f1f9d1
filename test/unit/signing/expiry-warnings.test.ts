import { describe, expect, it } from "vitest";
import { expiryWarnings } from "../../../src/signing/expiry-warnings.ts";
import { openSigningKeys } from "../../../src/signing/signing-keys.ts";
import { FakeClock } from "../../support/clock.ts";
import { scratchDirectory } from "../../support/scratch-directory.ts";

const DAY_MS = 86_400_000;

describe("expiryWarnings", () => {
  it("warns of the leaf only when it is not being rotated, and of the CA half a year ahead", async () => {
    const clock = new FakeClock();
    const keys = await openSigningKeys({ directory: await scratchDirectory(), algorithm: "ES256", clock });
    const at = (moment: number) => expiryWarnings(keys, new Date(moment));
    const leaf = keys.current().notAfter.getTime();
    const ca = keys.caNotAfter.getTime();
    expect(at(clock.now().getTime())).toEqual([]);
    expect(at(leaf - 30 * DAY_MS)).toEqual([]);
    expect(at(leaf - 30 * DAY_MS + 1)).toEqual([expect.stringMatching(/^the signing key expires on .*ca\.key/)]);
    expect(at(ca - 180 * DAY_MS + 1)).toContainEqual(expect.stringMatching(/^the CA in ca\.crt expires on .*restart/));
    expect(at(ca - 180 * DAY_MS)).not.toContainEqual(expect.stringMatching(/^the CA/));
  });
});
