/** Finds access tokens with their users, memberships and projects: all that are asked for at the same time, by one query. */
import DataLoader from "dataloader";
import type { Database, PreparedQuery } from "../database/database.ts";
import { inOneTurn } from "../database/look-up-together.ts";
import type { CredentialOwner } from "../errors.ts";
import type { TokenScope } from "../principals/token-scope.ts";
import type { Visibility } from "../projects/project.entity.ts";
import type { UserState, UserType } from "../users/user.entity.ts";

/** An access token, and what its bearer is. */
export interface TokenRow {
  readonly token_id: number;
  readonly digest: string;
  readonly scopes: TokenScope[];
  readonly expires_at: string | null;
  readonly revoked: boolean;
  /** When its grace ends or ended, after a rotation. */
  readonly retires_at: Date | null;
  readonly ip_allow_list: string[] | null;
  /** Null: it has no rules. */
  readonly repository_rules_digest: string | null;
  readonly user_id: number;
  readonly username: string;
  readonly user_type: UserType;
  readonly state: UserState;
  readonly admin: boolean;
  readonly project_id: number | null;
  readonly project_path: string | null;
  readonly visibility: Visibility | null;
  readonly container_registry_enabled: boolean | null;
  readonly access_level: number | null;
}

/** Whose it is, for the records of what was refused. */
export function ownerOf({ token_id: tokenId, user_id: userId, username }: TokenRow): CredentialOwner {
  return { tokenId, userId, username };
}

/** One statement for whoever looks for a token, by whatever: what is known of it is the same. */
const findTokensBy = (condition: string): string => `
    select t.id as token_id, t.digest, t.scopes, t.expires_at::text as expires_at, t.revoked_at is not null as revoked,
      t.retires_at, t.ip_allow_list, t.repository_rules_digest, u.id as user_id, u.username, u.user_type, u.state, u.admin,
      p.id as project_id, r.path as project_path, p.visibility, p.container_registry_enabled, m.access_level
    from access_tokens t
    join users u on u.id = t.user_id
    left join projects p on p.id = t.project_id
    left join full_paths r on r.id = p.full_path_id
    left join members m on m.user_id = t.user_id and m.project_id = t.project_id
    where ${condition}`;

const FIND_TOKENS: PreparedQuery = { name: "find_tokens", text: findTokensBy("t.digest = any($1::text[])") };

const FIND_TOKEN_BY_ID: PreparedQuery = { name: "find_token_by_id", text: findTokensBy("t.id = $1") };

/** Finds tokens by the digests of their secrets. */
export type AccessTokenLoader = Pick<DataLoader<string, TokenRow | undefined>, "load">;

/** Creates the finder of a database's access tokens. It remembers nothing. */
export function accessTokenLoader(database: Database): AccessTokenLoader {
  return new DataLoader(async (digests: readonly string[]) => {
    const rows = await database.query<StoredRow>(FIND_TOKENS, [[...new Set(digests)]]);
    const byDigest = new Map(rows.map((row) => [row.digest, read(row)]));
    return digests.map((digest) => byDigest.get(digest));
  }, inOneTurn);
}

/** Finds a token by its number, without its secret: to explain it, or for an SSH key that belongs to it. */
export async function findTokenById(database: Database, id: number): Promise<TokenRow | undefined> {
  const [row] = await database.query<StoredRow>(FIND_TOKEN_BY_ID, [id]);
  return row === undefined ? undefined : read(row);
}

/** A row as it comes; of a moment one kind of database makes a text. */
type StoredRow = Omit<TokenRow, "retires_at"> & { readonly retires_at: Date | string | null };

function read(row: StoredRow): TokenRow {
  const { retires_at } = row;
  // Nearly all are as they come, and are not copied.
  return retires_at === null ? (row as TokenRow) : { ...row, retires_at: new Date(retires_at) };
}
