/** What creates access tokens, and rotates them: the same for programs and for people. */
import { z } from "zod";
import { MAXIMUM_GRACE_SECONDS } from "../access-tokens/grace.ts";
import { ACCESS_LEVELS } from "../principals/access-level.ts";
import { TOKEN_SCOPES } from "../principals/token-scope.ts";
import { accessLevel } from "./access-level.ts";
import { date, integer, list, prose, text } from "./fields.ts";
import { ipAllowList, repositoryRules } from "./token-limits.ts";

const scopes = list(z.enum(TOKEN_SCOPES), 100).transform((values) => [...new Set(values)]);

/** What creates an access token of either kind. */
const createTokenBody = z.object({
  name: text(255),
  description: prose(255).nullish(),
  scopes,
  expires_at: date().nullish(),
  ip_allow_list: ipAllowList.nullish(),
});

/** The body that creates a personal access token, which has no project that rules could be about. */
export const createPersonalTokenBody = createTokenBody.extend({ repository_rules: z.never().nullish() });

/** The body that creates a project access token. */
export const createProjectTokenBody = createTokenBody.extend({
  access_level: accessLevel.default(ACCESS_LEVELS.maintainer),
  repository_rules: repositoryRules.nullish(),
});

/** The whole numbers from 0 to 2592000, as text. */
const GRACE_TEXT = "^(?:0|[1-9][0-9]{0,5}|1[0-9]{6}|2[0-4][0-9]{5}|25[0-8][0-9]{4}|259[01][0-9]{3}|2592000)$";

/** The parameters of a rotation. `grace_period`: for how many seconds the old secret works on. */
export const rotateTokenBody = z.object({
  expires_at: date().nullish(),
  grace_period: integer(z.int().min(0).max(MAXIMUM_GRACE_SECONDS), { type: "string", pattern: GRACE_TEXT }).default(0),
});
