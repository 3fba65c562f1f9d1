/** Names that want to be more than text, and a stage on which everything is called so. */
import { recordPush } from "./record-push.ts";
import type { WebStage } from "./web-stage.ts";

/** Names that want to be more than text. */
export const HOSTILE = {
  "a tag": `"><script>alert(1)</script>`,
  "an attribute": `' onmouseover='alert(1)' x="`,
  "a closing title": "</title></textarea><img src=x onerror=alert(1)>",
  "an address": "javascript:alert(1)",
  "an entity": "&lt;script&gt;&quot;&#39;",
  "a template": "{{7*7}}<%= 7*7 %>",
  "another direction": "abc\u202Etxt.exe\u202D\u2066",
  "255 emoji": "😀".repeat(255),
  "combining marks": `Z${"\u0301".repeat(100)}`,
} as const;

/** Gives everything that has a free name a hostile one, as far as people can do that, by the API and by Git. */
export async function renameAll({ service, people, project }: WebStage, name: string): Promise<void> {
  const by = { userId: people.maintainer.id, tokenId: null };
  await recordPush(service, { by, projectId: project.id, ref: name, commitTitle: name });
  const { root } = service;
  const done = [
    await root.put(`/users/${people.administrator.id}`, { name }),
    await root.put(`/users/${people.maintainer.id}`, { name }),
    await root.put(`/projects/${project.id}`, { name, description: name }),
    await root.put("/groups/team", { name, description: name }),
  ];
  for (const { status, body } of done) if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
}
