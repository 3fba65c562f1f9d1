/** Who sends a credential, as far as that is known before it is checked. */
export interface Sender {
  /** The client's address. */
  readonly address: string;
  /** What the client calls itself, as it was sent: shown to people, never trusted. */
  readonly client: string | undefined;
  /** Aborts when the client hangs up, with the error to throw in place of an answer that nobody would get. */
  readonly signal: AbortSignal;
}
