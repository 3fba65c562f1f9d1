/** What a new user does: start, paste the printed lines, stop, start again. */
import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { DockerCommand } from "../support/docker-command.ts";
import { freePort } from "../support/free-port.ts";
import { newInstance, npmStart, signInLink } from "../support/npm-start.ts";
import { findCommand, findImage } from "../support/requirements.ts";
import { type Environment, type RunningCommand, runToEnd, startCommand } from "../support/running-command.ts";
import { scratchDirectory } from "../support/scratch-directory.ts";

/** The address of the demo project's tokens. */
const TOKENS = "/demo/app/-/settings/access_tokens";

/** The link that is printed first signs in at the demo project's tokens, and is in no log; answers the cookie. */
async function expectsToBeSignedInBy({ output }: RunningCommand, instance: Environment): Promise<string> {
  const link = signInLink(output);
  expect(output.indexOf(link.href)).toBeLessThan(output.indexOf("API "));
  const answer = await fetch(link.origin + link.pathname, {
    method: "POST",
    headers: { "Sec-Fetch-Site": "same-origin" },
    body: link.searchParams,
    redirect: "manual",
  });
  expect(answer.status).toBe(303);
  expect(answer.headers.get("Location")).toBe(TOKENS);
  const log = await readFile(`${instance["KEYSIDE_DATA_DIR"]}/keyside.log`, "utf8");
  expect(log).not.toContain(link.searchParams.get("token"));
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
}

/** What the page of the demo project's tokens says of the first steps. */
async function firstSteps({ KEYSIDE_URL }: Environment, cookie: string): Promise<(string | undefined)[]> {
  const page = await (await fetch(`${KEYSIDE_URL}${TOKENS}`, { headers: { accept: "text/html", cookie } })).text();
  return Array.from(page.matchAll(/<span class="vh"> \((Done|Next|Later)\)/g), ([, state]) => state);
}

/** The lines that a user is told to paste: the indented ones. */
function linesToPaste({ output }: RunningCommand): string[] {
  return output.split("\n").flatMap((line) => (line.startsWith("  ") ? [line.trim()] : []));
}

async function containersOf(instance: Environment): Promise<string[]> {
  const filter = `label=keyside.data-directory=${instance["KEYSIDE_DATA_DIR"]}`;
  const { stdout } = await runToEnd(["docker", "ps", "--all", "--quiet", "--filter", filter]);
  return stdout.split("\n").filter((id) => id !== "");
}

describe("npm start", () => {
  it("prints lines that work as pasted, stops cleanly, and finds its data at the next start", async ({ skip }) => {
    const registryImage = await findImage("registry:2");
    skip(!registryImage.found, registryImage.want);
    const instance = await newInstance(await scratchDirectory());
    const person = await DockerCommand.create();

    const first = await npmStart(instance);
    expect(first.output).toContain(`${instance.KEYSIDE_URL}/api/v4`);
    const cookie = await expectsToBeSignedInBy(first, instance);
    expect(await firstSteps(instance, cookie)).toEqual(["Done", "Next", "Later"]);
    const lines = linesToPaste(first);
    expect(lines.flatMap((line) => /docker (\w+)/.exec(line)?.[1] ?? [])).toEqual([
      ...["login", "import", "push", "image", "pull"],
    ]);
    expect(lines.filter((line) => line.includes("git "))).toHaveLength(5);
    const name =
      lines
        .find((line) => line.startsWith("docker pull"))
        ?.split(" ")
        .at(-1) ?? "";
    person.removeAfterwards(name);
    // What is pasted stays in the shell's history: no secret may be in it.
    expect(first.output).not.toContain("kspat-");
    const tokenFile = `${instance["KEYSIDE_DATA_DIR"]}/demo-token`;
    expect((await stat(tokenFile)).mode & 0o777).toBe(0o600);
    const firstSecret = await readFile(tokenFile, "utf8");
    const input = [`cd ${await scratchDirectory()}`, ...lines].join("\n");
    const pasted = await runToEnd(["sh", "-e"], { environment: person.environment, input });
    expect(pasted).toMatchObject({ code: 0, stdout: expect.stringContaining("Login Succeeded") });
    expect(pasted.stderr).toMatch(/^To http:.*\n \* \[new branch\] +HEAD -> main$/m);
    expect(pasted.stderr).toMatch(/^To ssh:.*\n +[0-9a-f]+\.\.[0-9a-f]+ +HEAD -> main$/m);
    const ticked = async () => expect(await firstSteps(instance, cookie)).toEqual(["Done", "Done", "Done"]);
    await vi.waitFor(ticked, { timeout: 120_000, interval: 200 });
    expect(await containersOf(instance)).toHaveLength(1);

    first.signal("SIGINT");
    expect(await first.ended).toBe(0);
    expect(first.output).toMatch(/^Stopped\.$/m);
    expect(first.groupIsGone()).toBe(true);
    expect(await containersOf(instance)).toEqual([]);
    await expect(fetch(instance.KEYSIDE_URL)).rejects.toThrow("fetch failed");

    const second = await npmStart(instance);
    const [loginLine = ""] = lines;
    const login = await runToEnd(["sh", "-e"], { environment: person.environment, input: loginLine });
    expect(login).toMatchObject({ code: 0, stdout: expect.stringContaining("Login Succeeded") });
    expect(await person.pullAnew(name)).toMatchObject({ code: 0 });
    const authorization = `Basic ${Buffer.from(`demo:${firstSecret.trim()}`).toString("base64")}`;
    const endpoint = `${instance.KEYSIDE_URL}/jwt/auth?service=container_registry`;
    expect((await fetch(endpoint, { headers: { authorization } })).status).toBe(401);
    second.signal("SIGTERM");
    expect(await second.ended).toBe(0);
    expect(await containersOf(instance)).toEqual([]);
  });

  it("runs alone where no registry can be had, and says why and how to connect one", async () => {
    const instance = await newInstance(await scratchDirectory());
    const running = startCommand([process.execPath, "bin/keyside.js", "up"], { ...instance, PATH: "/nowhere" });
    const [line] = await running.printed(/^Registry .*$/m);
    expect(line).toMatch(/^Registry +none: no docker command on the PATH; /);
    await running.printed(/^Git is not installed where Keyside runs: install git 2\.39 or newer and restart\.$/m);
    await running.printed(/rootcertbundle: .*ca\.crt.*^Ctrl-C stops/ms);
    running.signal("SIGINT");
    expect(await running.ended).toBe(0);
    expect(running.groupIsGone()).toBe(true);
  });

  it("has Git over SSH on at 2222, or says that the port is taken, and starts all the same", async ({ skip }) => {
    const git = await findCommand("git");
    skip(!git.found, git.want);
    const instance = { ...(await newInstance(await scratchDirectory())), KEYSIDE_SSH_PORT: undefined };
    // Whoever has it, this test or another program of the machine: it is taken.
    const holder = createServer();
    const isFree = await new Promise((resolve) => {
      holder.once("error", () => resolve(false)).listen(2222, "127.0.0.1", () => resolve(true));
    });
    const running = startCommand([process.execPath, "bin/keyside.js", "up"], instance);
    await running.printed(/^No Git over SSH: port 2222 on 127\.0\.0\.1 is taken; set KEYSIDE_SSH_PORT to another one/m);
    await running.printed(/^Ctrl-C stops/m);
    holder.close();
    expect(running.output).not.toContain("ssh://");
    running.signal("SIGINT");
    expect(await running.ended).toBe(0);

    const port = isFree ? 2222 : await freePort();
    const environment = { ...instance, KEYSIDE_SSH_PORT: isFree ? undefined : String(port) };
    const again = startCommand([process.execPath, "bin/keyside.js", "up"], environment);
    await again.printed(/^Ctrl-C stops/m);
    expect(again.output).toContain(`push ssh://git@localhost:${port}/demo/app.git HEAD`);
    const socket = connect(port, "127.0.0.1");
    expect(String(await once(socket, "data"))).toBe("SSH-2.0-Keyside\r\n");
    socket.destroy();
    const keys = await runToEnd([process.execPath, "bin/keyside.js", "ssh", "host-keys"], { environment });
    expect(keys.stdout).toMatch(new RegExp(`^\\[localhost\\]:${port} ssh-ed25519 `, "m"));
    again.signal("SIGINT");
    expect(await again.ended).toBe(0);
  });

  it("names the variable to change where the registry's port is taken, and leaves nothing behind", async () => {
    const instance = await newInstance(await scratchDirectory());
    const environment = { ...instance, REGISTRY_URL: instance.KEYSIDE_URL };
    const running = startCommand([process.execPath, "bin/keyside.js", "up"], environment);
    expect(await running.ended).toBe(1);
    expect(running.output).toMatch(/^keyside: REGISTRY_URL: .* in use by another program; .*$/m);
    expect(running.output).not.toMatch(/^ {4}at /m);
  });
});
