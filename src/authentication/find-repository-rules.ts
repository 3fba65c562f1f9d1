/**
 * Finds the repository rules of access tokens. They are long beside the rest of a token, and are compiled before use, so
 * the process keeps those that it has seen, by the digest that the database makes of their text: what has another text has
 * another digest, and is read anew.
 */
import DataLoader from "dataloader";
import type { Database, PreparedQuery } from "../database/database.ts";
import { inOneTurn } from "../database/look-up-together.ts";
import { type RepositoryRule, RepositoryRules } from "../principals/repository-rules.ts";
import { RecentlyUsed } from "../recently-used.ts";

/** How much is kept. */
const MAXIMUM_BYTES = 16 * 1024 * 1024;

interface RulesRow {
  readonly id: number;
  readonly digest: string | null;
  readonly rules: readonly RepositoryRule[] | null;
}

const FIND_RULES: PreparedQuery = {
  name: "find_repository_rules",
  text: `
    select id, repository_rules_digest as digest, repository_rules as rules
    from access_tokens where id = any($1::int[])`,
};

/** Finds and keeps repository rules. */
export class RepositoryRulesFinder {
  readonly #stored: DataLoader<number, RulesRow | undefined>;
  readonly #kept = new RecentlyUsed<RepositoryRules>(MAXIMUM_BYTES, ({ bytes }) => bytes);

  constructor(database: Database) {
    this.#stored = new DataLoader(async (ids: readonly number[]) => {
      const rows = await database.query<RulesRow>(FIND_RULES, [[...new Set(ids)]]);
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id));
    }, inOneTurn);
  }

  /**
   * The rules of a token whose stored digest was read a moment ago. One query, or none.
   *
   * @returns undefined when the token has no rules any more, or was deleted: nobody may take that for rules that allow all
   */
  async find(tokenId: number, digest: string): Promise<RepositoryRules | undefined> {
    const kept = this.#kept.get(digest);
    if (kept !== undefined) return kept;
    const row = await this.#stored.load(tokenId);
    if (row === undefined || row.rules === null || row.digest === null) return undefined;
    const { rules } = row;
    return this.#kept.getOrMake(row.digest, () => new RepositoryRules(rules));
  }
}
