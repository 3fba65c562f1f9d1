/** A page of rows, as every use case that lists takes it, whatever the protocol. */

/** At most `limit` rows, after skipping the first `offset`. */
export interface Page {
  readonly limit: number;
  readonly offset: number;
}
