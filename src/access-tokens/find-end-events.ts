/** Finds the events that tell how tokens were ended before their date. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { idArray } from "../database/id-array.ts";
import type { EndEvent } from "./token-end.ts";

/**
 * A secret that had been revoked before it was presented ended its family: no other request with one changes anything.
 * A rotation is an event of the successor; what befell the token itself afterwards goes first.
 */
const FIND = `
  select distinct on (t.id) t.id, e.action,
    case when presented.family is distinct from t.family then 'none'
      when presented.revoked_at < e.created_at then 'dead' else 'alive' end as presented
  from access_tokens t
  left join access_tokens successor on successor.predecessor_id = t.id
  join events e on e.target_type = 'AccessToken' and e.target_id = any(array[t.id, successor.id])
    and e.action = any(case when e.target_id = t.id then array['revoked', 'retired'] else array['rotated'] end)
  left join access_tokens presented on presented.id = e.token_id
  where t.id = any(?::int[])
  order by t.id, e.target_id, e.id desc`;

/** The events of tokens' ends, by the ids of the tokens; a token without one is left out. One query, or none for no token. */
export async function findEndEvents(
  em: SqlEntityManager,
  tokenIds: readonly number[],
): Promise<ReadonlyMap<number, EndEvent>> {
  if (tokenIds.length === 0) return new Map();
  const rows = await em.execute<(EndEvent & { id: number })[]>(FIND, [idArray(tokenIds)]);
  return new Map(rows.map(({ id, action, presented }) => [id, { action, presented }]));
}
