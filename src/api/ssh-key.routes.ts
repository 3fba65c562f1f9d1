/** The calls about SSH keys, field for field as in GitLab. */
import { z } from "zod";
import type { SignedInPrincipal } from "../principals/principal.ts";
import { id } from "../schemas/fields.ts";
import { createSshKeyBody } from "../schemas/new-ssh-key.ts";
import { type CreateKeyServices, createSshKey } from "../ssh-keys/create-ssh-key.ts";
import { deleteSshKey } from "../ssh-keys/delete-ssh-key.ts";
import { findOwnSshKey, listSshKeys } from "../ssh-keys/list-ssh-keys.ts";
import type { SshKey } from "../ssh-keys/ssh-key.entity.ts";
import type { SshKeyOwner } from "../ssh-keys/ssh-key-owner.ts";
import { type ApiOperation, apiOperation } from "./protocol/api-operation.ts";
import { type Answer, NOTHING } from "./protocol/operation.ts";
import { type PageQuery, pageHeaders, pageOf, pageQuery } from "./protocol/pagination.ts";

const sshKeyResult = z.object({
  id: z.int(),
  title: z.string(),
  key: z.string(),
  created_at: z.iso.datetime(),
  /** GitLab writes a moment here, where it writes a date for tokens: 00:00:00 UTC of that date. */
  expires_at: z.iso.datetime().nullable(),
  usage_type: z.literal("auth"),
  last_used_at: z.iso.datetime().nullable(),
  /** Ours, not GitLab's. */
  fingerprint_sha256: z.string(),
  access_token_id: z.int().nullable(),
});

const keyParams = z.object({ key_id: id() });

/** `/user/keys` and, for administrators, `/users/:id/keys`. @see docs/spec/rest-api.md "The calls" */
export function sshKeyOperations(services: CreateKeyServices): ApiOperation[] {
  const { database } = services;
  const list = async (
    caller: SignedInPrincipal,
    owner: SshKeyOwner,
    query: PageQuery,
    url: URL,
  ): Promise<Answer<z.input<typeof sshKeyResult>[]>> => {
    const [keys, total] = await listSshKeys(database.em(), { caller, owner }, pageOf(query));
    return { body: keys.map(render), headers: pageHeaders(query, total, url) };
  };
  const remove = async (caller: SignedInPrincipal, owner: SshKeyOwner, keyId: number) => {
    await deleteSshKey(services, { caller, owner, keyId });
    return { body: undefined };
  };
  return [
    apiOperation({
      id: "listSshKeys",
      method: "get",
      path: "/user/keys",
      summary: "List the caller's SSH keys",
      params: NOTHING,
      query: pageQuery,
      body: NOTHING,
      status: 200,
      result: z.array(sshKeyResult),
      handle: ({ caller, query, url }) => list(caller, "self", query, url),
    }),
    apiOperation({
      id: "showSshKey",
      method: "get",
      path: "/user/keys/:key_id",
      summary: "Show an SSH key of the caller",
      params: keyParams,
      query: NOTHING,
      body: NOTHING,
      status: 200,
      result: sshKeyResult,
      async handle({ caller, params }) {
        return { body: render(await findOwnSshKey(database.em(), caller, params.key_id)) };
      },
    }),
    apiOperation({
      id: "createSshKey",
      method: "post",
      path: "/user/keys",
      summary: "Add an SSH key; it belongs to the request's access token, and ends with it",
      params: NOTHING,
      query: NOTHING,
      body: createSshKeyBody,
      status: 201,
      result: sshKeyResult,
      async handle({ caller, body: { title, key, expires_at } }) {
        return { body: render(await createSshKey(services, { caller, title, key, expiresAt: expires_at ?? null })) };
      },
    }),
    apiOperation({
      id: "deleteSshKey",
      method: "delete",
      path: "/user/keys/:key_id",
      summary: "Delete an SSH key of the caller",
      params: keyParams,
      query: NOTHING,
      body: NOTHING,
      status: 204,
      result: z.undefined(),
      handle: ({ caller, params }) => remove(caller, "self", params.key_id),
    }),
    apiOperation({
      id: "listSshKeysOfUser",
      method: "get",
      path: "/users/:id/keys",
      summary: "List the SSH keys of a user (administrators)",
      params: z.object({ id: id() }),
      query: pageQuery,
      body: NOTHING,
      status: 200,
      result: z.array(sshKeyResult),
      handle: ({ caller, params, query, url }) => list(caller, { userId: params.id }, query, url),
    }),
    apiOperation({
      id: "deleteSshKeyOfUser",
      method: "delete",
      path: "/users/:id/keys/:key_id",
      summary: "Delete an SSH key of a user (administrators)",
      params: keyParams.extend({ id: id() }),
      query: NOTHING,
      body: NOTHING,
      status: 204,
      result: z.undefined(),
      handle: ({ caller, params }) => remove(caller, { userId: params.id }, params.key_id),
    }),
  ];
}

function render(key: SshKey): z.input<typeof sshKeyResult> {
  return {
    id: key.id,
    title: key.title,
    key: key.key,
    created_at: key.createdAt.toISOString(),
    expires_at: key.expiresAt == null ? null : `${key.expiresAt}T00:00:00.000Z`,
    usage_type: "auth",
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    fingerprint_sha256: key.fingerprintSha256,
    access_token_id: key.accessToken?.id ?? null,
  };
}
