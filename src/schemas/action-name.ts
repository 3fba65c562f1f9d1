/** What clients are told that was done. */
import { EVENT_ACTIONS, type Event } from "../events/event.entity.ts";

/** All that there is; a push by Git has GitLab's names for it. */
export const ACTION_NAMES = [...EVENT_ACTIONS, "pushed to", "pushed new", "deleted"] as const;

/** The name of what an event says was done. */
export function actionName(action: Event["action"]): (typeof ACTION_NAMES)[number] {
  switch (action) {
    case "pushed_to":
      return "pushed to";
    case "pushed_new":
      return "pushed new";
    default:
      return action;
  }
}
