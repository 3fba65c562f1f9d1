/**
 * Renders the configuration of a registry that trusts Keyside: the whole `config.yml`, or only the sections that an
 * existing registry needs. Understood by distribution 2.8 (`registry:2`) and 3.x. Writes no file, starts no registry.
 */

/** What a registry must know about Keyside to send its clients there and to accept the tokens they return with. */
export interface RegistryTrust {
  /** The URL of the token endpoint as clients reach it, in the challenge. */
  readonly realm: string;
  /** The registry's name: the `service` of the challenge, the `aud` of its tokens. */
  readonly service: string;
  /** The `iss` of its tokens. */
  readonly issuer: string;
  /** Path, as the registry sees it, of the PEM certificate of the CA that the tokens' `x5c` chains end in. */
  readonly rootCertBundle: string;
  readonly notifications?: NotificationTarget;
}

/** Where the registry reports pushes, pulls and deletions; `secret` is the whole `Authorization` header it sends. */
export interface NotificationTarget {
  readonly url: string;
  readonly secret: string;
}

/** The settings of a whole registry: where it listens, where it stores images, and its trust in Keyside. */
export interface RegistrySettings extends RegistryTrust {
  /** `host:port` to listen on. */
  readonly address: string;
  readonly storageDirectory: string;
  /** Signs the upload state that clients send back; changing it breaks uploads in progress. */
  readonly httpSecret: string;
}

/**
 * The whole `config.yml` of a registry that stores on the file system and is guarded by Keyside.
 *
 * @see https://distribution.github.io/distribution/about/configuration/
 */
export function renderRegistryConfig(settings: RegistrySettings): string {
  return `version: 0.1
log:
  level: warn
  accesslog:
    disabled: true
storage:
  filesystem:
    rootdirectory: ${scalar(settings.storageDirectory)}
  delete:
    enabled: true
http:
  addr: ${scalar(settings.address)}
  secret: ${scalar(settings.httpSecret)}
  # On SIGTERM, uploads under way may finish.
  draintimeout: 5s
${renderAuthAndNotifications(settings)}`;
}

/** The sections that make an existing registry trust Keyside and, if wanted, report to it. */
export function renderAuthAndNotifications(trust: RegistryTrust): string {
  const auth = `auth:
  token:
    realm: ${scalar(trust.realm)}
    service: ${scalar(trust.service)}
    issuer: ${scalar(trust.issuer)}
    # Read once, when the registry starts. It names the CA, not the key that signs: that one is replaced freely.
    rootcertbundle: ${scalar(trust.rootCertBundle)}
`;
  return trust.notifications === undefined ? auth : auth + renderNotifications(trust.notifications);
}

function renderNotifications(target: NotificationTarget): string {
  return `# Keep log.level at warn: at info, the registry logs the headers below, and with them the secret.
notifications:
  endpoints:
${renderEndpoints(target).replaceAll(/^(?=.)/gm, "    ")}`;
}

/**
 * The list of endpoints. No media type is ignored, since mounts are reported with those of layers. Keyside leaves out what
 * it does not need.
 */
export function renderEndpoints({ url, secret }: NotificationTarget): string {
  return `- name: keyside
  url: ${scalar(url)}
  headers:
    Authorization: [${scalar(secret)}]
  timeout: 1s
  threshold: 5
  backoff: 1s
`;
}

/**
 * A string as YAML: a JSON string is a double-quoted YAML scalar, whatever characters it holds.
 *
 * @see YAML 1.2 section 1.3
 */
export function scalar(value: string): string {
  return JSON.stringify(value);
}
