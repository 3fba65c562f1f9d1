/** Checks that Git over SSH answers where clients are sent to. */
import { connect } from "node:net";
import { StepFailure } from "./failure.ts";

/** How long it may take to say what it is. */
const LIMIT_MS = 5_000;

/** What every server of SSH says first. @see RFC 4253 section 4.2 */
const GREETING = "SSH-2.0-";

/** A project's address as Git takes it: `ssh://git@host:2222/path.git`, or `git@host:path.git` for the port 22. */
const SHORT = /^[^@]+@([^:]+):/;

/** Where that is. */
export function sshPlaceOf(url: string): { readonly host: string; readonly port: number } {
  const [, short] = SHORT.exec(url) ?? [];
  if (!url.startsWith("ssh://") && short !== undefined) return { host: short, port: 22 };
  const { hostname, port } = new URL(url);
  return { host: hostname.replaceAll(/[[\]]/g, ""), port: Number(port || 22) };
}

/** @throws StepFailure when nothing answers there, or something else */
export async function checkSsh(url: string): Promise<void> {
  const { host, port } = sshPlaceOf(url);
  const said = await greetingOf(host, port).catch((error: Error) => {
    throw new StepFailure(
      `host not reachable: ${host}:${port}: ${error.message}; is KEYSIDE_SSH_URL where clients reach KEYSIDE_SSH_PORT, and is that port open?`,
    );
  });
  if (!said.startsWith(GREETING)) throw new StepFailure(`what answers at ${host}:${port} is no server of SSH`);
}

function greetingOf(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const end = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(LIMIT_MS, () => end(new Error(`it says nothing within ${LIMIT_MS / 1000} s`)));
    socket.once("error", end);
    socket.once("end", () => end(new Error("it closes the connection")));
    socket.once("data", (data) => {
      resolve(data.toString("latin1"));
      socket.destroy();
    });
  });
}
