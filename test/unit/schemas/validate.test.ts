import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ValidationError } from "../../../src/errors.ts";
import { date, flag, id, integer, list, prose, resourceId, text } from "../../../src/schemas/fields.ts";
import { validate } from "../../../src/schemas/validate.ts";

/** What `validate` says of one parameter `p`; undefined when nothing is wrong. */
function complaint(schema: z.ZodType, value: unknown): string | undefined {
  try {
    validate(z.object({ p: schema }), { p: value });
    return undefined;
  } catch (error) {
    if (error instanceof ValidationError) return error.message;
    throw error;
  }
}

const read = (schema: z.ZodType, value: unknown) => validate(schema, value);

describe("validate", () => {
  it("names every wrong parameter once, in GitLab's words", () => {
    const schema = z.object({ name: text(5), scopes: list(z.enum(["api", "read_api"]), 9), level: integer(z.int()) });
    expect(() => validate(schema, { scopes: ["x", "y"], level: "high" })).toThrow(
      expect.objectContaining({
        problems: [
          { field: "name", message: "is missing" },
          {
            field: "scopes",
            message: expect.stringMatching(/^does not have a valid value: ".*" is not one of api, read_api$/),
          },
          { field: "level", message: expect.stringContaining('is invalid: "high"') },
        ],
      }),
    );
  });

  it("drops parameters that it does not know", () => {
    expect(validate(z.object({ a: flag() }), { a: true, skip_confirmation: true })).toEqual({ a: true });
  });

  it("cuts a long value short", () => {
    expect(complaint(date(), "x".repeat(5000))?.length).toBeLessThan(200);
  });

  it.each(["password", "current_password"])("never repeats a %s, whatever is wrong with it", (field) => {
    const schema = z.object({ [field]: z.string().min(8).max(10) });
    for (const password of ["hunter2", "hunter2-hunter2", ["hunter2"], { hunter2: 1 }]) {
      expect(() => validate(schema, { [field]: password })).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining("hunter2") }),
      );
    }
  });

  it("says what is wrong with an input that is no object", () => {
    expect(() => validate(z.object({ a: flag() }), [])).toThrow(/^body is invalid/);
  });
});

describe("text", () => {
  it("is trimmed, and not empty", () => {
    expect(read(text(5), "  ab ")).toBe("ab");
    expect(complaint(text(5), "   ")).toBe("p is empty");
  });

  it("has a maximum", () => {
    expect(complaint(text(5), "abcde")).toBeUndefined();
    expect(complaint(text(5), "abcdef")).toBe("p is too long (maximum is 5 characters)");
  });

  it.each(["a\0", "a\nb", "\u001B[31m", "\uD800", "a\u009Fb"])("refuses %j", (value) => {
    expect(complaint(text(50), value)).toContain("text without control characters");
  });
});

describe("prose", () => {
  it("may be empty and run over several lines, without other control characters", () => {
    expect(read(prose(50), "")).toBe("");
    expect(read(prose(50), "one\r\n\ttwo")).toBe("one\r\n\ttwo");
    expect(complaint(prose(50), "a\0")).toContain("text without control characters");
  });
});

describe("integer", () => {
  it.each([
    [40, 40],
    ["40", 40],
    ["-1", -1],
  ])("reads %j", (value, expected) => {
    expect(read(integer(z.int()), value)).toBe(expected);
  });

  it.each(["", "4.0", "0x10", "1e3", " 40", 4.5, true, null, [40], "99999999999999999999", Number.NaN])(
    "refuses %j",
    (value) => {
      expect(complaint(integer(z.int()), value)).toMatch(/^p is /);
    },
  );
});

describe("id", () => {
  it("is a number that a row may have", () => {
    expect(read(id(), "7")).toBe(7);
    for (const value of [0, -1, 2_147_483_648, "0"]) expect(complaint(id(), value)).toMatch(/^p is too/);
  });
});

describe("flag", () => {
  it.each([
    [true, true],
    ["true", true],
    ["1", true],
    [1, true],
    [false, false],
    ["false", false],
    ["0", false],
    [0, false],
  ])("reads %j", (value, expected) => {
    expect(read(flag(), value)).toBe(expected);
  });

  it.each(["yes", "", 2, null, "TRUE"])("refuses %j", (value) => {
    expect(complaint(flag(), value)).toMatch(/^p is invalid/);
  });
});

describe("list", () => {
  const letters = list(z.enum(["a", "b"]), 2);

  it.each([
    [
      ["a", "b"],
      ["a", "b"],
    ],
    ["a", ["a"]],
    ["a,b", ["a", "b"]],
    ["a, b", ["a", "b"]],
  ])("reads %j", (value, expected) => {
    expect(read(letters, value)).toEqual(expected);
  });

  it("is not empty and has a maximum", () => {
    expect(complaint(letters, [])).toBe("p is empty");
    expect(complaint(letters, ["a", "a", "a"])).toBe("p is too long (maximum is 2 elements)");
  });

  it.each(["", "c", "a,,b", {}, 5, null, [null]])("refuses %j", (value) => {
    expect(complaint(letters, value)).toMatch(/^p /);
  });
});

describe("date", () => {
  it.each(["2026-11-02", "2028-02-29", "9999-12-31"])("reads %s", (value) => {
    expect(read(date(), value)).toBe(value);
  });

  it.each([
    "2026-02-29",
    "2026-13-01",
    "2026-11-31",
    "2026-1-2",
    "02.11.2026",
    "2026-11-02T00:00:00Z",
    "+002026-11-02",
    "0000-01-01",
    "",
    20261102,
    null,
  ])("refuses %j", (value) => {
    expect(complaint(date(), value)).toMatch(/^p is invalid/);
  });
});

describe("resourceId", () => {
  it("is a number, or a path in lower case", () => {
    expect(read(resourceId, "42")).toBe(42);
    expect(read(resourceId, "Team/App")).toBe("team/app");
  });

  it.each(["", "a".repeat(1001), "team/a\0b", "\uD800"])("refuses %j", (value) => {
    expect(complaint(resourceId, value)).toMatch(/^p is /);
  });
});

describe("every kind of parameter", () => {
  it("reads or explains whatever JSON may hold", () => {
    const kinds = [text(9), prose(9), integer(z.int()), id(), flag(), list(z.enum(["a"]), 3), date(), resourceId];
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const kind of kinds) expect(complaint(kind, value) ?? "p is fine").toMatch(/^p /);
      }),
    );
  });
});
