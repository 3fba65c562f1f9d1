/** What a transaction does outside the database, once it is committed: after a rollback, nothing. */
import type { SqlEntityManager } from "@mikro-orm/postgresql";

/** Done after the commit, with the `Database` that it was a commit of, to be known by; must not throw. */
export type AfterCommit = (database: WeakKey) => void;

const effectsOf = new WeakMap<SqlEntityManager, AfterCommit[]>();

/** Has something done after the commit of the transaction that `em` is of; in the order of the calls. */
export function afterCommit(em: SqlEntityManager, effect: AfterCommit): void {
  const effects = effectsOf.get(em);
  if (effects === undefined) throw new Error("this entity manager is not one that Database.transaction() gave");
  effects.push(effect);
}

/** For the database: what is to be done after the commit of a transaction that begins. */
export function collectAfterCommit(em: SqlEntityManager): readonly AfterCommit[] {
  const effects: AfterCommit[] = [];
  effectsOf.set(em, effects);
  return effects;
}
