/**
 * A program that answers Keyside as a registry does, for tests of pages alone: what is in it is put there by the test, and it can
 * be told to answer otherwise. Whether registries answer so is tested with real ones.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import jwt from "jsonwebtoken";
import type { MadeManifest } from "./images.ts";
import { digestOf } from "./registry-client.ts";

/** Something that was asked of it, with what the registry token says. */
export interface AskedQuestion {
  readonly method: string;
  /** Below `/v2/`. */
  readonly path: string;
  readonly subject: string;
  readonly access: unknown;
}

/** Answers in its place; false: as usual. */
type OtherAnswer = (question: AskedQuestion, response: ServerResponse) => boolean;

/** A manifest, and the manifests that it lists. */
type StoredManifest = MadeManifest & { readonly children?: readonly MadeManifest[] };

const GRAMMAR = /^(?:(?<catalog>_catalog)|(?<name>.+)\/(?<kind>tags\/list|manifests|blobs)(?:\/(?<reference>[^/]+))?)$/;

export class StubRegistry {
  readonly asked: AskedQuestion[] = [];
  /** Whether it deletes, as far as it was configured to. */
  deletes = true;
  answer: OtherAnswer = () => false;
  readonly #server: Server;
  readonly #tags = new Map<string, Map<string, StoredManifest>>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<StubRegistry> {
    const server = createServer((request, response) => stub.#take(request, response));
    const stub = new StubRegistry(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return stub;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Puts an image under a tag. */
  put(repository: string, tag: string, manifest: StoredManifest): void {
    const tags = this.#tags.get(repository) ?? new Map<string, StoredManifest>();
    this.#tags.set(repository, tags.set(tag, manifest));
  }

  digestOf(repository: string, tag: string): string | undefined {
    return this.#tags.get(repository)?.get(tag)?.digest;
  }

  tagsOf(repository: string): string[] {
    return [...(this.#tags.get(repository)?.keys() ?? [])];
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const token = jwt.decode(request.headers.authorization?.replace("Bearer ", "") ?? "");
    const { sub = "", access }: jwt.JwtPayload = typeof token === "object" && token !== null ? token : {};
    const path = (request.url ?? "").replace("/v2/", "");
    const question = { method: request.method ?? "", path, subject: sub, access: access as unknown };
    this.asked.push(question);
    if (this.answer(question, response)) return;
    const { status, headers, body } = this.#find(question);
    response.writeHead(status, headers).end(question.method === "HEAD" ? undefined : body);
  }

  #find({ method, path }: AskedQuestion): FoundAnswer {
    const { catalog, name = "", kind, reference = "" } = GRAMMAR.exec(path.split("?")[0] ?? "")?.groups ?? {};
    if (catalog !== undefined) return json(200, { repositories: [...this.#tags.keys()] });
    const tags = this.#tags.get(name);
    if (tags === undefined) return error(404, "NAME_UNKNOWN");
    const stored = [...tags.values()].flatMap((each) => [each, ...(each.children ?? [])]);
    switch (kind) {
      case "tags/list":
        return json(200, { name, tags: [...tags.keys()] });
      case "blobs": {
        const blob = stored.flatMap(({ blobs }) => blobs).find((each) => digestOf(each) === reference);
        return blob === undefined ? error(404, "BLOB_UNKNOWN") : { status: 200, body: blob };
      }
      default: {
        const manifest = tags.get(reference) ?? stored.find(({ digest }) => digest === reference);
        if (manifest === undefined) return error(404, "MANIFEST_UNKNOWN");
        if (method === "DELETE") return this.#delete(tags, reference);
        const { mediaType, digest, content } = manifest;
        const headers = { "Content-Type": mediaType, "Docker-Content-Digest": digest };
        return { status: 200, headers, body: content };
      }
    }
  }

  #delete(tags: Map<string, StoredManifest>, reference: string): FoundAnswer {
    if (!this.deletes) return error(405, "UNSUPPORTED");
    for (const [tag, { digest }] of tags) if (digest === reference) tags.delete(tag);
    return { status: 202 };
  }
}

interface FoundAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

function json(status: number, content: object): FoundAnswer {
  return { status, headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) };
}

function error(status: number, code: string): FoundAnswer {
  return json(status, { errors: [{ code }] });
}
