/** What Git's clients send over HTTP, made by hand: for what no client would send, and for what is sent half. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { GIT_ENVIRONMENT } from "./git-client.ts";
import { runToEnd } from "./running-command.ts";

/** The id that stands for "none". */
export const NO_OBJECT = "0".repeat(40);

/** One line of Git's protocol. @see git `Documentation/gitprotocol-common.txt` */
export function packet(line: string): string {
  return (Buffer.byteLength(line) + 4).toString(16).padStart(4, "0") + line;
}

/** Ends a list of lines. */
export const FLUSH = "0000";

/** One change of a push. */
export interface Change {
  readonly ref: string;
  readonly from: string;
  readonly to: string;
}

/** The body of a push: what it changes, and a pack, which a push that deletes alone has not. */
export function pushBody(changes: readonly Change[], pack: Buffer = Buffer.alloc(0), options = ""): Buffer {
  const lines = changes.map(({ ref, from, to }, index) =>
    packet(`${from} ${to} ${ref}${index === 0 ? `\0 report-status${options}` : ""}\n`),
  );
  return Buffer.concat([Buffer.from(lines.join("") + FLUSH), pack]);
}

/** The body of a fetch of one commit. */
export function fetchBody(commit: string): string {
  return `${packet(`want ${commit}\n`)}${FLUSH}${packet("done\n")}`;
}

/** A pack of what a revision holds, and other revisions do not. */
export async function packOf(directory: string, ...revisions: readonly string[]): Promise<Buffer> {
  const command = ["git", "pack-objects", "--revs", "--stdout", "--quiet"];
  const path = `${directory}/made.pack`;
  const { code, stderr } = await runToEnd(["sh", "-c", `${command.join(" ")} > "$1"`, "sh", path], {
    directory,
    environment: GIT_ENVIRONMENT,
    input: `${revisions.join("\n")}\n`,
  });
  if (code !== 0) throw new Error(stderr);
  return await readFile(path);
}

/** A pack of objects that are given as they are in it: header and packed content. @see git `Documentation/gitformat-pack.txt` */
export function packOfEntries(entries: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(12);
  head.write("PACK");
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(entries.length, 8);
  const content = Buffer.concat([head, ...entries]);
  return Buffer.concat([content, createHash("sha1").update(content).digest()]);
}

/** The headers of a request with a token. */
export function basic(secret: string, username = "anybody"): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${username}:${secret}`).toString("base64")}` };
}

/** The headers of a transfer. */
export function transferHeaders(service: "upload-pack" | "receive-pack", secret?: string): Record<string, string> {
  const type = `application/x-git-${service}-request`;
  return { "content-type": type, ...(secret === undefined ? {} : basic(secret)) };
}

/** A request of which a test sends as much as it likes, when it likes. */
export interface HeldRequest {
  /** Sends more of it; resolves when it has left this process. */
  send(piece: Buffer | string): Promise<void>;
  /** Sends the last of it. */
  finish(piece?: Buffer | string): void;
  /** Breaks off the connection, as a client does that is killed. */
  breakOff(): void;
  /** The answer, once it has begun: its status, and its text, once that is whole. */
  readonly answer: Promise<{ readonly status: number; readonly text: Promise<string> }>;
}

/** Begins a request with a body whose length is not said. */
export function holdRequest(url: string, headers: Readonly<Record<string, string>>): HeldRequest {
  const sent = request(url, { method: "POST", headers: { ...headers, "transfer-encoding": "chunked" }, agent: false });
  sent.on("error", () => undefined);
  sent.flushHeaders();
  const answer = new Promise<Awaited<HeldRequest["answer"]>>((resolve, reject) => {
    sent.once("response", (response) => {
      const whole = text(response);
      whole.catch(() => undefined);
      resolve({ status: response.statusCode ?? 0, text: whole });
    });
    sent.once("close", () => reject(new Error("the connection was closed before an answer")));
  });
  answer.catch(() => undefined);
  return {
    send: (piece) => new Promise((resolve) => sent.write(piece, () => resolve())),
    finish: (piece) => void sent.end(piece),
    breakOff: () => void sent.destroy(),
    answer,
  };
}
