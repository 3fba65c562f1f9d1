/** The bots of tokens, as queries about their use take them: each with the one project that it belongs to. */
import { idArray } from "../database/id-array.ts";

/** A bot and its project. */
export interface ProjectBot {
  readonly id: number;
  readonly projectId: number;
}

/** The values of `unnest(?::int[], ?::int[]) as bot (id, project_id)`. */
export function botValues(bots: readonly ProjectBot[]): readonly string[] {
  return [idArray(bots.map(({ id }) => id)), idArray(bots.map(({ projectId }) => projectId))];
}
