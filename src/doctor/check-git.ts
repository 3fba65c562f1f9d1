/** Checks that Git is served: asks as its clients do before a fetch and before a push, and changes nothing. */
import type { Reply } from "../http/ask.ts";
import { describeReply } from "./describe-reply.ts";
import type { ExaminedPair } from "./examined-pair.ts";
import { StepFailure, StepSkipped } from "./failure.ts";
import type { ThrowAwayProject } from "./throw-away-project.ts";

/** The packet that ends a list, here an empty one: git's own clients send it before a long push. */
const FLUSH = "0000";

/** How Keyside begins to say that there is to be no Git. */
const OFF = "Git is off";

/**
 * Asks for the refs, and sends an empty push: that takes git, its hooks, and a directory that can be written.
 *
 * @throws StepSkipped where Git is turned off
 * @throws StepFailure in Keyside's own words, which say what to do
 */
export async function checkGit({ service, ask }: ExaminedPair, project: ThrowAwayProject): Promise<void> {
  const repository = `${service.reachedAt}/${project.path}.git`;
  const authorization = `Basic ${Buffer.from(`doctor:${project.secret}`).toString("base64")}`;
  const type = "application/x-git-receive-pack-request";
  demandGit(
    await ask(`${repository}/info/refs?service=git-upload-pack`, { headers: { Authorization: authorization } }),
  );
  demandGit(
    await ask(`${repository}/git-receive-pack`, {
      method: "POST",
      headers: { Authorization: authorization, "Content-Type": type },
      body: FLUSH,
    }),
  );
}

function demandGit(reply: Reply): void {
  if (reply.answered && reply.status === 200) return;
  const said = reply.answered && reply.status === 503 ? reply.body.trim() : undefined;
  if (said?.startsWith(OFF)) throw new StepSkipped(said);
  throw new StepFailure(said ?? describeReply(reply));
}
