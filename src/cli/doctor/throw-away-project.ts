/** The private project that the doctor plays in: made for one examination, and removed after it. */
import { addDays, systemClock, utcDate } from "../../clock.ts";
import { systemIds } from "../../ids.ts";
import { segment } from "../context.ts";
import type { KeysideClient } from "../keyside-client.ts";

/** A project with a token that may pull, push and delete, and a token of the caller's that may list the catalog. */
export interface ThrowAwayProject {
  readonly path: string;
  readonly secret: string;
  readonly catalogSecret: string;
  /** Removes all of it. */
  remove(): Promise<void>;
}

/**
 * Makes the project in the caller's own namespace.
 *
 * @throws RefusedError when the caller is no administrator
 */
export async function makeThrowAwayProject(client: KeysideClient): Promise<ThrowAwayProject> {
  const expires = addDays(utcDate(systemClock.now()), 1);
  const { body: user } = await client.call("GET", "/user");
  const { body: project } = await client.call("POST", "/projects", { path: `doctor-${systemIds.hex(4)}` });
  const { id, path_with_namespace: path } = project as { id: number; path_with_namespace: string };
  const address = `/projects/${id}`;
  try {
    await client.call("POST", "/features/resource_access_token", { value: true, project: path });
    const { body: token } = await client.call("POST", `${address}/access_tokens`, {
      name: "keyside doctor",
      scopes: ["read_registry", "write_registry", "delete_registry"],
      expires_at: expires,
    });
    const { body: catalogToken } = await client.call(
      "POST",
      `/users/${segment(String((user as { id: number }).id))}/personal_access_tokens`,
      { name: "keyside doctor", scopes: ["read_registry"], expires_at: expires },
    );
    const created = catalogToken as { id: number; token: string };
    return {
      path,
      secret: (token as { token: string }).token,
      catalogSecret: created.token,
      async remove() {
        await client.call("DELETE", `/personal_access_tokens/${created.id}`);
        await client.call("DELETE", address);
      },
    };
  } catch (error) {
    await client.call("DELETE", address);
    throw error;
  }
}
