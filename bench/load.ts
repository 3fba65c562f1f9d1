/** Asks a service as fast as it answers, or one request after the other, and counts. */
import { Agent, request } from "node:http";

/** A request to repeat. */
export interface Call {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Which of this machine's addresses it comes from. */
  readonly localAddress?: string;
  /** What must come back; anything else ends the bench. */
  readonly status: number | readonly number[];
}

const AT_ONCE = 16;

/** How many requests a second are answered, over some milliseconds. */
export async function rate(call: Call, milliseconds: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const end = performance.now() + milliseconds;
  let answered = 0;
  const workers = Array.from({ length: AT_ONCE }, async () => {
    while (performance.now() < end) {
      await ask(call, agent);
      answered += 1;
    }
  });
  await Promise.all(workers);
  agent.destroy();
  return (answered / milliseconds) * 1000;
}

/** Sends calls, some at once, until all are answered. */
export async function flood(count: number, callOf: (index: number) => Call): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  let next = 0;
  const workers = Array.from({ length: AT_ONCE }, async () => {
    for (let index = next++; index < count; index = next++) await ask(callOf(index), agent);
  });
  await Promise.all(workers);
  agent.destroy();
}

/** The median time of an answer in milliseconds, one request after the other. */
export async function medianLatency(call: Call, count: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const start = performance.now();
    await ask(call, agent);
    times.push(performance.now() - start);
  }
  agent.destroy();
  return times.toSorted((a, b) => a - b)[Math.floor(count / 2)] ?? Number.NaN;
}

/** @throws Error when another status comes back */
function ask({ url, headers = {}, localAddress, status }: Call, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { headers, agent, ...(localAddress === undefined ? {} : { localAddress }) };
    const sent = request(url, options, (response) => {
      response.resume();
      response.once("end", () => {
        if ([status].flat().includes(response.statusCode ?? 0)) resolve();
        else reject(new Error(`${url}: ${response.statusCode} in the place of ${status}`));
      });
    });
    sent.once("error", reject);
    sent.end();
  });
}
