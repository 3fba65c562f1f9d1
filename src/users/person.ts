/** Somebody who did something, as lists name them. */
import type { UserType } from "./user.entity.ts";

/** Somebody, as pages name them. A deleted user is the Ghost User. */
export interface Person {
  readonly id: number;
  readonly username: string;
  readonly name: string;
  readonly userType: UserType;
}
