/** The calls about the instance itself. */
import { z } from "zod";
import { VERSION } from "../version.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { describeOperations, openApiResult } from "./protocol/openapi.ts";
import { NOTHING } from "./protocol/operation.ts";

const versionResult = z.object({ version: z.string(), revision: z.string() });
const metadataResult = versionResult.extend({ enterprise: z.boolean(), kas: z.object({ enabled: z.boolean() }) });

/** Keyside has no build step, so it does not know its commit. */
const INSTANCE = { version: VERSION, revision: "unknown" };

/** `/version`, `/metadata` and `/openapi.json`, which covers `others` too. @see docs/spec/rest-api.md "The calls" */
export function instanceOperations(others: readonly ApiOperation[], baseUrl: string): ApiOperation[] {
  const common = { method: "get", params: NOTHING, query: NOTHING, body: NOTHING, status: 200 } as const;
  const operations: ApiOperation[] = [
    apiOperation({
      ...common,
      id: "showVersion",
      path: "/version",
      summary: "Show which Keyside this is",
      result: versionResult,
      handle: () => Promise.resolve({ body: INSTANCE }),
    }),
    apiOperation({
      ...common,
      id: "showMetadata",
      path: "/metadata",
      summary: "Show which Keyside this is and what it is not",
      result: metadataResult,
      handle: () => Promise.resolve({ body: { ...INSTANCE, enterprise: false, kas: { enabled: false } } }),
    }),
    apiOperation({
      ...common,
      id: "showOpenApi",
      path: "/openapi.json",
      summary: "Describe the API as OpenAPI 3.1",
      result: openApiResult,
      handle: () => Promise.resolve({ body: describeOperations([...others, ...operations], baseUrl) }),
    }),
  ];
  return operations;
}
