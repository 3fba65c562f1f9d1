/** What a registry reports, as distribution 2.8 writes it. */

/** What a test wants of an event; the rest is a push of an image by ann. */
export interface EventOptions {
  readonly id?: string;
  readonly action?: string;
  readonly method?: string;
  readonly actor?: string;
  readonly target?: Readonly<Record<string, unknown>>;
}

/** An event of the envelope's list. @see distribution `notifications/event.go` */
export function event({ id = "event", action = "push", method = "PUT", actor = "ann", target = {} }: EventOptions) {
  return {
    id,
    timestamp: "2026-11-02T11:59:58.123Z",
    action,
    target: {
      mediaType: "application/vnd.docker.distribution.manifest.v2+json",
      size: 528,
      digest: `sha256:${"a".repeat(64)}`,
      length: 528,
      repository: "team/app/image",
      url: "http://localhost:5000/v2/team/app/image/manifests/latest",
      tag: "latest",
      ...target,
    },
    request: { id: "r", addr: "192.0.2.1:5000", host: "localhost:5000", method, useragent: "docker/20.10" },
    actor: { name: actor },
    source: { addr: "registry:5000", instanceID: "i" },
  };
}
