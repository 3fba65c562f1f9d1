/** Asks a service's token endpoint by POST, as containerd does, and docker with an identity token. */
import type { TestService } from "./service.ts";
import { readTokenAnswer, type TokenAnswer } from "./token-request.ts";

/** A form: a list is a parameter given several times, undefined one that is not given. */
export type Form = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Asks `POST /jwt/auth` with a form; the service is ours unless said otherwise. */
export async function postForm(
  service: TestService,
  form: Form,
  headers: Readonly<Record<string, string>> = {},
): Promise<TokenAnswer> {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries({ service: "container_registry", ...form })) {
    for (const text of value === undefined ? [] : [value].flat()) body.append(name, text);
  }
  return await readTokenAnswer(service, await fetch(`${service.url}/jwt/auth`, { method: "POST", body, headers }));
}

/** Asks `POST /jwt/auth` with any body. */
export async function postBody(
  service: TestService,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = { "content-type": "application/x-www-form-urlencoded" },
): Promise<TokenAnswer> {
  return await readTokenAnswer(service, await fetch(`${service.url}/jwt/auth`, { method: "POST", body, headers }));
}
