/**
 * Declares the pages of a place of tokens: each opens the place first, so that none can forget to ask whether the visitor may
 * manage what is there.
 */
import type { z } from "zod";
import { id } from "../../schemas/fields.ts";
import type { FormState } from "../protocol/form-state.ts";
import { NOTHING } from "../protocol/nothing.ts";
import { action, type Page, type PageRequest, type Redirect, type ShownPage, view } from "../protocol/page.ts";
import type { SignedInVisitor } from "../protocol/visitor.ts";
import type { TokenPlace, TokenPlaces } from "./token-place.ts";

/** A request for a page of a place that is open. */
export interface PlaceRequest<Place extends TokenPlace = TokenPlace> {
  readonly place: Place;
  readonly visitor: SignedInVisitor;
  /** Of the token that the address names; 0 where it names none. */
  readonly tokenId: number;
  readonly needsPassword: boolean;
  cookie(name: string): string | undefined;
}

/** What a form of a place does. */
export interface PlaceAction<Place extends TokenPlace, Form extends z.ZodType> {
  readonly form: Form;
  readonly confirms?: true;
  act(request: PlaceRequest<Place>, form: z.output<Form>): Promise<Redirect>;
  again?(request: PlaceRequest<Place>, form: FormState): Promise<ShownPage>;
}

/** Declares pages; `path` is what follows the place's own address. */
export interface PlacePages<Place extends TokenPlace = TokenPlace> {
  view<Query extends z.ZodType>(
    path: string,
    query: Query,
    show: (request: PlaceRequest<Place>, query: z.output<Query>) => Promise<ShownPage | Redirect>,
  ): Page;
  action<Form extends z.ZodType>(path: string, declared: PlaceAction<Place, Form>): Page;
}

type Entering = PageRequest<"signed_in", Readonly<Record<string, unknown>>, unknown>;

/** The pages of one kind of place. */
export function placePages<Place extends TokenPlace>({
  base,
  params: placeParams,
  open,
}: TokenPlaces<Place>): PlacePages<Place> {
  const common = (path: string) => ({
    path: base + path,
    access: "signed_in" as const,
    params: path.startsWith("/:token_id") ? placeParams.extend({ token_id: id() }) : placeParams,
  });
  const enter = async ({ visitor, params, ...rest }: Entering) => ({
    place: await open(visitor, params),
    visitor,
    tokenId: Number(params["token_id"] ?? 0),
    needsPassword: rest.needsPassword,
    cookie: (name: string) => rest.cookie(name),
  });
  return {
    view: (path, query, show) =>
      view<"signed_in", z.ZodObject, typeof query>({
        ...common(path),
        query,
        show: async (request) => await show(await enter(request), request.query),
      }),
    action: (path, { form, confirms, act, again }) =>
      action<"signed_in", z.ZodObject, typeof NOTHING, typeof form>({
        ...common(path),
        query: NOTHING,
        form,
        ...(confirms === undefined ? {} : { confirms }),
        act: async (request) => await act(await enter(request), request.form),
        ...(again === undefined
          ? {}
          : { again: async (request: Entering, state: FormState) => await again(await enter(request), state) }),
      }),
  };
}
