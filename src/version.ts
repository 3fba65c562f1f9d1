/** Which Keyside this is. */
import packageDescription from "../package.json" with { type: "json" };

/** The version, as in package.json. */
export const VERSION: string = packageDescription.version;
