/** A guess at an access token, which no instance knows: well-formed, so that it counts, and cheap to refuse. */
import { makeSecret } from "../../src/access-tokens/secret.ts";
import { systemIds } from "../../src/ids.ts";

/** Another one each time. */
export const wrongToken = (): string => makeSecret("kspat-", systemIds);
