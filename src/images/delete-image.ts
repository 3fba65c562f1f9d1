/** Deletes an image from the registry, with all its tags: as whoever wants it, so that the registry reports who it was. */
import type { AuditLog } from "../audit/audit-log.ts";
import { currentOrigin } from "../audit/request-origin.ts";
import { ConflictError, NotFoundError, RuleRefusedError } from "../errors.ts";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { renderScope } from "../registry-access/requested-scope.ts";
import { findDigests } from "./find-digests.ts";
import { imageOfAttachment } from "./image-name.ts";
import type { ImageServices } from "./image-services.ts";
import { listRegistryTags } from "./list-registry-tags.ts";
import { lookAtRepository } from "./look-at-repository.ts";
import { RegistrySession, type RegistrySilence, silenceOf } from "./registry-session.ts";

/** How many tags are asked which image they name. */
const ASKED_TAGS = 500;

/** How long a deletion may take: the registry looks through all tags of the repository for it. */
const DELETE_LIMIT_MS = 20_000;

/** What goes with an image. */
export interface DeletionPreview {
  readonly digest: string;
  /** All tags that name it, as far as the registry said so in time. */
  readonly tags: readonly string[];
  /** How many other tags it did not tell about: of these, some may go too. */
  readonly untoldTags: number;
  /** The tags of its signatures and attestations, which stay. */
  readonly attachments: readonly string[];
}

/**
 * What goes with the image that a tag names. Whether the caller may delete it, the door has asked.
 *
 * @throws NotFoundError when the registry has no such tag
 * @throws RuleRefusedError when the registry does not say
 */
export async function previewDeletion(
  services: ImageServices,
  { repository, tag }: { readonly repository: string; readonly tag: string },
): Promise<DeletionPreview> {
  const session = lookAtRepository(services, repository);
  const listed = await listRegistryTags(session, repository);
  if (listed.kind === "missing") throw new NotFoundError("Tag");
  if (listed.kind !== "told") throw notTold(listed.kind);
  const all = listed.value.tags;
  const others = all.filter((each) => each !== tag && imageOfAttachment(each) === undefined);
  const asked = [tag, ...others.slice(0, ASKED_TAGS)];
  const digests = await findDigests(session, repository, asked);
  const found = digests.get(tag);
  if (found === undefined || found === "gone") throw new NotFoundError("Tag");
  if (found === "unknown") throw notTold("silent");
  const { digest } = found;
  const told = [...digests].flatMap(([each, named]) => (typeof named === "object" ? [{ tag: each, ...named }] : []));
  const gone = [...digests.values()].filter((named) => named === "gone").length;
  return {
    digest,
    tags: told.filter((each) => each.digest === digest).map((each) => each.tag),
    untoldTags: others.length + 1 - told.length - gone,
    attachments: all.filter((each) => imageOfAttachment(each) === digest),
  };
}

/** What is to be deleted, and by whom. */
export interface DeleteImageInput {
  readonly caller: SignedInPrincipal;
  readonly projectId: number;
  readonly repository: string;
  readonly tag: string;
  /** The image that the caller was told of: if the tag names another by now, nothing is deleted. */
  readonly digest: string;
}

/**
 * Deletes an image by its digest. Whether the caller may, the door has asked.
 *
 * @throws ConflictError when the tag names another image by now
 * @throws NotFoundError when the registry has no such tag any more
 * @throws RuleRefusedError when the registry does not delete, or does not say that it did
 */
export async function deleteImage(
  services: ImageServices & { readonly audit: AuditLog | undefined },
  { caller, projectId, repository, tag, digest }: DeleteImageInput,
): Promise<void> {
  const named = (await findDigests(lookAtRepository(services, repository), repository, [tag])).get(tag);
  if (named === undefined || named === "gone") throw new NotFoundError("Tag");
  if (named === "unknown") throw notTold("silent");
  if (named.digest !== digest)
    throw new ConflictError(`the tag ${tag} was pushed again meanwhile, and is another image now: look at it first`);
  const access = [{ type: "repository", name: repository, actions: ["delete"] }];
  const session = new RegistrySession(services, { subject: caller.username, access, limitMs: DELETE_LIMIT_MS });
  await services.audit?.tellBefore({
    event: "registry_token.issued",
    actor: { kind: caller.kind, userId: caller.userId, username: caller.username },
    door: "web",
    jti: session.tokenId,
    granted: [renderScope({ type: "repository", name: repository, actions: new Set(["delete"]) })],
    projectId,
    origin: currentOrigin(),
  });
  const reply = await session.ask({ method: "DELETE", path: `${repository}/manifests/${digest}` });
  if (reply.answered && [200, 202, 404].includes(reply.status)) return;
  if (reply.answered && reply.status === 405)
    throw new RuleRefusedError(
      "the registry deletes nothing: whoever runs it sets storage.delete.enabled to true in its configuration, and restarts it",
    );
  const { kind } = silenceOf(reply);
  throw notTold(kind === "missing" ? "strange" : kind);
}

function notTold(kind: RegistrySilence): RuleRefusedError {
  return new RuleRefusedError(`${SILENCES[kind]}: nothing was deleted, as far as is known`);
}

const SILENCES: Readonly<Record<RegistrySilence, string>> = {
  silent: "the registry does not answer in time",
  refused: "the registry does not accept Keyside's token, which an administrator can have checked",
  strange: "the registry answers as none does",
};
