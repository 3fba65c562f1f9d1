/** Every migration, oldest first. */
import { Migration } from "@mikro-orm/migrations";
import { FIRST } from "./20261122000000-first.ts";
import { LIFECYCLE } from "./20261122010000-lifecycle.ts";
import { TOKEN_ENDPOINT } from "./20261122020000-token-endpoint.ts";
import { FULL_PATHS } from "./20261124000000-full-paths.ts";
import { TOMBSTONES } from "./20261125020000-tombstones.ts";
import { CREDENTIALS } from "./20261125040000-credentials.ts";
import { REGISTRY_EVENT_COUNTS } from "./20261125050000-registry-event-counts.ts";
import { FIRST_ADMINISTRATOR } from "./20261125060000-first-administrator.ts";
import { AUTHORIZATION_EPOCH } from "./20261126000000-authorization-epoch.ts";
import { DETAILED_RIGHTS } from "./20261127000000-detailed-rights.ts";
import { COUNTS_OF_USERS } from "./20261127015000-counts-of-users.ts";
import { WEB_SESSIONS } from "./20261130000000-web-sessions.ts";
import { USES_OF_TOKENS } from "./20261130010000-uses-of-tokens.ts";
import { INDEXES_OF_EVENTS } from "./20261130020000-indexes-of-events.ts";
import { PUSHES } from "./20261130030000-pushes.ts";
import { JOB_RUNS } from "./20261130040000-job-runs.ts";
import { REGISTRY_CHECKS } from "./20261130050000-registry-checks.ts";
import { IMAGES } from "./20261201000000-images.ts";
import { GIT_EVENTS } from "./20261202000000-git-events.ts";
import { GIT_REPOSITORIES } from "./20261202010000-git-repositories.ts";
import { SSH_KEYS } from "./20261202020000-ssh-keys.ts";

/** The statements of each migration, by name. Databases store the names, so never rename one. */
const STATEMENTS: Readonly<Record<string, readonly string[]>> = {
  "20261122000000-first": FIRST,
  "20261122010000-lifecycle": LIFECYCLE,
  "20261122020000-token-endpoint": TOKEN_ENDPOINT,
  "20261124000000-full-paths": FULL_PATHS,
  "20261125020000-tombstones": TOMBSTONES,
  "20261125040000-credentials": CREDENTIALS,
  "20261125050000-registry-event-counts": REGISTRY_EVENT_COUNTS,
  "20261125060000-first-administrator": FIRST_ADMINISTRATOR,
  "20261126000000-authorization-epoch": AUTHORIZATION_EPOCH,
  "20261127000000-detailed-rights": DETAILED_RIGHTS,
  "20261127015000-counts-of-users": COUNTS_OF_USERS,
  "20261130000000-web-sessions": WEB_SESSIONS,
  "20261130010000-uses-of-tokens": USES_OF_TOKENS,
  "20261130020000-indexes-of-events": INDEXES_OF_EVENTS,
  "20261130030000-pushes": PUSHES,
  "20261130040000-job-runs": JOB_RUNS,
  "20261130050000-registry-checks": REGISTRY_CHECKS,
  "20261201000000-images": IMAGES,
  "20261202000000-git-events": GIT_EVENTS,
  "20261202010000-git-repositories": GIT_REPOSITORIES,
  "20261202020000-ssh-keys": SSH_KEYS,
};

/** The migrations as MikroORM takes them. */
export const MIGRATIONS = Object.entries(STATEMENTS).map(([name, statements]) => ({
  name,
  class: class extends Migration {
    override up(): void {
      for (const statement of statements) this.addSql(statement);
    }
  },
}));
