import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { describeOperations } from "../../../../src/api/protocol/openapi.ts";
import { NOTHING } from "../../../../src/api/protocol/operation.ts";
import { filePath, folderPath } from "../../../../src/api/repository-fields.schema.ts";
import { createUserBody } from "../../../../src/api/user.schema.ts";
import { accessLevel } from "../../../../src/schemas/access-level.ts";
import {
  date,
  flag,
  id,
  list,
  moment,
  prose,
  resourceId,
  searchText,
  text,
  unlessEmpty,
  unsetFlag,
} from "../../../../src/schemas/fields.ts";
import { pathSegment } from "../../../../src/schemas/path-segment.ts";
import { createProjectBody } from "../../../../src/schemas/project-body.ts";
import { validate } from "../../../../src/schemas/validate.ts";

const ajv = new Ajv2020({ strict: false });
formats.default(ajv);

/** The description of a call with this body, as a client reads it. */
function describedCall(body: z.ZodType, query: z.ZodType = NOTHING) {
  const handle = () => Promise.resolve({ body: {} });
  const call = { id: "x", method: "post", path: "/x", summary: "x", params: NOTHING, status: 201, handle } as const;
  const document = describeOperations([{ ...call, query, body, result: NOTHING }], "http://keyside.test");
  return JSON.parse(JSON.stringify(document.paths["/x"]?.["post"]));
}

/** Whether the description and the validation take a body, which must be the same. */
function verdicts(schema: z.ZodType, body: unknown) {
  const { schema: described } = describedCall(schema).requestBody.content["application/json"];
  return { described: ajv.validate(described, body), validated: isValid(schema, body) };
}

function isValid(schema: z.ZodType, value: unknown): boolean {
  try {
    validate(schema, value);
    return true;
  } catch {
    return false;
  }
}

const FIELDS = {
  text: text(5),
  searchText: searchText(5),
  prose: prose(5),
  id: id(),
  flag: flag(),
  unsetFlag: unsetFlag(),
  unlessEmpty: unlessEmpty(resourceId),
  list: list(z.enum(["api", "read_api"]), 3),
  date: date(),
  moment: moment(),
  nested: pathSegment("nested"),
  top: pathSegment("top"),
  project: pathSegment("project"),
  resourceId,
  accessLevel,
  filePath,
  folderPath,
};

const VALUES = [
  ...["", " ", "\u00a0", "\ufeff", "a", " a ", "abcde", "abcdef", "     a", "🦭🦭🦭🦭🦭", "🦭🦭🦭🦭🦭🦭"],
  ...["a\0", "a\nb", "a\tb", "a\u0085b", "a\ufffd", "\n", "x".repeat(1000), "x".repeat(1001)],
  ...["0", "1", "01", "-1", "40", "45", "1e3", "1.5", "999999999", "true", "True", "TRUE", "false", "null"],
  ...[0, 1, -1, 1.5, 10, 40, 45, 2_147_483_647, 2_147_483_648, 2 ** 53, true, false, null],
  ...["api", "api,read_api", " api , read_api", "api,", ",", "api,nonsense", "api,api,api", "api,api,api,api"],
  ...[[], ["api"], ["api", "api", "api", "api"], ["nonsense"], [1], {}, { a: 1 }],
  ...["2027-01-01", "2027-02-29", "2028-02-29", "2027-13-01", "0001-01-01", "2027-1-1", "2027-01-01 "],
  ...["2027-01-01T00:00:00Z", "2027-01-01T00:00:00.5+02:00", "2027-01-01T25:00:00Z", "2027-01-01T00:00:00"],
  ...["a.b", "a..b", "a__b", "a___b", "a--b", "-a", "a-", "A", "a/b", "x.git", "x.atom", "x.gitx", "api", "tree", "v2"],
  ...["x".repeat(100), "x".repeat(101), "x".repeat(4096), "x".repeat(4097)],
  ...["/", "//", "/a/b/", "a//b", ".", "..", "...", "a/..", "./a", ".a/..b", "a\n/b", "-x", ":x"],
];

describe("the description of a field", () => {
  it.each(Object.entries(FIELDS))("of the kind %s takes and refuses what the validation does", (_kind, field) => {
    for (const schema of [z.object({ p: field }), z.object({ p: field.nullish() })]) {
      for (const p of VALUES) {
        const { described, validated } = verdicts(schema, { p });
        expect([p, described]).toEqual([p, validated]);
      }
      const { described, validated } = verdicts(schema, {});
      expect(described).toBe(validated);
    }
  });

  it("has one form for a number in an address, where everything is text", () => {
    const { parameters } = describedCall(NOTHING, z.object({ page: id(), owned: flag() }));
    expect(parameters[0].schema).toEqual({ type: "integer", minimum: 1, maximum: 2_147_483_647 });
    expect(parameters[1].schema.anyOf).toHaveLength(2);
  });
});

describe("the description of a body", () => {
  const account = { username: "ann", name: "Ann", email: "ann@example.com" };

  it.each([
    [createUserBody, account],
    [createUserBody, { ...account, password: "a good password" }],
    [createUserBody, { ...account, password: "short" }],
    [createUserBody, { ...account, reset_password: false }],
    [createUserBody, { ...account, reset_password: "1" }],
    [createUserBody, { ...account, force_random_password: true, email: "a@b@c" }],
    [createUserBody, { ...account, force_random_password: true, email: "a b@example.com" }],
    [createUserBody, { ...account, force_random_password: true, username: "admin" }],
    [createProjectBody, {}],
    [createProjectBody, { name: "A Project" }],
    [createProjectBody, { path: "app", visibility: "secret" }],
    [createProjectBody, { path: "app", unknown: true }],
  ])("has the rules between its members: %#", (schema, body) => {
    const { described, validated } = verdicts(schema, body);
    expect(described).toBe(validated);
  });

  it("says that a project's name needs letters or digits where it is all there is of the path", () => {
    const taken = (body: unknown) => verdicts(createProjectBody, body).described;
    expect([taken({ name: "!!!" }), taken({ name: "!!!", path: "app" }), taken({ name: "x".repeat(101) })]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it("is there for the calls that have one, with the failures that it can cause", () => {
    expect(Object.keys(describedCall(createProjectBody).responses)).toEqual(expect.arrayContaining(["413", "415"]));
    const without = describedCall(NOTHING);
    expect([without.requestBody, without.responses["413"], without.responses["415"]]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
