/** Reads, from a registry's configuration file, which tokens it accepts and where it sends notifications. */
import { X509Certificate } from "node:crypto";
import { parse } from "yaml";
import { z } from "zod";
import type { KnownRegistry } from "../doctor/known-registry.ts";
import { ConfigurationError } from "../errors.ts";
import { readTextFile } from "../files.ts";

const configurationSchema = z.object({
  auth: z.object({ token: z.object({ issuer: z.string(), rootcertbundle: z.string() }) }),
  notifications: z
    .object({
      endpoints: z
        .array(
          z.object({
            url: z.string(),
            disabled: z.boolean().default(false),
            headers: z.record(z.string(), z.array(z.string())).default({}),
          }),
        )
        .nullish(),
    })
    .nullish(),
});

/**
 * Reads a registry's `config.yml`.
 *
 * @param bundle where this machine finds the registry's bundle, when that is another path than the registry's
 * @throws ConfigurationError when the file or the bundle cannot be read
 */
export function readRegistryConfig(file: string, bundle: string | undefined): KnownRegistry {
  const parsed = configurationSchema.safeParse(parseYaml(readTextFile(file), file));
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "the file"}: ${message}`);
    throw new ConfigurationError(
      `${file} is not the configuration of a registry that trusts Keyside: ${wrong.join("; ")}`,
    );
  }
  const { auth, notifications } = parsed.data;
  const { issuer, rootcertbundle } = auth.token;
  const path = bundle ?? rootcertbundle;
  const endpoints = notifications?.endpoints ?? [];
  return {
    auth: { issuer, rootCertBundle: { path, certificates: readCertificates(readBundle(path), path) } },
    endpoints: endpoints
      .filter(({ disabled }) => !disabled)
      .map(({ url, headers }) => ({ url, secret: headers["Authorization"]?.[0] ?? "" })),
  };
}

/** A registry in a container names its bundle as the container sees it. */
function readBundle(path: string): string {
  try {
    return readTextFile(path);
  } catch (error) {
    throw new ConfigurationError(
      `the registry's rootcertbundle ${(error as Error).message}; give --registry-bundle FILE, where this machine finds it`,
      { cause: error },
    );
  }
}

function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new ConfigurationError(`${file} is not YAML`, { cause: error });
  }
}

function readCertificates(text: string, path: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (error) {
    throw new ConfigurationError(`${path} holds a certificate that cannot be read`, { cause: error });
  }
}
