/**
 * The declaration of an HTTP operation: its path, its parameters and its result. The same schemas validate a request,
 * type its handler and describe the operation in OpenAPI, so that the three cannot drift apart. Knows no feature.
 */
import { z } from "zod";
import type { Sender } from "../../authentication/sender.ts";
import type { TokenScope } from "../../principals/token-scope.ts";

/** What a handler returns; the body must match the operation's schema. */
export interface Answer<Body> {
  readonly body: Body;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request, validated. */
export interface OperationRequest<Caller, Params, Query, Body> {
  readonly caller: Caller;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The requested URL, as clients see it. */
  readonly url: URL;
  readonly sender: Sender;
}

/** The schema of no parameters. */
export const NOTHING = z.object({});

/** A body that is sent as it is made, as a file. */
export interface StreamedBody {
  readonly pieces: AsyncIterable<Uint8Array>;
  /** One of the operation's `streams`, with parameters. */
  readonly type: string;
  /** What a browser calls the file. */
  readonly filename: string;
  /** In bytes, where it is known. */
  readonly size?: number;
  /** How long the client may take nothing, in milliseconds. */
  readonly idleMs: number;
  /** Is called at the end, whatever happened. */
  close(): Promise<void>;
}

/** The schema of a body that is sent as it is made. */
export const STREAMED = z.custom<StreamedBody>();

/** One operation; `path` is written as `/projects/:id`, below the API's root. */
export interface Operation<
  Caller,
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Result extends z.ZodType = z.ZodType,
> {
  /** The operation's name in OpenAPI, unique. */
  readonly id: string;
  readonly method: "get" | "post" | "put" | "delete";
  readonly path: string;
  readonly summary: string;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The status of success; 204 has no body. */
  readonly status: 200 | 201 | 204;
  readonly result: Result;
  /** Set where the result is {@link STREAMED}: the media types that it may have. */
  readonly streams?: readonly string[];
  /** Set when the call rotates an access token: a secret that was rotated away is then treated as leaked. */
  readonly rotates?: true;
  /** Set when the call checks a password: wrong ones count against the sender's address. */
  readonly checksPassword?: true;
  /** The scope that allows this call where the credential lacks `api`. */
  readonly scope?: TokenScope;
  handle(
    request: OperationRequest<Caller, z.output<Params>, z.output<Query>, z.output<Body>>,
  ): Promise<Answer<z.input<Result>>>;
}
