/** Finds accounts by what GitLab's clients filter and sort them by. */
import type { FilterQuery } from "@mikro-orm/core";
import type { SqlEntityManager } from "@mikro-orm/postgresql";
import { pageWindow } from "../http/pagination.ts";
import { likePattern } from "../http/validate.ts";
import { User } from "../users/user.entity.ts";
import type { ListUsersQuery } from "../users/user.schema.ts";

const COLUMNS = { id: "id", name: "name", username: "username", created_at: "createdAt" } as const;

/** A page of accounts, and how many there are in all. */
export function listUsers(em: SqlEntityManager, query: ListUsersQuery): Promise<[User[], number]> {
  const where: FilterQuery<User>[] = [];
  if (query.username !== undefined) where.push({ username: query.username.toLowerCase() });
  if (query.search !== undefined) {
    const pattern = { $ilike: likePattern(query.search) };
    where.push({ $or: [{ name: pattern }, { username: pattern }, { email: pattern }] });
  }
  if (query.active === true) where.push({ state: "active" });
  if (query.blocked === true) where.push({ state: "blocked" });
  if (query.humans === true) where.push({ userType: "human" });
  if (query.without_project_bots === true) where.push({ userType: { $ne: "project_bot" } });
  const orderBy = [{ [COLUMNS[query.order_by]]: query.sort }, { id: query.sort }];
  return em.findAndCount(User, { $and: where }, { orderBy, ...pageWindow(query) });
}
