/** A real `registry:2` in a container, guarded by a Keyside of the test. */
import { GenericContainer, type StartedTestContainer, Wait } from "testcontainers";
import { REALM_PATH } from "../../src/links.ts";
import { renderRegistryConfig } from "../../src/registry-config/render-registry-config.ts";
import { FakeClock } from "./clock.ts";
import { freePort } from "./free-port.ts";
import { startTestService, type TestService } from "./service.ts";

const PORT = 5000;
const CONFIGURATION = "/etc/docker/registry/config.yml";
const ROOT_CERTIFICATE = "/etc/registry-trust/ca.crt";

/** A service and the registry that trusts it. */
export interface GuardedRegistry {
  readonly service: TestService;
  /** As image names begin: `localhost:PORT`. */
  readonly registry: string;
  stop(): Promise<void>;
}

/** Starts a service whose clock begins at this very moment, since the registry has the machine's, and a registry. */
export async function startGuardedRegistry(environment: Record<string, string> = {}): Promise<GuardedRegistry> {
  const port = String(await freePort());
  const url = `http://localhost:${port}`;
  const service = await startTestService({
    clock: new FakeClock(new Date()),
    environment: { KEYSIDE_PORT: port, KEYSIDE_URL: url, ...environment },
  });
  try {
    const container = await startRegistryContainer(service.container.config);
    return {
      service,
      registry: `localhost:${portOf(container)}`,
      async stop() {
        await container.stop();
        await service.stop();
      },
    };
  } catch (error) {
    await service.stop();
    throw error;
  }
}

/** The host port that Docker gave a registry. */
export function portOf(container: StartedTestContainer): number {
  return container.getMappedPort(PORT);
}

/** Starts a registry that trusts the CA of `certsDir` and sends its clients to the Keyside at `url`. */
export function startRegistryContainer({
  url,
  certsDir,
  registry: { service, issuer },
}: {
  url: string;
  certsDir: string;
  registry: { service: string; issuer: string };
}): Promise<StartedTestContainer> {
  const content = renderRegistryConfig({
    realm: url + REALM_PATH,
    service,
    issuer,
    rootCertBundle: ROOT_CERTIFICATE,
    address: `:${PORT}`,
    storageDirectory: "/var/lib/registry",
    httpSecret: "of a test",
  });
  return new GenericContainer("registry:2")
    .withCopyContentToContainer([{ content, target: CONFIGURATION }])
    .withCopyFilesToContainer([{ source: `${certsDir}/ca.crt`, target: ROOT_CERTIFICATE }])
    .withExposedPorts(PORT)
    .withWaitStrategy(Wait.forHttp("/v2/", PORT).forStatusCode(401))
    .start();
}
