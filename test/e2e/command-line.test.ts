/** The command `keyside` as a person meets it: against a running service, and where it cannot start. */
import { existsSync } from "node:fs";
import { chmod, cp, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { addDays, utcDate } from "../../src/clock.ts";
import { type CertsDirectory, madeCertsDirectory } from "../support/certs-directory.ts";
import { FakeClock } from "../support/clock.ts";
import { freePort } from "../support/free-port.ts";
import { KEYSIDE, operatorOf, runKeyside } from "../support/keyside-command.ts";
import { type CommandEnd, PROJECT_DIRECTORY, runToEnd, startCommand } from "../support/running-command.ts";
import { scratchDirectory } from "../support/scratch-directory.ts";
import { startTestService, type TestService } from "../support/service.ts";

const SECRET_ALONE = /^kspat-[A-Za-z0-9]{36}\n$/;
/** One sentence, and no stack below it. */
const ONE_LINE = /^keyside: [^\n]+\n$/;

describe("keyside against a running service", () => {
  let service: TestService;
  let operator: Record<string, string>;

  beforeAll(async () => {
    service = await startTestService({ clock: new FakeClock(new Date()) });
    operator = operatorOf(service);
    await keyside("group", "create", "team");
    await keyside("project", "create", "team/app");
    await keyside("feature", "enable", "resource_access_token", "--project", "team/app");
  });
  afterAll(() => service.stop());

  const keyside = (...args: string[]) => runKeyside(operator, args);
  const createToken = (...more: string[]) => {
    const what = ["--name", "ci", "--scopes", "read_registry,write_registry"];
    return keyside("token", "create", "--project", "team/app", ...what, ...more);
  };

  it("prints a new token's secret alone, and it works", async () => {
    const { code, stdout, stderr } = await createToken();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(SECRET_ALONE);
    const authorization = `Basic ${Buffer.from(`ci:${stdout.trim()}`).toString("base64")}`;
    const answer = await fetch(`${service.url}/jwt/auth?service=container_registry`, { headers: { authorization } });
    expect(answer.status).toBe(200);
  });

  it("shows, lists and revokes tokens, and never their secrets", async () => {
    const tomorrow = addDays(utcDate(service.clock.now()), 1);
    const created = JSON.parse((await createToken("--expires", tomorrow, "--json")).stdout);
    expect(created).toMatchObject({ name: "ci", expires_at: tomorrow, active: true, access_level: 40 });

    const id = String(created.id);
    const shown = await keyside("token", "show", id, "--project", "team/app", "--json");
    expect(JSON.parse(shown.stdout)).toMatchObject({ id: created.id, scopes: ["read_registry", "write_registry"] });
    const listed = await keyside("token", "list", "--project", "team/app");
    expect(listed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ID +NAME +SCOPES/) });
    expect(shown.stdout + listed.stdout).not.toContain(created.token);

    expect(await keyside("token", "revoke", id, "--project", "team/app")).toMatchObject({ code: 0 });
    expect(await keyside("token", "revoke", id, "--project", "team/app")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^keyside: 404 Project Access Token Not Found\n$/),
    });
  });

  it("warns on standard error of a token that can push nothing, and still prints the secret alone", async () => {
    const args = ["token", "create", "--project", "team/app", "--name", "ci", "--scopes", "write_registry"];
    expect(await keyside(...args)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(SECRET_ALONE),
      stderr: expect.stringMatching(/^keyside: warning: .*add read_registry\n$/),
    });
  });

  it("makes accounts, members and personal tokens; the password comes by standard input", async () => {
    const account = ["user", "create", "ann", "--email", "ann@example.com", "--password-stdin", "--json"];
    const created = await runKeyside(operator, account, "a long enough password\n");
    expect(JSON.parse(created.stdout)).toMatchObject({ username: "ann", bot: false, state: "active" });
    const membership = ["member", "add", "ann", "--project", "team/app", "--access-level", "developer"];
    expect(await keyside(...membership)).toMatchObject({ code: 0 });
    const members = JSON.parse((await keyside("member", "list", "--project", "team/app", "--json")).stdout);
    expect(members).toContainEqual(expect.objectContaining({ username: "ann", access_level: 30 }));

    const personal = ["token", "create", "--personal", "--user", "ann", "--name", "laptop", "--scopes", "api"];
    const { stdout: secret } = await keyside(...personal);
    expect(secret).toMatch(SECRET_ALONE);
    const ann = { KEYSIDE_URL: service.url, KEYSIDE_TOKEN: secret.trim() };
    const projects = await runKeyside(ann, ["project", "list", "--json"]);
    expect(JSON.parse(projects.stdout)).toMatchObject([{ path_with_namespace: "team/app" }]);
    expect(await runKeyside(ann, ["feature", "list"])).toMatchObject({ code: 1, stderr: "keyside: 403 Forbidden\n" });

    expect(await keyside("member", "remove", "ann", "--project", "team/app")).toMatchObject({ code: 0 });
    expect(await runKeyside(ann, ["project", "show", "team/app"])).toMatchObject({
      code: 1,
      stderr: "keyside: 404 Project Not Found\n",
    });
    expect(await keyside("user", "show", "ann")).toMatchObject({ code: 0, stdout: expect.stringContaining("ann") });
    expect(await keyside("user", "list")).toMatchObject({ code: 0, stdout: expect.stringContaining("root") });
  });

  it("makes groups in groups and projects of every visibility", async () => {
    expect(await keyside("group", "create", "team/backend", "--name", "Back end")).toMatchObject({ code: 0 });
    const group = JSON.parse((await keyside("group", "show", "team/backend", "--json")).stdout);
    expect(group).toMatchObject({ full_path: "team/backend", name: "Back end" });
    expect(await keyside("project", "create", "team/backend/api", "--visibility", "public")).toMatchObject({ code: 0 });
    const project = JSON.parse((await keyside("project", "show", "team/backend/api", "--json")).stdout);
    expect(project).toMatchObject({ path_with_namespace: "team/backend/api", visibility: "public" });
  });

  it("refuses to create a token while the feature is off, naming it", async () => {
    expect(await keyside("project", "create", "team/off")).toMatchObject({ code: 0 });
    const args = ["token", "create", "--project", "team/off", "--name", "ci", "--scopes", "read_registry"];
    const refused = { code: 1, stdout: "", stderr: expect.stringContaining("resource_access_token") };
    expect(await keyside(...args)).toMatchObject(refused);
    await keyside("feature", "enable", "resource_access_token");
    expect(await keyside(...args)).toMatchObject({ code: 0 });
    await keyside("feature", "disable", "resource_access_token");
    expect(await keyside(...args)).toMatchObject(refused);
  });

  it("says nothing where whoever reads its output has had enough of it", async () => {
    const input = `${KEYSIDE.join(" ")} demo | true\n`;
    expect(await runToEnd(["sh"], { environment: operator, input })).toMatchObject({ code: 0, stderr: "" });
  });

  it("prints the demo's lines to paste, which take the secret from a command and never hold one", async () => {
    const named = { ...operator, KEYSIDE_COMMAND: KEYSIDE.join(" ") };
    const { code, stdout } = await runKeyside(named, ["demo"]);
    expect(code).toBe(0);
    expect(stdout).not.toContain("kspat-");
    const [login = ""] = stdout.split("\n");
    const [command = "", docker] = login.split(" | ");
    expect(docker).toBe("docker login localhost:5000 --username demo --password-stdin");
    const environment = { PATH: process.env["PATH"], ...operator };
    // Whatever is pasted after it must stay for the shell.
    const pasted = await runToEnd(["sh"], { environment, input: `${command}\necho the next line\n` });
    expect(pasted).toMatchObject({ code: 0, stdout: expect.stringMatching(/^kspat-\w+\nthe next line\n$/) });
  });

  it("revokes the demo's token once there is a next one, and no other", async () => {
    const first = (await keyside("demo", "--token")).stdout;
    const project = ["--project", "demo/app"];
    const other = (await keyside("token", "create", ...project, "--name", "Demo", "--scopes", "read_registry")).stdout;
    const second = (await keyside("demo", "--token")).stdout;
    expect([first, other, second]).toEqual(
      [SECRET_ALONE, SECRET_ALONE, SECRET_ALONE].map((form) => expect.stringMatching(form)),
    );
    const accepted = async (secret: string) => {
      const authorization = `Basic ${Buffer.from(`demo:${secret.trim()}`).toString("base64")}`;
      return (await fetch(`${service.url}/jwt/auth?service=container_registry`, { headers: { authorization } })).status;
    };
    expect([await accepted(first), await accepted(other), await accepted(second)]).toEqual([401, 200, 200]);
  });

  it("replaces the leaf and keeps the CA with certs --rotate", async () => {
    const [caBefore, leafBefore] = (await keyside("certs")).stdout.split("\n");
    const [ca, leaf] = (await keyside("certs", "--rotate")).stdout.split("\n");
    expect(ca).toMatch(/^CA .*ca\.crt, valid until /);
    expect(ca).toBe(caBefore);
    expect(leaf).not.toBe(leafBefore);
  });

  it.for([
    [["token", "create", "--project", "team/none", "--name", "x", "--scopes", "api"], "404 Project Not Found"],
    [["token", "create", "--project", "team/app", "--name", "x", "--scopes", "everything"], "scopes"],
    [["project", "create", "alone"], "names no namespace"],
    [["project", "create", "team/app"], "taken"],
    [["member", "add", "nobody", "--project", "team/app", "--access-level", "10"], 'no user "nobody"'],
    [["feature", "enable", "time_travel"], "name"],
  ] as const)("exits with 1 and one sentence when refused: %s", async ([args, sentence]) => {
    const { code, stdout, stderr } = await keyside(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(ONE_LINE);
    expect(stderr).toContain(sentence);
  });

  it.for([
    [["frobnicate"]],
    [["token", "create"]],
    [["token", "create", "--name", "x", "--scopes", "api"]],
    [["token", "revoke", "seven", "--project", "team/app"]],
    [["member", "add", "root", "--project", "team/app", "--access-level", "42"]],
    [["project", "list", "--yaml"]],
  ] as const)("exits with 2 when used wrongly: %s", async ([args]) => {
    expect(await keyside(...args)).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(/^keyside: /) });
  });

  it("says so when no service answers, and when there is neither a token nor a data directory", async () => {
    const nobody = { KEYSIDE_URL: `http://127.0.0.1:${await freePort()}`, KEYSIDE_TOKEN: "kspat-none" };
    const unanswered = await runKeyside(nobody, ["project", "list"]);
    expect(unanswered).toMatchObject({ code: 1, stderr: expect.stringMatching(ONE_LINE) });
    expect(unanswered.stderr).toContain(`no Keyside answers at ${nobody.KEYSIDE_URL}`);
    const tokenless = await runKeyside({ KEYSIDE_DATA_DIR: "/nowhere" }, ["project", "list"]);
    expect(tokenless).toMatchObject({ code: 1, stderr: expect.stringMatching(ONE_LINE) });
    expect(tokenless.stderr).toContain("set KEYSIDE_URL and KEYSIDE_TOKEN");
  });
});

describe("keyside serve, where it cannot start", () => {
  let certs: CertsDirectory;
  beforeAll(async () => {
    certs = await madeCertsDirectory(new FakeClock(new Date()));
  });
  afterAll(() => certs.delete());

  /** What `keyside serve` needs, in a directory of its own, with a CA that a test may spoil. */
  async function instance() {
    const directory = await scratchDirectory();
    await cp(certs.path, join(directory, "certs"), { recursive: true });
    return {
      PATH: process.env["PATH"] ?? "",
      KEYSIDE_DATA_DIR: join(directory, "data"),
      KEYSIDE_CERTS_DIR: join(directory, "certs"),
      KEYSIDE_PORT: String(await freePort()),
    };
  }

  /** The one line of a start that fails. */
  function failure({ code, stderr }: CommandEnd): string {
    expect(code).toBe(1);
    expect(stderr).toMatch(ONE_LINE);
    return stderr;
  }

  const serve = (environment: Record<string, string>) => runToEnd([...KEYSIDE, "serve"], { environment });

  it("names a port that is in use", async () => {
    const environment = await instance();
    const port = Number(environment.KEYSIDE_PORT);
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
    onTestFinished(() => void other.close());
    expect(failure(await serve(environment))).toContain(`KEYSIDE_PORT: port ${port} on 127.0.0.1 is in use`);
  });

  it("names a data directory that another process uses", async () => {
    const environment = await instance();
    const first = startCommand([...KEYSIDE, "serve"], environment);
    await first.printed(/"msg":"listening"/);
    const second = await serve({ ...environment, KEYSIDE_PORT: String(await freePort()) });
    expect(failure(second)).toContain(join(environment.KEYSIDE_DATA_DIR, "database"));
    first.signal("SIGTERM");
    expect(await first.ended).toBe(0);
  });

  it("names a key that it may not read", async () => {
    const environment = await instance();
    const directory = environment.KEYSIDE_CERTS_DIR;
    await chmod(join(directory, "ca.key"), 0o000);
    const command = [...KEYSIDE, "serve"];
    if (process.geteuid?.() === 0) {
      // Root may read everything: give up that right, and nothing else, for this one start.
      command.unshift("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all", "--no-new-privs");
    }
    expect(failure(await runToEnd(command, { environment }))).toMatch(/ca\.key cannot be read \(EACCES/);
  });

  it("names a key that is not its certificate's", async () => {
    const environment = await instance();
    const other = await madeCertsDirectory(new FakeClock(new Date()));
    onTestFinished(() => other.delete());
    await cp(other.file("ca.key"), join(environment.KEYSIDE_CERTS_DIR, "ca.key"));
    expect(failure(await serve(environment))).toMatch(/ca\.key is not the key of .*ca\.crt/);
  });

  it("names a CA that has expired", async () => {
    const environment = await instance();
    const long = new FakeClock(new Date("2010-01-01T00:00:00Z"));
    const expired = await madeCertsDirectory(long);
    onTestFinished(() => expired.delete());
    await cp(expired.path, environment.KEYSIDE_CERTS_DIR, { recursive: true });
    expect(failure(await serve(environment))).toMatch(/ca\.crt expired on 2020-01-01T/);
  });

  it("names a database that cannot be reached, and not its password", async () => {
    const where = `127.0.0.1:${await freePort()}`;
    const environment = { ...(await instance()), DATABASE_URL: `postgres://keyside:hush@${where}/keyside` };
    const line = failure(await serve(environment));
    expect(line).toContain(`DATABASE_URL: it cannot be reached: PostgreSQL at ${where}`);
    expect(line).not.toContain("hush");
  });

  it.for([
    ["DATABASE_URL", "localhost/keyside", "a PostgreSQL URL like postgres://"],
    ["DATABASE_URL", "mysql://localhost/keyside", "a PostgreSQL URL like postgres://"],
    ["KEYSIDE_URL", "keyside.example", "an http:// or https:// URL"],
    ["KEYSIDE_PORT", "eighty", "a port from 0 to 65535"],
    ["REGISTRY_TOKEN_TTL", "59", "a number of seconds from 60 to 3600"],
    ["REGISTRY_SIGNING_ALG", "HS256", "ES256 or RS256"],
    ["KEYSIDE_TOKEN_PREFIX", "it's", "at most 20 letters"],
    ["KEYSIDE_LOG_LEVEL", "loud", "trace, debug"],
    ["KEYSIDE_ROOT_PASSWORD", "short", "a password of 8 characters or more"],
  ] as const)("names the variable and the form wanted: %s=%s", async ([name, value, form]) => {
    const line = failure(await serve({ ...(await instance()), [name]: value }));
    expect(line).toContain(`${name}: `);
    expect(line).toContain(form);
  });

  it("names every wrong variable at once", async () => {
    const line = failure(await serve({ ...(await instance()), KEYSIDE_PORT: "eighty", KEYSIDE_URL: "here" }));
    expect(line).toContain("KEYSIDE_PORT: ");
    expect(line).toContain("KEYSIDE_URL: ");
  });

  it.for(["20.19.0", "22.17.1"])("says that Node %s is too old, and what to do", async (version) => {
    const pretend = `Object.defineProperty(process.versions, "node", { value: ${JSON.stringify(version)} })`;
    const preload = `--import=data:text/javascript,${encodeURIComponent(pretend)}`;
    const [node = "", ...rest] = KEYSIDE;
    // A copy without node_modules beside it: there is no Node that it could use in the place of this one.
    const [launcher = "", directory] = [rest[0], await scratchDirectory()];
    await cp(launcher, join(directory, "bin/keyside.js"));
    await writeFile(join(directory, "package.json"), '{"type": "module"}');
    const command = [node, preload, join(directory, "bin/keyside.js"), "serve"];
    const line = failure(await runToEnd(command, { environment: await instance() }));
    expect(line).toContain(`Node ${version} is too old: 22.18 or newer is needed`);
    expect(line).toContain("npm ci");
  });

  it("runs with the Node of the lockfile where the one that it is started with is too old", async ({ skip }) => {
    const installed = join(PROJECT_DIRECTORY, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
    skip(!existsSync(installed), "needs the Node of the lockfile: npm ci brings it on Linux");
    const [node = "", ...rest] = KEYSIDE;
    const pretend = 'Object.defineProperty(process.versions, "node", { value: "20.19.0" })';
    const preload = `--import=data:text/javascript,${encodeURIComponent(pretend)}`;
    const command = [node, preload, ...rest];
    expect(await runToEnd([...command, "frobnicate"])).toMatchObject({ code: 2, stdout: "" });
    const service = startCommand([...command, "serve"], await instance());
    await service.printed(/"msg":"listening"/);
    service.signal("SIGTERM");
    expect(await service.ended).toBe(0);
    expect(service.groupIsGone()).toBe(true);
  });
});
