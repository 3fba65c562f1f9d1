import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readNotification } from "../../../src/registry/notification.schema.ts";
import { event } from "../../support/registry-event.ts";

const BLOB = "application/octet-stream";
const NOW = new Date("2026-11-03T00:00:00Z");
const ids = (...events: unknown[]) => readNotification(JSON.stringify({ events }), NOW)?.map(({ id }) => id);

describe("readNotification", () => {
  it("reads what a registry reports of a push", () => {
    expect(readNotification(JSON.stringify({ events: [event({ id: "1", action: "push" })] }), NOW)).toEqual([
      {
        id: "1",
        happenedAt: new Date("2026-11-02T11:59:58.123Z"),
        action: "push",
        repository: "team/app/image",
        fromRepository: null,
        digest: `sha256:${"a".repeat(64)}`,
        tag: "latest",
        mediaType: "application/vnd.docker.distribution.manifest.v2+json",
        actor: "ann",
        address: "192.0.2.1:5000",
        client: "docker/20.10",
      },
    ]);
  });

  it("reads it where it says nothing of the client, or nothing that can be read", () => {
    for (const request of [{ method: "PUT" }, { method: "PUT", addr: 7, useragent: {} }]) {
      const reported = { ...event({ id: "1" }), request };
      const [read] = readNotification(JSON.stringify({ events: [reported] }), NOW) ?? [];
      expect([read?.id, read?.address, read?.client]).toEqual(["1", undefined, undefined]);
    }
  });

  it("keeps what is of an image, and leaves out what is only a part of it", () => {
    expect(
      ids(
        event({ id: "push", action: "push" }),
        event({ id: "layer pushed", action: "push", target: { mediaType: BLOB } }),
        event({ id: "pull", action: "pull", method: "GET" }),
        event({ id: "asked for", action: "pull", method: "HEAD" }),
        event({ id: "layer pulled", action: "pull", method: "GET", target: { mediaType: BLOB } }),
        event({ id: "mount", action: "mount", target: { mediaType: BLOB, fromRepository: "team/base" } }),
        event({ id: "deleted by digest", action: "delete", target: { mediaType: undefined, tag: undefined } }),
        event({ id: "deleted by tag", action: "delete", target: { mediaType: undefined, digest: undefined } }),
      ),
    ).toEqual(["push", "pull", "mount", "deleted by digest", "deleted by tag"]);
  });

  it("leaves out what Keyside itself looked at", () => {
    const looks = (["pull", "push", "mount", "delete"] as const).map((action) =>
      event({ id: action, action, actor: "keyside" }),
    );
    expect(ids(...looks, event({ id: "hers", actor: "keyside-ann" }))).toEqual(["hers"]);
  });

  it.each([
    ["another action", event({ action: "scrub" })],
    ["no id", { ...event({}), id: undefined }],
    ["no repository", event({ target: { repository: "" } })],
    ["NUL", event({ target: { repository: "team/\0" } })],
    ["half a surrogate pair", event({ actor: "ann\ud83d" })],
    ["no time", { ...event({}), timestamp: "yesterday" }],
    ["the year 0", { ...event({}), timestamp: "0000-01-01T00:00:00Z" }],
    ["the end of the year 9999", { ...event({}), timestamp: "9999-12-31T23:59:59-12:00" }],
    ["a time before computers", { ...event({}), timestamp: "1969-12-31T23:59:59Z" }],
    ["a time more than a day ahead", { ...event({}), timestamp: "2026-11-04T00:00:00.001Z" }],
    ["no object", 7],
  ])("leaves out an event with %s, and keeps its neighbours", (_what, odd) => {
    expect(ids(odd, event({ id: "good" }))).toEqual(["good"]);
  });

  it("takes an event of a registry whose clock is ahead for one of now", () => {
    const ahead = { ...event({}), timestamp: "2026-11-03T23:59:59+00:00" };
    expect(readNotification(JSON.stringify({ events: [ahead] }), NOW)).toMatchObject([{ happenedAt: NOW }]);
  });

  it("keeps a whole surrogate pair", () => {
    expect(ids(event({ id: "\u{1f600}" }))).toEqual(["\u{1f600}"]);
  });

  it("tells what is no report at all from one without events", () => {
    for (const body of ["", "{", "[]", "null", '{"events":{}}']) expect(readNotification(body, NOW)).toBeUndefined();
    expect(readNotification('{"events":[]}', NOW)).toEqual([]);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => (readNotification(body, NOW) ?? []).length === 0),
    );
  });
});
