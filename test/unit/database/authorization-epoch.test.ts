import { describe, expect, it } from "vitest";
import { type AuthorizationEpoch, openAuthorizationEpoch } from "../../../src/database/authorization-epoch.ts";

/** A PostgreSQL server of which a test says when it answers, and what. */
class SlowServer {
  readonly kind = "postgresql";
  readonly #waiting: PromiseWithResolvers<{ value: string }[]>[] = [];
  reads = 0;

  query = <Row>(): Promise<Row[]> => {
    this.reads += 1;
    const answer = Promise.withResolvers<{ value: string }[]>();
    this.#waiting.push(answer);
    return answer.promise as Promise<unknown[]> as Promise<Row[]>;
  };
  requireOpen = () => undefined;
  listen = () => Promise.reject(new Error("this server is not embedded"));

  /** Resolves once a read waits for its answer. */
  async isAsked(): Promise<void> {
    await expect.poll(() => this.#waiting.length).toBe(1);
  }
  async answers(value: string): Promise<void> {
    await this.isAsked();
    this.#waiting.shift()?.resolve([{ value }]);
  }
  async fails(): Promise<void> {
    await this.isAsked();
    this.#waiting.shift()?.reject(new Error("Connection terminated"));
  }
}

async function open(): Promise<{ server: SlowServer; epoch: AuthorizationEpoch }> {
  const server = new SlowServer();
  return { server, epoch: await openAuthorizationEpoch(server) };
}

const ask = (epoch: AuthorizationEpoch, times: number) =>
  Promise.all(Array.from({ length: times }, () => epoch.confirm()));

describe("the authorization epoch on PostgreSQL", () => {
  it("is read once for all who ask in one turn", async () => {
    const { server, epoch } = await open();
    const asked = ask(epoch, 64);
    await server.answers("one");
    expect(new Set(await asked)).toEqual(new Set(["one"]));
    expect(server.reads).toBe(1);
  });

  it("is never what a read saw that began before one asked: they share the next", async () => {
    const { server, epoch } = await open();
    const early = epoch.confirm();
    await server.isAsked();
    const late = ask(epoch, 10);
    await server.answers("before");
    await server.answers("after");
    expect(await early).toBe("before");
    expect(new Set(await late)).toEqual(new Set(["after"]));
    expect(server.reads).toBe(2);
  });

  it("has no second read under way while there is one", async () => {
    const { server, epoch } = await open();
    const early = epoch.confirm();
    await server.isAsked();
    const late = epoch.confirm();
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(server.reads).toBe(1);
    await server.answers("one");
    await server.answers("two");
    expect([await early, await late]).toEqual(["one", "two"]);
  });

  it("is nobody's when the read fails, not of those who wait for the next either; then it is read again", async () => {
    const { server, epoch } = await open();
    const early = ask(epoch, 3).catch((error: Error) => error.message);
    await server.isAsked();
    const late = ask(epoch, 3).catch((error: Error) => error.message);
    await server.fails();
    expect([await early, await late]).toEqual(["Connection terminated", "Connection terminated"]);
    expect(server.reads).toBe(1);
    const again = epoch.confirm();
    await server.answers("back");
    expect(await again).toBe("back");
  });
});
