/** Reads, from a registry's configuration file, what it will accept. */
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import { ConfigurationError } from "../../errors.ts";
import type { KnownRegistryAuth } from "./why-refused.ts";

const configurationSchema = z.object({
  auth: z.object({ token: z.object({ issuer: z.string(), rootcertbundle: z.string() }) }),
});

/**
 * The `auth.token` section of a registry's `config.yml`.
 *
 * @param bundle where this machine finds the registry's bundle, when that is not where the registry does
 * @throws ConfigurationError when the file or the bundle cannot be read
 */
export async function readRegistryAuth(file: string, bundle: string | undefined): Promise<KnownRegistryAuth> {
  const parsed = configurationSchema.safeParse(parseYaml(await readText(file), file));
  if (!parsed.success) throw new ConfigurationError(`${file} has no auth.token section with issuer and rootcertbundle`);
  const { issuer, rootcertbundle } = parsed.data.auth.token;
  const path = bundle ?? rootcertbundle;
  return { issuer, rootCertBundle: { path, certificates: readCertificates(await readText(path), path) } };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new ConfigurationError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
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
