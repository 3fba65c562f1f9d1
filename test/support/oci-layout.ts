/** Images for clients to push: OCI layouts of a few small layers, none of which any other image has. */
import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../../src/local-registry/run-command.ts";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const CONFIG = "application/vnd.oci.image.config.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar";

/** An image in a directory, under one tag. */
export interface OciLayout {
  readonly directory: string;
  readonly tag: string;
  /** Of the manifest. */
  readonly digest: string;
  readonly layers: readonly string[];
}

/** Writes an image below a directory; `layers` are files' contents, made up when not given. */
export async function writeOciLayout(
  parent: string,
  layers: readonly Uint8Array[] = [randomBytes(4096), randomBytes(4096), randomBytes(4096)],
): Promise<OciLayout> {
  const directory = await mkdtemp(join(parent, "image-"));
  await mkdir(join(directory, "blobs/sha256"), { recursive: true });
  const write = async (content: Uint8Array | string, mediaType: string) => {
    const hash = createHash("sha256").update(content).digest("hex");
    await writeFile(join(directory, "blobs/sha256", hash), content);
    return { mediaType, digest: `sha256:${hash}`, size: Buffer.byteLength(content) };
  };
  const tars = await Promise.all(layers.map((content, index) => tarOf(directory, `layer-${index}`, content)));
  const blobs = await Promise.all(tars.map((tar) => write(tar, LAYER)));
  const digests = blobs.map(({ digest }) => digest);
  // The layers are not compressed, so that each is its own difference.
  const config = { architecture: "amd64", os: "linux", config: {}, rootfs: { type: "layers", diff_ids: digests } };
  const manifest = await write(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      config: await write(JSON.stringify(config), CONFIG),
      layers: blobs,
    }),
    MANIFEST,
  );
  const tag = "v1";
  const annotations = { "org.opencontainers.image.ref.name": tag };
  await writeFile(join(directory, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  await writeFile(
    join(directory, "index.json"),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }),
  );
  return { directory, tag, digest: manifest.digest, layers: digests };
}

/** Writes a directory that builds into an image of three such layers. */
export async function writeBuildContext(parent: string): Promise<string> {
  const directory = await mkdtemp(join(parent, "context-"));
  const names = ["layer-0", "layer-1", "layer-2"];
  for (const name of names) await writeFile(join(directory, name), randomBytes(4096));
  const lines = ["FROM scratch", ...names.map((name) => `COPY ${name} /${name}`)];
  await writeFile(join(directory, "Containerfile"), `${lines.join("\n")}\n`);
  return directory;
}

/** An archive of one file. */
async function tarOf(parent: string, name: string, content: Uint8Array): Promise<Buffer> {
  const directory = await mkdtemp(join(parent, "layer-"));
  try {
    await writeFile(join(directory, name), content);
    await runTar(["--create", "--file", join(directory, "layer.tar"), "--directory", directory, name]);
    return await readFile(join(directory, "layer.tar"));
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The layout as one archive, as `ctr` reads it. */
export async function archiveOf({ directory }: OciLayout): Promise<string> {
  const file = `${directory}.tar`;
  await runTar(["--create", "--file", file, "--directory", directory, "blobs", "index.json", "oci-layout"]);
  return file;
}

async function runTar(args: readonly string[]): Promise<void> {
  const result = await runCommand("tar", args, { environment: process.env, timeoutMs: 10_000 });
  if (!result.ok) throw new Error(`tar ${args.join(" ")}: ${result.output}`);
}
