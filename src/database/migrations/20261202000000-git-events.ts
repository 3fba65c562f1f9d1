/** Pushes by Git as events, which have no target, and the default branch of a project. */

/** What an update of a project may change without deciding anything. */
const UNDECIDING = ["name", "description", "default_branch"];

const decides = (row: string) => `(to_jsonb(${row}) - '{${UNDECIDING.join(",")}}'::text[])`;

/** The statements, in their order. */
export const GIT_EVENTS = [
  `alter table events
     add column push_data jsonb,
     alter column target_type drop not null,
     alter column target_title drop not null,
     add constraint events_target_or_push_check check (
       case when push_data is null then target_type is not null and target_title is not null
         else target_type is null and target_id is null and target_title is null end),
     add constraint events_push_action_check check (
       (push_data is not null) = (action in ('pushed_to', 'pushed_new', 'deleted')))`,
  "alter table projects add column default_branch text",
  "drop trigger projects_raise_epoch_on_update on projects",
  `create constraint trigger projects_raise_epoch_on_update after update on projects
   deferrable initially deferred for each row
   when (${decides("old")} is distinct from ${decides("new")}) execute function raise_authorization_epoch()`,
];
