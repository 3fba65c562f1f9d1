/** Keyside's metrics, in Prometheus' format. Each application has its own instance: nothing is global. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** In seconds: checking a token takes a millisecond or two, checking a password a tenth of a second. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** The counters and gauges, and the page that shows them. */
export class Metrics {
  readonly #registry = new Registry();

  readonly tokenRequests = new Counter({
    name: "keyside_token_requests_total",
    help: "Requests to the token endpoint, by how the client identified itself and what became of it",
    labelNames: ["grant", "outcome"] as const,
    registers: [this.#registry],
  });

  readonly tokenDuration = new Histogram({
    name: "keyside_token_request_duration_seconds",
    help: "How long requests to the token endpoint took",
    labelNames: ["grant"] as const,
    buckets: DURATION_BUCKETS,
    registers: [this.#registry],
  });

  /** `counted`: another wrong credential; `locked`: the one that locked a network; `refused`: tried while locked. */
  readonly authenticationFailures = new Counter({
    name: "keyside_authentication_failures_total",
    help: "Wrong credentials: counted, locked (the one too many of a network) and refused (while locked)",
    labelNames: ["event"] as const,
    registers: [this.#registry],
  });

  /** `stored` and `known` (stored before) count events; `unreadable` and `refused` (wrong secret), notifications. */
  readonly registryReports = new Counter({
    name: "keyside_registry_reports_total",
    help: "What registries reported: events stored and known, reports unreadable and refused",
    labelNames: ["outcome"] as const,
    registers: [this.#registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** Adds a gauge whose value is read whenever the page is requested. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      async collect() {
        this.set(await read());
      },
    });
  }

  /** The metrics page, with its content type. */
  async render(): Promise<{ readonly contentType: string; readonly text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  /** Removes all metrics, including the observers of the process. */
  close(): void {
    this.#registry.clear();
  }
}
