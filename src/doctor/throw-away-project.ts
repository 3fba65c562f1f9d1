/** The private project that the doctor plays in. A port: the command line makes it through the API, the pages by use cases. */

/** A project with a token that may pull, push and delete, and a token of the caller's that may list the catalog. */
export interface ThrowAwayProject {
  readonly path: string;
  readonly secret: string;
  readonly catalogSecret: string;
  /** Where clients are told to find it by Git over SSH; null where that is off, or nothing is known of clients. */
  readonly sshUrl: string | null;
  /** Whether the service was told of a push into it. */
  isPushReported(): Promise<boolean>;
  /** Revokes the tokens, deletes the project and frees its path. */
  remove(): Promise<void>;
}

/**
 * Makes the project for one examination.
 *
 * @throws StepFailure when the service refuses
 */
export type MakeThrowAwayProject = () => Promise<ThrowAwayProject>;
