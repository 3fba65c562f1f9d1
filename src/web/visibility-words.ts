/** What pages say of who sees a project. */

import type { Visibility } from "../projects/project.entity.ts";
import type { Choice } from "./parts/chips.ts";

/** The visibilities to choose from, the narrowest first. */
export const VISIBILITY_CHOICES: readonly (Choice & { readonly value: Visibility })[] = [
  { value: "private", words: "Private" },
  { value: "internal", words: "Internal" },
  { value: "public", words: "Public" },
];

/** What they mean, in one hint. */
export const VISIBILITY_HINT =
  "Private: its members. Internal: whoever has an account here, who may pull its images too. Public: everybody, and nobody needs to log in to pull.";

/** What a change does: who gains and who loses, a sentence each. @see docs/spec/registry-auth.md "Who may do what" */
export function visibilityChange(from: Visibility, to: Visibility): readonly { gains: boolean; words: string }[] {
  const accounts = "whoever has an account here, bots apart, can see the project and pull its images";
  const everybody = "everybody can see the project and pull its images, without logging in";
  const seen = { private: [], internal: [accounts], public: [accounts, everybody] } as const;
  const gained = seen[to].filter((each) => !(seen[from] as readonly string[]).includes(each));
  const lost = seen[from].filter((each) => !(seen[to] as readonly string[]).includes(each));
  return [
    ...gained.map((words) => ({ gains: true, words: `from then on, ${words}` })),
    ...lost.map((words) => ({ gains: false, words: `no more: ${words}` })),
  ];
}
