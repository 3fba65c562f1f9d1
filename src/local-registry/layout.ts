/** Where the local registry keeps its files in Keyside's data directory, the same for every kind of registry. */
import { join } from "node:path";

/** Absolute paths. `images` outlives restarts and a change of kind; the rest is written anew at each start. */
export interface RegistryLayout {
  readonly dataDir: string;
  readonly images: string;
  readonly configuration: string;
  readonly log: string;
  readonly debianPackage: string;
  /** When a start last looked for Debian's package, in RFC 3339. */
  readonly debianPackageLookUp: string;
}

/** The layout in a data directory; `dataDir` must be the real path, as left-over registries are known by it. */
export function registryLayout(dataDir: string): RegistryLayout {
  return {
    dataDir,
    images: join(dataDir, "registry"),
    configuration: join(dataDir, "registry.yml"),
    log: join(dataDir, "registry.log"),
    debianPackage: join(dataDir, "registry-package"),
    debianPackageLookUp: join(dataDir, "registry-package-look-up"),
  };
}
