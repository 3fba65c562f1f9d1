/** Lets git talk with a client over HTTP: the request's body is what it reads, the answer's what it writes. */
import type { Context } from "koa";
import type { Sender } from "../authentication/sender.ts";
import type { GitService } from "../git-repositories/git-process.ts";
import { roomIn } from "../http/room-in.ts";
import type { AuthorizedGit } from "./authorize.ts";
import type { ExchangeOutcome } from "./exchange.ts";
import { exchangeFailure } from "./exchange-failure.ts";
import { bodyOf } from "./git-request.ts";
import { type ServingServices, serveGit } from "./serve-git.ts";

/** What was asked for over HTTP, by whom. */
export interface HttpExchange {
  readonly kind: "advertise" | "serve";
  readonly service: GitService;
  readonly protocol: string | undefined;
  readonly authorized: AuthorizedGit;
  readonly authorize: () => Promise<AuthorizedGit>;
  readonly sender: Sender;
  /** The answer's content type. */
  readonly type: string;
  /** What the answer begins with. */
  readonly heading: string;
}

/**
 * Answers with what git writes, as it comes. The status goes out with git's first byte: what fails before is an error like any
 * other.
 *
 * @throws PayloadTooLargeError, MalformedBodyError, UnavailableError when it failed before that
 */
export async function runOverHttp(services: ServingServices, ctx: Context, asked: HttpExchange): Promise<void> {
  const { kind, service, protocol, authorized, authorize, sender, type, heading } = asked;
  const advertises = kind === "advertise";
  const { res } = ctx;
  const begin = () => {
    if (res.headersSent) return;
    ctx.status = 200;
    ctx.set("Content-Type", type);
    // Koa does not answer: this does.
    ctx.respond = false;
    res.statusCode = 200;
    res.flushHeaders();
    if (heading !== "") res.write(heading);
  };
  const { outcome } = await serveGit(
    services,
    {
      service,
      advertises,
      args: [
        "--stateless-rpc",
        ...(advertises ? ["--advertise-refs"] : []),
        ...(service === "upload-pack" ? ["--strict"] : []),
      ],
      protocol,
      authorized,
      authorize,
      address: sender.address,
    },
    {
      input: advertises ? NOTHING : bodyOf(ctx),
      gone: sender.signal,
      async send(piece, signal) {
        begin();
        if (!res.write(piece)) await roomIn(res, signal);
      },
    },
  );
  finish(ctx, service, { outcome, begin });
}

/** A request without a body. */
const NOTHING: AsyncIterable<Uint8Array> = {
  async *[Symbol.asyncIterator]() {},
};

interface Ending {
  readonly outcome: ExchangeOutcome;
  readonly begin: () => void;
}

function finish({ req, res }: Context, service: GitService, { outcome, begin }: Ending): void {
  if (outcome === "done") begin();
  if (res.headersSent) {
    // A client that got a part of an answer is to see that it is not all.
    // And one that has not ended its request by now is not waited for.
    if (outcome === "done") res.end(() => req.complete || req.destroy());
    else res.destroy();
    return;
  }
  if (outcome !== "done") throw exchangeFailure(outcome, service);
}
