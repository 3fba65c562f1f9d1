/** The API's own description, read as a client would: what there is, and whether an answer is what it says. */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import type { ApiAnswer, ApiClient } from "./api-client.ts";

/** A JSON Schema, as far as tests look into it. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
}

/** A parameter of an operation. */
export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "body";
  readonly required: boolean;
  readonly schema: Schema;
}

/** An operation of the API. */
export interface DescribedOperation {
  readonly id: string;
  readonly method: string;
  /** With `{id}` where a parameter stands. */
  readonly path: string;
  readonly success: number;
  readonly parameters: readonly Parameter[];
  /** What is wrong with an answer by the description; empty when nothing is. */
  problems(answer: ApiAnswer): string[];
}

/** An operation as the document has it. */
interface RawOperation {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: { readonly "application/json": { readonly schema: Schema } } };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

/** Reads the description of a running service. */
export async function readDescription(client: ApiClient): Promise<DescribedOperation[]> {
  const { body: document } = await client.get("/openapi.json");
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(document, "openapi");
  const entries = Object.entries<Record<string, RawOperation>>(document.paths);
  return entries.flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const at = `openapi#/paths/${pointerToken(path)}/${method}/responses`;
      const body = objectOf(operation.requestBody?.content["application/json"].schema ?? {});
      const inBody = Object.entries(body.properties ?? {}).map(([name, schema]) => ({
        name,
        in: "body" as const,
        required: body.required?.includes(name) === true,
        schema,
      }));
      return {
        id: operation.operationId,
        method: method.toUpperCase(),
        path,
        success: Number(Object.keys(operation.responses).find((status) => status.startsWith("2"))),
        parameters: [...operation.parameters, ...inBody],
        problems: (answer: ApiAnswer) => check(ajv, at, operation.responses, answer),
      };
    }),
  );
}

/** The object of a body that may be left out, which is null then. */
function objectOf(schema: Schema): Schema {
  return schema.anyOf?.find(({ type }) => type === "object") ?? schema;
}

function check(ajv: Ajv2020, at: string, responses: RawOperation["responses"], answer: ApiAnswer): string[] {
  const response = responses[answer.status];
  if (response === undefined) return [`${answer.status} is not described`];
  if (response.content === undefined)
    return answer.body === undefined ? [] : ["there is a body, and none is described"];
  if (!Object.hasOwn(response.content, "application/json")) {
    const [type = ""] = (answer.headers.get("content-type") ?? "").split(";");
    return Object.hasOwn(response.content, type) ? [] : [`${type} is not described`];
  }
  const validate: ValidateFunction = ajv.compile({ $ref: `${at}/${answer.status}/content/application~1json/schema` });
  if (validate(answer.body)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** A path as one token of a JSON pointer in a URI fragment. @see RFC 6901 */
function pointerToken(path: string): string {
  return encodeURIComponent(path.replaceAll("~", "~0").replaceAll("/", "~1"));
}
