/** A page of a list's rows, as every use case that lists takes it, whichever protocol asked. */

/** `limit` rows at most, after the first `offset`. */
export interface Page {
  readonly limit: number;
  readonly offset: number;
}
