/** How look-ups of the hot path share queries: those that come in one turn of the event loop are answered by one. */

/** The most look-ups that share a query. */
const MAXIMUM_TOGETHER = 64;

/** Options of a DataLoader that remembers nothing: what it answers was read after it was asked. */
export const inOneTurn = {
  cache: false,
  maxBatchSize: MAXIMUM_TOGETHER,
  batchScheduleFn: (send: () => void) => void setImmediate(send),
} as const;
