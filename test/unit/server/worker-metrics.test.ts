import { describe, expect, it } from "vitest";
import { Metrics, type MetricsSnapshot } from "../../../src/metrics.ts";
import { WorkerMetrics } from "../../../src/server/worker-metrics.ts";

/** A worker's numbers: some requests, and a gauge. */
async function numbers(requests: number, key = 100): Promise<MetricsSnapshot> {
  const metrics = new Metrics();
  if (requests > 0) metrics.tokenRequests.inc({ grant: "basic", outcome: "issued" }, requests);
  metrics.tokenDuration.observe({ grant: "basic" }, 0.002);
  metrics.gauge("connections", "Connections", () => 5);
  metrics.gauge("key_end", "When the key ends", () => key, { aggregator: "min" });
  const snapshot = await metrics.snapshot();
  metrics.close();
  return snapshot;
}

/** The page of a worker with these numbers, and what the others told. */
async function page(own: number, others: readonly MetricsSnapshot[]): Promise<(name: string) => number | undefined> {
  const metrics = new Metrics();
  metrics.tokenRequests.inc({ grant: "basic", outcome: "issued" }, own);
  metrics.gauge("connections", "Connections", () => 5);
  metrics.gauge("key_end", "When the key ends", () => 90, { aggregator: "min" });
  metrics.shareWith(() => Promise.resolve(others));
  const { text } = await metrics.render();
  metrics.close();
  return (name) => {
    const line = text.split("\n").find((each) => each.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length + 1));
  };
}

const REQUESTS = 'keyside_token_requests_total{grant="basic",outcome="issued"}';

/** Workers that answer at once, but for those that are silent. */
function crew(told: ReadonlyMap<number, MetricsSnapshot>, silent = new Set<number>()): WorkerMetrics {
  const metrics: WorkerMetrics = new WorkerMetrics(
    (worker, round) => {
      if (!silent.has(worker)) metrics.tell(worker, told.get(worker) ?? [], round);
    },
    { answerMs: 10 },
  );
  return metrics;
}

describe("the page of several workers", () => {
  it("sums counters, histograms and gauges, but for the end that comes first", async () => {
    const metrics = crew(new Map([[2, await numbers(7, 80)]]));
    const value = await page(3, await metrics.gather([2]));
    expect([value(REQUESTS), value("connections"), value("key_end")]).toEqual([10, 10, 80]);
    expect(value('keyside_token_request_duration_seconds_count{grant="basic"}')).toBe(1);
    expect(value('keyside_token_request_duration_seconds_bucket{le="0.0025",grant="basic"}')).toBe(1);
  });

  it("keeps what a worker counted that does not answer now, and not its gauges", async () => {
    const silent = new Set<number>();
    const metrics = crew(new Map([[2, await numbers(7)]]), silent);
    await metrics.gather([2]);
    silent.add(2);
    const value = await page(3, await metrics.gather([2]));
    expect([value(REQUESTS), value("connections")]).toEqual([10, 5]);
  });

  it("shows the others although one has never answered", async () => {
    const metrics = crew(new Map([[2, await numbers(7)]]), new Set([3]));
    const value = await page(3, await metrics.gather([2, 3]));
    expect([value(REQUESTS), value("connections")]).toEqual([10, 10]);
  });

  it("keeps what workers counted that have ended, each once", async () => {
    const metrics = crew(new Map([2, 3].map((worker) => [worker, []])));
    metrics.tell(2, await numbers(7));
    metrics.tell(3, await numbers(1));
    metrics.left(2);
    metrics.left(3);
    metrics.left(3);
    const value = await page(3, await metrics.gather([]));
    expect([value(REQUESTS), value("connections")]).toEqual([11, 5]);
    expect(value('keyside_token_request_duration_seconds_count{grant="basic"}')).toBe(2);
  });

  it("counts a worker once that answers and ends before the others have answered", async () => {
    const metrics: WorkerMetrics = new WorkerMetrics(() => undefined);
    const gathered = metrics.gather([2, 3]);
    metrics.tell(2, await numbers(7), 1);
    metrics.left(2);
    metrics.tell(3, await numbers(1), 1);
    expect((await page(3, await gathered))(REQUESTS)).toBe(11);
  });

  it("ends a round when the one that it waits for has ended", async () => {
    const metrics = new WorkerMetrics(() => undefined, { answerMs: 2 ** 30 });
    const gathered = metrics.gather([2]);
    metrics.left(2);
    expect(await gathered).toEqual([]);
  });

  it("is of numbers alone, as JSON knows no others", async () => {
    const values = (await numbers(1)).flatMap((metric) => metric.values.map(({ value }) => value));
    expect(values.filter((value) => !Number.isFinite(value))).toEqual([]);
  });
});
