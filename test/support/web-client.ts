/**
 * What a browser does without a browser: it keeps cookies, and sends forms as a page of Keyside does. It follows no redirect,
 * so that a test sees where one leads.
 */
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

/** The fields of a form; a name with several values is sent once for each. */
export type FormFields = Readonly<Record<string, string | readonly string[]>>;

/** An answer, whatever its status. */
export interface WebAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly html: string;
  /** Where a redirect leads. */
  readonly location: string | undefined;
}

interface Cookie {
  readonly value: string;
  readonly path: string;
}

/** A browser of one person's. */
export class WebClient {
  readonly #url: string;
  readonly #cookies = new Map<string, Cookie>();

  constructor(url: string) {
    this.#url = url;
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<WebAnswer> {
    return this.send("GET", path, { Accept: "text/html", ...headers });
  }

  /** Sends a form, as from a page of ours unless the headers that say so are others. */
  post(
    path: string,
    fields: FormFields = {},
    origin: Readonly<Record<string, string>> = { Origin: this.#url, "Sec-Fetch-Site": "same-origin" },
  ): Promise<WebAnswer> {
    const pairs = Object.entries(fields).flatMap(([name, values]) =>
      [values].flat().map((value) => [name, value] as [string, string]),
    );
    const headers = { Accept: "text/html", "Content-Type": "application/x-www-form-urlencoded", ...origin };
    return this.send("POST", path, headers, new URLSearchParams(pairs).toString());
  }

  /** Signs in with a password. @throws Error when that is refused */
  async signIn({ username, password }: { username: string; password: string }): Promise<this> {
    const { status, html } = await this.post("/-/sign_in", { username, password });
    if (status !== 303) throw new Error(`${username} cannot sign in: ${status} ${html}`);
    return this;
  }

  cookie(name: string): string | undefined {
    return this.#cookies.get(name)?.value;
  }

  setCookie(name: string, value: string): void {
    this.#cookies.set(name, { value, path: "/" });
  }

  /** Another browser that has the cookies of this one, as if they were stolen; at `url`, or where this one is. */
  copy(url = this.#url): WebClient {
    const copy = new WebClient(url);
    for (const [name, cookie] of this.#cookies) copy.#cookies.set(name, cookie);
    return copy;
  }

  /** Sends anything. Not by fetch, which sends headers of its own and no other `Host`. */
  async send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: string | Buffer,
  ): Promise<WebAnswer> {
    const sent = Array.from(this.#cookies)
      .filter(([, cookie]) => path.startsWith(cookie.path))
      .map(([name, { value }]) => `${name}=${value}`);
    const cookies = sent.length === 0 ? {} : { Cookie: sent.join("; ") };
    const isCounted = body !== undefined && headers["Transfer-Encoding"] === undefined;
    const length = isCounted ? { "Content-Length": Buffer.byteLength(body) } : {};
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(`${this.#url}${path}`, { method, headers: { ...length, ...cookies, ...headers } }, resolve)
        .once("error", reject)
        .end(body);
    });
    for (const line of response.headers["set-cookie"] ?? []) this.#keep(line);
    const { statusCode: status = 0, headers: answered } = response;
    return { status, headers: answered, html: await text(response), location: answered.location };
  }

  #keep(line: string): void {
    const [pair = "", ...attributes] = line.split("; ");
    const equals = pair.indexOf("=");
    const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)];
    const attribute = (wanted: string) =>
      attributes.find((each) => each.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1);
    const expires = attribute("expires");
    if (expires !== undefined && new Date(expires).getTime() <= Date.now()) this.#cookies.delete(name);
    else this.#cookies.set(name, { value, path: attribute("path") ?? "/" });
  }
}

/** The properties of a cookie that an answer sets, as they are written; undefined where it does not set it. */
export function setCookieOf({ headers }: WebAnswer, name: string): readonly string[] | undefined {
  const line = headers["set-cookie"]?.find((each) => each.startsWith(`${name}=`));
  return line?.split("; ").slice(1);
}

/** What the fields of the page's form hold that is sent to `action`; undefined where it has no such form. */
export function formOf(html: string, action: string): Readonly<Record<string, string>> | undefined {
  const forms = html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs);
  const form = [...forms].find(([, head = ""]) => attributeOf(head, "action") === action);
  if (form === undefined) return undefined;
  const fields = (form[2] ?? "").matchAll(/<input\b([^>]*)>/g);
  return Object.fromEntries(
    Array.from(fields, ([, tag = ""]) => [attributeOf(tag, "name") ?? "", attributeOf(tag, "value") ?? ""]),
  );
}

function attributeOf(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : unescaped(value);
}

/** The text that a piece of HTML without tags stands for. */
export function unescaped(html: string): string {
  return html
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll(/&#(?:39|x27);/g, "'")
    .replaceAll("&amp;", "&");
}
