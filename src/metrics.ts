/** Keyside's metrics, in Prometheus' format. Each application has its own instance: nothing is global. */
import {
  AggregatorRegistry,
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from "prom-client";

/** In seconds: checking a token takes a millisecond or two, checking a password a tenth of a second. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** In seconds: the list of refs takes ten milliseconds, a large clone many minutes. */
const GIT_DURATION_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];

/** The numbers of one process, as it tells them to another. */
export type MetricsSnapshot = readonly MetricObjectWithValues<MetricValue<string>>[];

/** How a gauge's values in several processes become one. */
export type GaugeAggregator = "sum" | "min" | "max" | "average";

/** The counters and gauges, and the page that shows them. */
export class Metrics {
  readonly #registry = new Registry();
  #others: ((own: MetricsSnapshot) => Promise<readonly MetricsSnapshot[]>) | undefined;

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

  readonly auditLinesLost = new Counter({
    name: "keyside_audit_lines_lost_total",
    help: "Lines that the audit log lacks, since it could not be written for too long",
    registers: [this.#registry],
  });

  /** `kind`: `refs` (the list before a fetch or a push), `fetch`, `push`, `read` (by the API); `result` as an exchange ends. */
  readonly gitOperations = new Counter({
    name: "keyside_git_operations_total",
    help: "Git operations, by what was asked for and how they ended",
    labelNames: ["kind", "result"] as const,
    registers: [this.#registry],
  });

  readonly gitDuration = new Histogram({
    name: "keyside_git_operation_duration_seconds",
    help: "How long Git operations took, from their turn to their end",
    labelNames: ["kind"] as const,
    buckets: GIT_DURATION_BUCKETS,
    registers: [this.#registry],
  });

  readonly gitBytes = new Counter({
    name: "keyside_git_bytes_total",
    help: "What Git clients sent and were sent, in bytes",
    labelNames: ["direction"] as const,
    registers: [this.#registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
    // Of several processes, the page tells when the oldest started; prom-client would leave it out.
    Object.assign(this.#registry.getSingleMetric("process_start_time_seconds") ?? {}, { aggregator: "min" });
  }

  /** Adds a gauge whose value is read whenever the page is requested. */
  gauge(
    name: string,
    help: string,
    read: () => number | Promise<number>,
    { aggregator = "sum" }: { aggregator?: GaugeAggregator } = {},
  ): void {
    new Gauge({
      name,
      help,
      aggregator,
      registers: [this.#registry],
      async collect() {
        this.set(await read());
      },
    });
  }

  /**
   * Makes the page that of several processes.
   *
   * @param others given this process's numbers, answers those of the others
   */
  shareWith(others: (own: MetricsSnapshot) => Promise<readonly MetricsSnapshot[]>): void {
    this.#others = others;
  }

  /** The numbers of this process now; those that are none, such as the mean of nothing, are left out. */
  async snapshot(): Promise<MetricsSnapshot> {
    const metrics = await this.#registry.getMetricsAsJSON();
    return metrics.map((metric) => ({
      ...metric,
      values: metric.values.filter(({ value }) => Number.isFinite(value)),
    }));
  }

  /** The metrics page, with its content type. */
  async render(): Promise<{ readonly contentType: string; readonly text: string }> {
    const page = this.#others === undefined ? this.#registry : await this.#together(this.#others);
    return { contentType: this.#registry.contentType, text: await page.metrics() };
  }

  async #together(askOthers: (own: MetricsSnapshot) => Promise<readonly MetricsSnapshot[]>) {
    const own = await this.snapshot();
    return AggregatorRegistry.aggregate([own, ...(await askOthers(own))]);
  }

  /** Removes all metrics, including the observers of the process. */
  close(): void {
    this.#registry.clear();
  }
}
