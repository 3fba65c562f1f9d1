/** The configuration: the only reader of the environment. It is read once, before anything listens, and then frozen. */
import { isIP } from "node:net";
import { availableParallelism } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { z } from "zod";
import { ConfigurationError } from "./errors.ts";

const seconds = (low: number, high: number) => wholeNumber(low, high, "a number of seconds");
const days = (low: number) => wholeNumber(low, 36_500, "a number of days");

const BYTES_PER_MIB = 1024 * 1024;

/** A number of MiB up to a TiB; read as bytes. */
const mebibytes = wholeNumber(1, 1_048_576, "a number of MiB").transform((value) => value * BYTES_PER_MIB);

/** How many of something may go on at once. */
const atOnce = wholeNumber(1, 1000, "a number of operations at once");

const directory = z
  .string()
  .min(1, "a directory")
  .transform((path) => resolve(path));

const onOrOff = (byDefault: "on" | "off") =>
  z
    .enum(["on", "off"], "on or off")
    .default(byDefault)
    .transform((value) => value === "on");

function wholeNumber(low: number, high: number, what: string) {
  const form = `${what} from ${low} to ${high}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, form)
    .transform(Number)
    .refine((value) => value >= low && value <= high, form);
}

/** An http(s) URL without credentials, query or fragment; a trailing slash is dropped. */
const webUrl = z
  .string()
  .refine(isPlainWebUrl, "an http:// or https:// URL without user, query or fragment")
  .transform((value) => value.replace(/\/+$/, ""));

function isPlainWebUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  return (
    ["http:", "https:"].includes(url.protocol) &&
    [url.username, url.password, url.search, url.hash].every((part) => part === "")
  );
}

function isPostgresUrl(value: string): boolean {
  return URL.canParse(value) && ["postgres:", "postgresql:"].includes(new URL(value).protocol);
}

const PORT_OR_OFF = "off, or a port from 0 to 65535";

/** Undefined for `off`. */
const portOrOff = z
  .string()
  .regex(/^(?:off|\d{1,5})$/, PORT_OR_OFF)
  .transform((value) => (value === "off" ? undefined : Number(value)))
  .refine((port = 0) => port <= 65_535, PORT_OR_OFF);

/** Where clients reach Git over SSH. */
export interface SshAddress {
  readonly user: string;
  /** An IPv6 address is in brackets. */
  readonly hostname: string;
  readonly port: number;
}

/** SSH's own port, which an address need not name. @see RFC 4253 section 4.1 */
export const SSH_PORT = 22;

const SSH_URL = /^ssh:\/\/([a-z0-9_][\w.-]*)@([a-z0-9][a-z0-9.-]*|\[[0-9a-f:.]+\])(?::(\d{1,5}))?\/?$/i;

/** An ssh URL with a user, and without a path. */
const sshUrl = z.string().transform((value, ctx): SshAddress => {
  const [, user = "", hostname = "", digits] = SSH_URL.exec(value) ?? [];
  const port = Number(digits ?? SSH_PORT);
  if (hostname !== "" && port > 0 && port <= 65_535) return Object.freeze({ user, hostname, port });
  ctx.addIssue("a URL like ssh://git@git.example.com or ssh://git@git.example.com:2222");
  return z.NEVER;
});

/** Addresses and networks, as `10.0.0.0/8,::1`. */
const networks = z
  .string()
  .transform((value) => value.split(",").map((entry) => entry.trim()))
  .refine(
    (entries) => entries.every(isNetwork),
    "a comma-separated list of addresses and networks like 10.0.0.0/8,::1",
  );

function isNetwork(entry: string): boolean {
  const [address = "", prefix, ...rest] = entry.split("/");
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  if (bits === -1 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
}

/** A file that may be named by the date; its directory may not. */
const auditFile = z
  .string()
  .refine(
    (value) => value === "-" || (!dirname(value).includes("%") && /^(?:[^%]|%[Ymd])+$/.test(basename(value))),
    "the path of a file, whose name may hold %Y, %m and %d for the date in UTC, or - for standard output",
  )
  .transform((value) => (value === "-" ? value : resolve(value)));

const environmentSchema = z.object({
  KEYSIDE_URL: webUrl.default("http://localhost:8080"),
  KEYSIDE_HOST: z.string().min(1, "a host name or address to listen on").default("127.0.0.1"),
  KEYSIDE_PORT: wholeNumber(0, 65_535, "a port").default(8080),
  KEYSIDE_WORKERS: wholeNumber(1, 64, "a number of processes").default(1),
  DATABASE_URL: z
    .string()
    .refine(isPostgresUrl, "a PostgreSQL URL like postgres://user:password@host:5432/database")
    .optional(),
  KEYSIDE_DATABASE_TIMEOUT: seconds(1, 300).default(5),
  KEYSIDE_DATA_DIR: directory.prefault("./data"),
  KEYSIDE_CERTS_DIR: directory.prefault("./certs"),
  KEYSIDE_ROOT_PASSWORD: z.string().min(8, "a password of 8 characters or more").optional(),
  REGISTRY_URL: webUrl.default("http://localhost:5000"),
  REGISTRY_INTERNAL_URL: webUrl.optional(),
  REGISTRY_SERVICE: z.string().min(1, "the service name in the registry's configuration").default("container_registry"),
  REGISTRY_ISSUER: z.string().min(1, "the issuer name in the registry's configuration").default("keyside"),
  REGISTRY_TOKEN_TTL: seconds(60, 3600).default(300),
  REGISTRY_PUSH_TOKEN_TTL: seconds(60, 3600).default(900),
  REGISTRY_TOKEN_REUSE_SECONDS: seconds(0, 300).default(10),
  REGISTRY_SIGNING_ALG: z.enum(["ES256", "RS256"], "ES256 or RS256").default("ES256"),
  REGISTRY_NOTIFICATION_SECRET: z
    .string()
    .regex(/^[\x21-\x7e][\x20-\x7e]{6,}[\x21-\x7e]$/, "8 or more printable characters, without spaces at the ends")
    .optional(),
  KEYSIDE_REFRESH_TOKENS: onOrOff("on"),
  KEYSIDE_REFRESH_TOKEN_IDLE_DAYS: days(1).default(30),
  KEYSIDE_REFRESH_TOKEN_MAX_DAYS: days(1).default(180),
  KEYSIDE_GIT: onOrOff("on"),
  KEYSIDE_GIT_DIR: directory.optional(),
  KEYSIDE_GIT_DEFAULT_BRANCH_PROTECTION: z
    .enum(["0", "1", "2"], "0, 1 or 2")
    .default("2")
    .transform(Number)
    .pipe(z.literal([0, 1, 2])),
  KEYSIDE_GIT_MAX_PUSH_MIB: mebibytes.prefault("1024"),
  KEYSIDE_GIT_MAX_REPOSITORY_MIB: mebibytes.optional(),
  KEYSIDE_GIT_CONCURRENCY: atOnce.default(Math.max(8, 2 * availableParallelism())),
  KEYSIDE_GIT_CONCURRENCY_PER_CALLER: atOnce.default(4),
  KEYSIDE_GIT_TIMEOUT: seconds(1, 86_400).default(3600),
  KEYSIDE_GIT_IDLE_TIMEOUT: seconds(1, 3600).default(60),
  KEYSIDE_SSH_PORT: portOrOff.prefault("off"),
  KEYSIDE_SSH_HOST: z.string().min(1, "a host name or address to listen on").optional(),
  KEYSIDE_SSH_URL: sshUrl.optional(),
  KEYSIDE_TOP_LEVEL_GROUPS: z.enum(["everyone", "administrators"], "everyone or administrators").default("everyone"),
  KEYSIDE_TRUSTED_PROXIES: networks.default([]),
  KEYSIDE_METRICS_CLIENTS: networks.default(["127.0.0.0/8", "::1"]),
  KEYSIDE_REQUEST_TIMEOUT: seconds(1, 3600).default(30),
  KEYSIDE_MAX_CONNECTIONS: wholeNumber(1, 1_000_000, "a number of connections").default(5000),
  KEYSIDE_TOKEN_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_-]{0,20}$/, "at most 20 letters, digits, hyphens and underscores")
    .default("kspat-"),
  KEYSIDE_MAX_TOKEN_LIFETIME_DAYS: days(1).optional(),
  KEYSIDE_TOKEN: z.string().min(1).optional(),
  KEYSIDE_COMMAND: z.string().min(1).default("npx keyside"),
  KEYSIDE_INACTIVE_TOKEN_RETENTION_DAYS: days(0).default(30),
  KEYSIDE_EVENT_RETENTION_DAYS: days(1).default(90),
  KEYSIDE_AUDIT_LOG: auditFile.optional(),
  KEYSIDE_AUDIT_LOG_REQUIRED: onOrOff("off"),
  KEYSIDE_LOG_LEVEL: z
    .enum(
      ["trace", "debug", "info", "warn", "error", "fatal", "silent"],
      "trace, debug, info, warn, error, fatal or silent",
    )
    .default("info"),
});

/** The service's settings, all validated. Durations are in seconds or days, as the variables' names say. */
export type Config = Readonly<ReturnType<typeof readConfig>>;

/** Variables whose values must not be repeated in a message, since they hold or may hold a secret. */
const SECRET_VARIABLES = new Set([
  "KEYSIDE_ROOT_PASSWORD",
  "KEYSIDE_TOKEN",
  "DATABASE_URL",
  "REGISTRY_NOTIFICATION_SECRET",
]);

/** A URL that is safe to show in a message: without a user and password that somebody put in by mistake. */
function withoutCredentials(value: string): string {
  return value.replace(/\/\/.*@/s, "//***@");
}

/**
 * Reads the configuration from environment variables; empty ones count as absent.
 *
 * @param defaults the values of variables that are absent, where they are others than they are elsewhere
 * @throws ConfigurationError naming each wrong variable, its value (unless secret) and the expected form
 * @see docs/spec/rest-api.md "Configuration"
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  defaults: Readonly<Record<string, string>> = {},
) {
  const set = Object.entries(environment).filter(([, value]) => value !== undefined && value !== "");
  const given = { ...defaults, ...Object.fromEntries(set) };
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => {
      const name = String(path[0]);
      const value = SECRET_VARIABLES.has(name) ? "its value" : JSON.stringify(withoutCredentials(given[name] ?? ""));
      return `${name}: ${value} is not ${message}`;
    });
    throw new ConfigurationError([...new Set(problems)].join("; "));
  }
  const values = parsed.data;
  if (values.KEYSIDE_AUDIT_LOG_REQUIRED && values.KEYSIDE_AUDIT_LOG === undefined)
    throw new ConfigurationError('KEYSIDE_AUDIT_LOG_REQUIRED: "on" needs a file, named by KEYSIDE_AUDIT_LOG');
  return Object.freeze({
    url: values.KEYSIDE_URL,
    host: values.KEYSIDE_HOST,
    port: values.KEYSIDE_PORT,
    workers: values.KEYSIDE_WORKERS,
    databaseUrl: values.DATABASE_URL,
    databaseTimeoutSeconds: values.KEYSIDE_DATABASE_TIMEOUT,
    dataDir: values.KEYSIDE_DATA_DIR,
    /** The Unix socket by which the command line reaches the service of its own machine. */
    socketFile: join(values.KEYSIDE_DATA_DIR, "keyside.sock"),
    /** Files that a first start writes for the machine's operator, readable by their owner alone. */
    operatorTokenFile: join(values.KEYSIDE_DATA_DIR, "operator-token"),
    rootPasswordFile: join(values.KEYSIDE_DATA_DIR, "initial-root-password"),
    /** The secret that the lines to paste of `keyside up` log in with. */
    demoTokenFile: join(values.KEYSIDE_DATA_DIR, "demo-token"),
    /** A program that prints that secret: git and ssh ask it for a password. */
    demoAskPassFile: join(values.KEYSIDE_DATA_DIR, "demo-askpass"),
    /** The host keys of Git over SSH, as a client on this machine takes them. */
    demoKnownHostsFile: join(values.KEYSIDE_DATA_DIR, "demo-known-hosts"),
    certsDir: values.KEYSIDE_CERTS_DIR,
    rootPassword: values.KEYSIDE_ROOT_PASSWORD,
    clientToken: values.KEYSIDE_TOKEN,
    /** How a shell next to the docker client runs this command line: for lines to paste. */
    command: values.KEYSIDE_COMMAND,
    topLevelGroups: values.KEYSIDE_TOP_LEVEL_GROUPS,
    logLevel: values.KEYSIDE_LOG_LEVEL,
    eventRetentionDays: values.KEYSIDE_EVENT_RETENTION_DAYS,
    /** The audit log; undefined where there is none. `file` is `-` for standard output. */
    audit:
      values.KEYSIDE_AUDIT_LOG === undefined
        ? undefined
        : Object.freeze({ file: values.KEYSIDE_AUDIT_LOG, required: values.KEYSIDE_AUDIT_LOG_REQUIRED }),
    /** The last line of the audit log that was written. */
    auditStateFile: join(values.KEYSIDE_DATA_DIR, "audit.state"),
    registry: Object.freeze({
      url: values.REGISTRY_URL,
      /** As Keyside itself reaches it. */
      internalUrl: values.REGISTRY_INTERNAL_URL ?? values.REGISTRY_URL,
      service: values.REGISTRY_SERVICE,
      issuer: values.REGISTRY_ISSUER,
      tokenTtlSeconds: values.REGISTRY_TOKEN_TTL,
      pushTokenTtlSeconds: values.REGISTRY_PUSH_TOKEN_TTL,
      tokenReuseSeconds: values.REGISTRY_TOKEN_REUSE_SECONDS,
      signingAlgorithm: values.REGISTRY_SIGNING_ALG,
      notificationSecret: values.REGISTRY_NOTIFICATION_SECRET,
      refreshTokens: values.KEYSIDE_REFRESH_TOKENS,
    }),
    refreshTokenLife: Object.freeze({
      idleDays: values.KEYSIDE_REFRESH_TOKEN_IDLE_DAYS,
      maxDays: values.KEYSIDE_REFRESH_TOKEN_MAX_DAYS,
    }),
    git: Object.freeze({
      isOn: values.KEYSIDE_GIT,
      /** Where the repositories lie. */
      directory: values.KEYSIDE_GIT_DIR ?? join(values.KEYSIDE_DATA_DIR, "git"),
      defaultBranchProtection: values.KEYSIDE_GIT_DEFAULT_BRANCH_PROTECTION,
      /** The pack of one push. */
      maximumPushBytes: values.KEYSIDE_GIT_MAX_PUSH_MIB,
      /** The size from which on a repository takes no more; undefined where there is none. */
      maximumRepositoryBytes: values.KEYSIDE_GIT_MAX_REPOSITORY_MIB,
      /** Operations at once in one process, and those of one caller among them. */
      concurrency: values.KEYSIDE_GIT_CONCURRENCY,
      concurrencyPerCaller: values.KEYSIDE_GIT_CONCURRENCY_PER_CALLER,
      /** One operation as a whole. */
      timeoutSeconds: values.KEYSIDE_GIT_TIMEOUT,
      /** A time without a byte either way while it is the client's turn. */
      idleTimeoutSeconds: values.KEYSIDE_GIT_IDLE_TIMEOUT,
    }),
    ssh: sshSettings(values),
    network: Object.freeze({
      trustedProxies: values.KEYSIDE_TRUSTED_PROXIES,
      metricsClients: values.KEYSIDE_METRICS_CLIENTS,
      requestTimeoutSeconds: values.KEYSIDE_REQUEST_TIMEOUT,
      maxConnections: values.KEYSIDE_MAX_CONNECTIONS,
    }),
    tokens: Object.freeze({
      prefix: values.KEYSIDE_TOKEN_PREFIX,
      maxLifetimeDays: values.KEYSIDE_MAX_TOKEN_LIFETIME_DAYS,
      inactiveRetentionDays: values.KEYSIDE_INACTIVE_TOKEN_RETENTION_DAYS,
    }),
  });
}

/** Where Git over SSH listens and how clients reach it; undefined where it is off, as it is where Git is. */
function sshSettings(values: z.output<typeof environmentSchema>) {
  const port = values.KEYSIDE_SSH_PORT;
  if (port === undefined || !values.KEYSIDE_GIT) return undefined;
  const { hostname } = new URL(values.KEYSIDE_URL);
  return Object.freeze({
    host: values.KEYSIDE_SSH_HOST ?? values.KEYSIDE_HOST,
    port,
    address: values.KEYSIDE_SSH_URL ?? Object.freeze({ user: "git", hostname, port }),
  });
}

/** The process's environment as it is, for the programs that Keyside starts. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
