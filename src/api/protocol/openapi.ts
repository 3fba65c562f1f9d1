/** Describes the API as OpenAPI 3.1, from the schemas that validate its requests and type its answers. */
import { z } from "zod";
import { otherForms } from "../../schemas/fields.ts";
import { VERSION } from "../../version.ts";
import type { ApiOperation } from "./api-operation.ts";
import { NOTHING } from "./operation.ts";

/** The description itself, as JSON. */
export const openApiResult = z.object({
  openapi: z.literal("3.1.0"),
  info: z.record(z.string(), z.string()),
  servers: z.array(z.object({ url: z.string() })),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z.record(z.string(), z.record(z.string(), z.unknown())),
});

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

/** The errors that any call may return. @see docs/spec/rest-api.md "Failures" */
const FAILURES: Readonly<Record<string, string>> = {
  400: "A parameter is missing or wrong, or a rule refuses",
  401: "No access token, or one that is not known, expired or revoked",
  403: "The token lacks the scope, or its user the rights",
  404: "There is no such thing, or none that the caller may see",
  409: "It clashes with what is there",
  503: "The database cannot be reached for the moment",
};

/** The errors of calls that have a body. */
const BODY_FAILURES: Readonly<Record<string, string>> = {
  413: "The body is too large",
  415: "The body is of a type or in an encoding that is not read",
};

/** The errors of calls that check a password. */
const PASSWORD_FAILURES: Readonly<Record<string, string>> = {
  429: "Too many wrong credentials came from the sender's address",
};

/** The whole OpenAPI document; `baseUrl` is the URL by which clients reach Keyside. */
export function describeOperations(
  operations: readonly ApiOperation[],
  baseUrl: string,
): z.input<typeof openApiResult> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    const path = operation.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [operation.method]: describeOperation(operation) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Keyside", version: VERSION },
    servers: [{ url: `${baseUrl}/api/v4` }],
    security: [{ privateToken: [] }, { bearer: [] }],
    paths,
    components: {
      securitySchemes: {
        privateToken: { type: "apiKey", in: "header", name: "PRIVATE-TOKEN" },
        bearer: { type: "http", scheme: "bearer" },
      },
      schemas: { Error: ERROR_SCHEMA },
    },
  };
}

const ERROR_SCHEMA = {
  type: "object",
  properties: {
    message: { type: "string" },
    error: { type: "string" },
    error_description: { type: "string" },
    scope: { type: "string" },
  },
  anyOf: [{ required: ["message"] }, { required: ["error"] }],
  additionalProperties: false,
};

function describeOperation(operation: ApiOperation) {
  const { id, summary, params, query, body, status } = operation;
  const content = (schema: unknown) => ({ "application/json": { schema } });
  const hasBody = body !== NOTHING;
  const failures = Object.entries({
    ...FAILURES,
    ...(hasBody ? BODY_FAILURES : {}),
    ...(operation.checksPassword ? PASSWORD_FAILURES : {}),
  }).map(([code, description]) => [code, { description, content: content({ $ref: "#/components/schemas/Error" }) }]);
  return {
    operationId: id,
    summary,
    parameters: [...parameters("path", params), ...parameters("query", query)],
    ...(hasBody ? { requestBody: requestBody(body) } : {}),
    responses: {
      [status]: { description: summary, ...(status === 204 ? {} : { content: successContent(operation) }) },
      ...Object.fromEntries(failures),
    },
  };
}

/** A streamed body is bytes, of which JSON Schema has nothing to say. @see OpenAPI 3.1, "Considerations for File Uploads" */
function successContent({ result, streams }: ApiOperation): Record<string, unknown> {
  if (streams === undefined) return { "application/json": { schema: resultSchema(result) } };
  return Object.fromEntries(streams.map((type) => [type, {}]));
}

/** A body whose members are all optional may be left out, and may be `null`. */
function requestBody(body: z.ZodType) {
  const described = inputSchema(body, "body");
  const required = !body.safeParse({}).success;
  const schema = required ? described : { anyOf: [described, { type: "null" }] };
  return { required, content: { "application/json": { schema } } };
}

function parameters(where: "path" | "query", schema: z.ZodType) {
  const { properties = {}, required = [] } = inputSchema(schema, where);
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: required.includes(name),
    schema: property,
  }));
}

/** The schema of a request as it is sent; what JSON Schema cannot express is left to the rules of the domain. */
function inputSchema(schema: z.ZodType, where: "path" | "query" | "body"): ObjectSchema {
  return toJsonSchema(schema, "input", where === "body");
}

/** The schema of an answer: exactly these members, no others. */
function resultSchema(schema: z.ZodType): unknown {
  return toJsonSchema(schema, "output");
}

function toJsonSchema(schema: z.ZodType, io: "input" | "output", isTyped = false) {
  const { $schema, ...described } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override({ zodSchema, jsonSchema }) {
      if (io === "output") return;
      if (zodSchema instanceof z.ZodObject) jsonSchema.required = requiredMembers(zodSchema);
      // In an address everything is text, so that a number has one form there.
      const form = otherForms.get(zodSchema);
      if (form === undefined || (jsonSchema.type === "integer" && !isTyped)) return;
      const first = { ...jsonSchema };
      for (const key of Object.keys(first)) delete jsonSchema[key];
      jsonSchema.anyOf = [first, form];
    },
  });
  return described;
}

/** Zod reports leniently read fields (`"40"` for 40) as optional: it cannot see that a missing value is refused. */
function requiredMembers({ shape }: z.ZodObject): string[] {
  return Object.entries(shape).flatMap(([name, member]) => (z.safeParse(member, undefined).success ? [] : [name]));
}
