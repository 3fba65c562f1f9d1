/** Somebody who did something, as lists name them. */
import type { UserType } from "./user.entity.ts";

/** Somebody, as pages name them. A deleted user is the Ghost User. */
export interface Person {
  readonly id: number;
  readonly username: string;
  readonly name: string;
  readonly userType: UserType;
}

/** Somebody as a query found them; null where it found nobody, as of a left join. */
export function personOf(id: number | null, username: string, name: string, userType: UserType): Person | null {
  return id === null ? null : { id, username, name, userType };
}
