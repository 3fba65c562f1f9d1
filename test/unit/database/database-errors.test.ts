import { UniqueConstraintViolationException } from "@mikro-orm/core";
import { describe, expect, it } from "vitest";
import { isConnectionFailure, isDiskFull, violatesUnique } from "../../../src/database/database-errors.ts";

const withCode = (code: string, message = "failed") => Object.assign(new Error(message), { code });

describe("isConnectionFailure", () => {
  it.each([
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "ENOTFOUND",
    "08006",
    "53300",
    "57P01",
    "57P03",
    "57014",
    "25P03",
    "25006",
  ])("is %s", (code) => {
    expect(isConnectionFailure(withCode(code))).toBe(true);
  });

  it.each([
    "timeout exceeded when trying to connect",
    "timeout expired",
    "Connection terminated unexpectedly",
    "Client has encountered a connection error and is not queryable",
    "Client was closed and is not queryable",
    "the database is closed",
    "PGlite is closed",
  ])("is %j", (message) => {
    expect(isConnectionFailure(new Error(message))).toBe(true);
  });

  it("is found however deep it is wrapped", () => {
    const cause = withCode("ECONNREFUSED");
    expect(isConnectionFailure(new Error("query failed", { cause: new Error("driver", { cause }) }))).toBe(true);
  });

  it("is found where every address of a host refused", () => {
    const refusals = [withCode("ECONNREFUSED"), withCode("ECONNREFUSED")];
    expect(isConnectionFailure(Object.assign(new AggregateError(refusals), { code: "ECONNREFUSED" }))).toBe(true);
  });

  it.each(["23505", "42P01", "22021", "25P02", "28P01", "08P01", "ENOENT"])("is not %s", (code) => {
    expect(isConnectionFailure(withCode(code))).toBe(false);
  });

  it.each([undefined, null, "ECONNREFUSED", {}, new Error("no")])("is not %s", (thing) => {
    expect(isConnectionFailure(thing)).toBe(false);
  });
});

describe("isDiskFull", () => {
  it.each(["53100", "ENOSPC"])("is %s, which is temporary", (code) => {
    const error = new Error("query failed", { cause: withCode(code) });
    expect([isDiskFull(error), isConnectionFailure(error)]).toEqual([true, true]);
  });

  it.each(["53200", "57P01", "23505"])("is not %s", (code) => {
    expect(isDiskFull(withCode(code))).toBe(false);
  });
});

describe("violatesUnique", () => {
  const violation = new UniqueConstraintViolationException(
    new Error('duplicate key value violates unique constraint "users_email_unique"'),
  );

  it("tells one constraint from another", () => {
    expect(violatesUnique(violation, "users_email_unique")).toBe(true);
    expect(violatesUnique(violation, "users_email")).toBe(false);
    expect(violatesUnique(new Error('"users_email_unique"'), "users_email_unique")).toBe(false);
  });
});
