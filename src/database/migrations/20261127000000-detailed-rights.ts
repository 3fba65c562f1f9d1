/**
 * What a token may do in detail (repository rules, addresses), its end after a rotation with grace, and what is known of its
 * use.
 */

/** What an update of a token may change without deciding anything; the rules count by their digest. */
const UNDECIDING = ["last_used_at", "last_used_ips", "last_used_client", "expiry_recorded_at", "repository_rules"];

const decides = (row: string) => `(to_jsonb(${row}) - '{${UNDECIDING.join(",")}}'::text[])`;

/** The statements, in their order. */
export const DETAILED_RIGHTS = [
  `alter table access_tokens
     add column repository_rules jsonb,
     add column repository_rules_digest text
       generated always as (encode(sha256(repository_rules::text::bytea), 'hex')) stored,
     add column ip_allow_list text[],
     add column retires_at timestamptz,
     add column last_used_ips text[],
     add column last_used_client text,
     add constraint access_tokens_rules_in_project_check check (repository_rules is null or project_id is not null)`,
  // Of a family two may live, and no more: the current one, and the one before it while it is in grace.
  "drop index access_tokens_family_unrevoked_unique",
  `create unique index access_tokens_family_unrevoked_unique on access_tokens (family, (retires_at is null))
     where revoked_at is null`,
  `create index access_tokens_retires_at_index on access_tokens (retires_at)
     where revoked_at is null and retires_at is not null`,
  `create table access_token_scope_uses (
    access_token_id int not null
      constraint access_token_scope_uses_access_token_id_foreign references access_tokens (id) on delete cascade,
    scope text not null,
    last_used_at timestamptz not null,
    constraint access_token_scope_uses_pkey primary key (access_token_id, scope)
  )`,
  // How long a token was not used, between two uses; only pauses of 12 hours or more.
  `create table access_token_pauses (
    access_token_id int not null
      constraint access_token_pauses_access_token_id_foreign references access_tokens (id) on delete cascade,
    ended_at timestamptz not null,
    seconds int not null,
    constraint access_token_pauses_pkey primary key (access_token_id, ended_at)
  )`,
  "create index access_token_pauses_ended_at_index on access_token_pauses (ended_at)",
  "drop trigger access_tokens_raise_epoch_on_update on access_tokens",
  `create constraint trigger access_tokens_raise_epoch_on_update after update on access_tokens
   deferrable initially deferred for each row
   when (${decides("old")} is distinct from ${decides("new")}) execute function raise_authorization_epoch()`,
];
