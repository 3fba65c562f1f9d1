/**
 * The reverse proxies of examples/, run as they are written there, but for what a test must change: ports, certificates,
 * and where they keep their own files.
 */
import { generateKeyPairSync } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { selfSignedCertificate } from "../../src/signing/certificate.ts";
import { freePort } from "./free-port.ts";
import { PROJECT_DIRECTORY, type RunningCommand, startCommand } from "./running-command.ts";
import { scratchDirectory } from "./scratch-directory.ts";

export type ProxyProgram = "nginx" | "caddy";

/** Where the proxy passes requests on to, on 127.0.0.1. */
export interface Upstreams {
  readonly keysidePort: number;
  readonly registryPort: number;
}

/** A proxy's configuration, ready to run. */
export interface PreparedProxy {
  /** The command that checks the configuration and ends. */
  readonly check: readonly string[];
  /** The command that runs in the foreground. */
  readonly run: readonly string[];
  /** Printed when it takes connections. */
  readonly ready: RegExp;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** On 127.0.0.1, for both names, with TLS. */
  readonly port: number;
  /** The certificates that it shows, one for each name, in PEM; each signs itself. */
  readonly certificates: readonly string[];
}

const NAMES = ["keyside.example.com", "registry.example.com"] as const;
const LIFETIME_MS = 3_600_000;

/** Puts the example into an empty directory of the running test, with the test's ports and a new certificate. */
export async function prepareProxy(program: ProxyProgram, upstreams: Upstreams): Promise<PreparedProxy> {
  const directory = await scratchDirectory();
  const [port, plainPort] = [await freePort(), await freePort()];
  const certificates = await Promise.all(NAMES.map((name) => writeCertificate(directory, name)));
  const environment = {
    PATH: process.env["PATH"],
    HOME: directory,
    XDG_DATA_HOME: directory,
    XDG_CONFIG_HOME: directory,
  };
  switch (program) {
    case "nginx": {
      const file = join(directory, "nginx.conf");
      await writeFile(file, await renderNginx(directory, { port, plainPort, upstreams }));
      const settings = `daemon off; pid ${join(directory, "nginx.pid")}; error_log stderr notice;`;
      const command = ["nginx", "-p", directory, "-e", "stderr", "-c", file, "-g", settings];
      return {
        check: [...command, "-t"],
        run: command,
        ready: /start worker process/,
        environment,
        port,
        certificates,
      };
    }
    case "caddy": {
      const file = join(directory, "Caddyfile");
      await writeFile(file, await renderCaddy(directory, { port, upstreams }));
      const options = ["--config", file, "--adapter", "caddyfile"];
      return {
        check: ["caddy", "validate", ...options],
        run: ["caddy", "run", ...options],
        ready: /serving initial configuration/,
        environment,
        port,
        certificates,
      };
    }
  }
}

/** Runs it until the test is over; resolves when it takes connections. */
export async function startProxy({ run, ready, environment }: PreparedProxy): Promise<RunningCommand> {
  const command = startCommand(run, environment);
  await command.printed(ready);
  return command;
}

/** A certificate for a name, and its key, in the files that the examples say. */
async function writeCertificate(directory: string, name: string): Promise<string> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const now = new Date();
  const request = {
    commonName: name,
    publicKey,
    now,
    notAfter: new Date(now.getTime() + LIFETIME_MS),
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: name }] }],
  };
  const certificate = selfSignedCertificate(request, privateKey).toString();
  await writeFile(join(directory, `${name}.pem`), certificate);
  await writeFile(join(directory, `${name}.key`), privateKey.export({ type: "pkcs8", format: "pem" }));
  return certificate;
}

async function renderNginx(
  directory: string,
  { port, plainPort, upstreams }: { port: number; plainPort: number; upstreams: Upstreams },
): Promise<string> {
  const kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const temporary = kinds.map((kind) => `${kind}_temp_path ${join(directory, "temporary", kind)};`);
  await mkdir(join(directory, "temporary"));
  return replaced(await readExample("nginx.conf"), [
    ["\nhttp {\n", `\nhttp {\n${temporary.join("\n")}\n`],
    ["listen 80;", `listen 127.0.0.1:${plainPort};`],
    ["listen 443 ssl;", `listen 127.0.0.1:${port} ssl;`],
    ["/etc/nginx/certs/", `${directory}/`],
    ["http://127.0.0.1:8080", `http://127.0.0.1:${upstreams.keysidePort}`],
    ["http://127.0.0.1:5000", `http://127.0.0.1:${upstreams.registryPort}`],
  ]);
}

async function renderCaddy(
  directory: string,
  { port, upstreams }: { port: number; upstreams: Upstreams },
): Promise<string> {
  const site = (name: string) =>
    `https://${name}:${port} {\nbind 127.0.0.1\ntls ${join(directory, `${name}.pem`)} ${join(directory, `${name}.key`)}`;
  const text = replaced(await readExample("Caddyfile"), [
    ...NAMES.map((name) => [`\n${name} {`, `\n${site(name)}`] as const),
    ["127.0.0.1:8080", `127.0.0.1:${upstreams.keysidePort}`],
    ["127.0.0.1:5000", `127.0.0.1:${upstreams.registryPort}`],
  ]);
  return `{\nadmin off\nauto_https disable_redirects\n}\n${text}`;
}

const readExample = (name: string) => readFile(join(PROJECT_DIRECTORY, "examples", name), "utf8");

/** @throws Error when the example no longer has what is to be replaced: the test would run something else */
function replaced(text: string, replacements: readonly (readonly [string, string])[]): string {
  return replacements.reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`the example has no ${JSON.stringify(from)} any more`);
    return result.replaceAll(from, to);
  }, text);
}
