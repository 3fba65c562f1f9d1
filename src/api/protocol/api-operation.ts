/** Operations of the API, whose callers are always signed in. */
import type { z } from "zod";
import type { SignedInPrincipal } from "../../principals/principal.ts";
import type { Operation } from "./operation.ts";

/** An operation whose caller is a signed-in principal. */
export type ApiOperation = Operation<SignedInPrincipal>;

/** Declares an operation of the API; its handler's types are inferred from its schemas. */
export function apiOperation<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Result extends z.ZodType,
>(operation: Operation<SignedInPrincipal, Params, Query, Body, Result>): ApiOperation {
  return operation;
}
