/** The command `keyside` as a thin client: what changes, ends and lists things. */
import { once } from "node:events";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { FakeClock } from "../support/clock.ts";
import { pushRepository, RepositoryScript } from "../support/imported-repository.ts";
import { operatorOf, runKeyside } from "../support/keyside-command.ts";
import { newPublicKey } from "../support/public-key.ts";
import { runToEnd } from "../support/running-command.ts";
import { scratchDirectory } from "../support/scratch-directory.ts";
import { startTestService, type TestService } from "../support/service.ts";
import { createProjectAccessToken } from "../support/world.ts";

const PASSWORD = "a long enough password";
const DONE = { code: 0, stdout: "", stderr: "" };

describe("keyside against a running service", () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService({ clock: new FakeClock(new Date()) });
    await keyside("group", "create", "team");
    await keyside("project", "create", "team/app");
    await keyside("feature", "enable", "resource_access_token");
    await withInput(PASSWORD, "user", "create", "ann", "--email", "ann@example.com", "--password-stdin");
  });
  afterAll(() => service.stop());

  const withInput = (input: string, ...args: string[]) => runKeyside(operatorOf(service), args, input);
  const keyside = (...args: string[]) => withInput("", ...args);
  /** The answer of a command that succeeds. */
  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await keyside(...args, "--json");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return JSON.parse(stdout);
  };
  const registryLogin = async (username: string, password: string, query = "") => {
    const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
    const url = `${service.url}/jwt/auth?service=container_registry${query}`;
    return (await fetch(url, { headers: { authorization } })).status;
  };

  it("rotates a project's token: the new secret alone on standard output, the old one dead", async () => {
    const create = ["token", "create", "--project", "team/app", "--name", "ci", "--scopes", "read_registry"];
    const old = await json(...create);
    const { stdout } = await keyside("token", "rotate", String(old.id), "--project", "team/app");
    expect(stdout).toMatch(/^kspat-[A-Za-z0-9]{36}\n$/);
    expect(await registryLogin("x", old.token)).toBe(401);
    expect(await registryLogin("x", stdout.trim())).toBe(200);
    const active = await json("token", "list", "--project", "team/app", "--state", "active");
    expect(active).toMatchObject([{ name: "ci", active: true }]);
  });

  it("tells how a project's token was used, and what happened in the project", async () => {
    const project = await json("project", "create", "team/used");
    const create = ["token", "create", "--project", "team/used", "--name", "ci", "--scopes"];
    const token = await json(...create, "read_registry,write_registry");
    const show = ["token", "usage", String(token.id), "--project", "team/used"];
    const days = ["--from", "2026-01-01", "--to", "2026-01-31"];
    expect(await keyside(...show, ...days)).toMatchObject({
      code: 0,
      stdout: [
        "last used  never",
        "from       -",
        "by         -",
        "",
        "SCOPE           LAST USED AT",
        "read_registry   never",
        "write_registry  never",
        "",
        "2026-01-01 to 2026-01-31: 0 repositories",
        "",
      ].join("\n"),
    });
    expect(await registryLogin("x", token.token, "&scope=repository:team/used:pull")).toBe(200);
    await service.container.lastUse.flush();
    await service.container.database.em().execute(
      `insert into registry_event_counts (day, project_id, repository, action, user_id, count)
       values ('2026-01-02', ?, 'team/used', 'pull', ?, 7), ('2026-01-03', ?, 'team/used/web', 'pull', null, 2)`,
      [project.id, token.user_id, project.id],
    );
    const now = service.clock.now().toISOString();
    expect(await keyside(...show, ...days)).toMatchObject({
      code: 0,
      stdout: [
        `last used  ${now}`,
        "from       127.0.0.1",
        "by         node",
        "",
        "SCOPE           LAST USED AT",
        `read_registry   ${now}`,
        "write_registry  never",
        "",
        "2026-01-01 to 2026-01-31: 1 repository",
        "",
        "REPOSITORY  PULLS  PUSHES  LAST DAY",
        "team/used   7      0       2026-01-02",
        "",
        "DAY         PULLS  PUSHES",
        "2026-01-02  7      0",
        "",
      ].join("\n"),
    });
    expect(await json(...show, ...days)).toMatchObject({ token_id: token.id, repositories_total: 1 });
    const activity = (...options: string[]) => keyside("project", "activity", "team/used", ...days, ...options);
    const { username: bot } = (await service.root.get(`/users/${token.user_id}`)).body;
    expect(await activity()).toMatchObject({
      stdout: [
        "DAY         PULLS  PUSHES  MOUNTS  DELETES",
        "2026-01-03  2      0       0       0",
        "2026-01-02  7      0       0       0",
        "",
      ].join("\n"),
    });
    expect((await activity("--by", "author")).stdout).toMatch(
      new RegExp(`^AUTHOR +PULLS .*\\n${bot} +7 .*\\nanonymous +2 .*\\n$`),
    );
    expect(await json("project", "activity", "team/used", ...days, "--by", "repository")).toMatchObject([
      { repository: "team/used", pulls: 7 },
      { repository: "team/used/web", pulls: 2 },
    ]);
    expect(await activity("--by", "digest")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('"digest" is not one of day, repository, author'),
    });
    expect(await keyside(...show, "--from", "2026-02-02", "--to", "2026-02-01")).toMatchObject({
      code: 1,
      stderr: 'keyside: from is invalid: "2026-02-02" is later than "to", 2026-02-01\n',
    });
    expect(await keyside("token", "usage", "1")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--project"),
    });
  });

  it("writes a project's repository as a bundle, whole or not at all", async () => {
    await json("project", "create", "team/code");
    const directory = await scratchDirectory();
    const file = join(directory, "code.bundle");
    const bundle = ["project", "bundle", "team/code"];
    expect(await keyside(...bundle, file)).toEqual({
      code: 1,
      stdout: "",
      stderr: "keyside: nothing was pushed to team/code yet: there is nothing to bundle\n",
    });
    const script = new RepositoryScript().commit("main", { files: [["README.md", "Hello"]] });
    const { secret } = await createProjectAccessToken(service, "team/code", { scopes: ["write_repository"] });
    const repository = await pushRepository(service, { path: "team/code", secret }, script);
    onTestFinished(() => repository.remove());
    await writeFile(file, "the one before");
    expect(await keyside(...bundle, file)).toEqual(DONE);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const clone = await runToEnd(["git", "clone", "--quiet", file, join(directory, "clone")]);
    expect({ ...clone, head: await readFile(join(directory, "clone/README.md"), "utf8") }).toEqual({
      ...DONE,
      head: "Hello",
    });
    expect((await keyside(...bundle, "-")).stdout).toMatch(/^# v2 git bundle\n/);
    expect(await keyside("project", "bundle", "team/nowhere", file)).toMatchObject({
      code: 1,
      stderr: "keyside: 404 Project Not Found\n",
    });
    expect(await keyside(...bundle, join(directory, "no/such.bundle"))).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/such\.bundle was not written: ENOENT/),
    });
    // A device is written to, and stays one.
    expect(await keyside(...bundle, "/dev/full")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/full was not written: ENOSPC/),
    });
    expect((await stat("/dev/full")).isCharacterDevice()).toBe(true);
    expect((await readdir(directory)).sort()).toEqual(["clone", "code.bundle"]);
  });

  it("leaves the bundle before as it was where the next one breaks off", async () => {
    const server = createServer((_, response) => {
      response.write("# v2 git bundle\n");
      response.destroy();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const directory = await scratchDirectory();
    const file = join(directory, "code.bundle");
    await writeFile(file, "the one before");
    const environment = {
      KEYSIDE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      KEYSIDE_TOKEN: "kspat-x",
    };
    const { code, stderr } = await runKeyside(environment, ["project", "bundle", "team/code", file]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^keyside: /) });
    expect(await readdir(directory)).toEqual(["code.bundle"]);
    expect(await readFile(file, "utf8")).toBe("the one before");
  });

  it("explains what a token and a person get, and why not more", async () => {
    const create = ["token", "create", "--project", "team/app", "--name", "job", "--scopes", "read_registry"];
    const { id, token } = await json(...create, "--rule", "web:pull,push", "--allow-from", "10.0.0.0/8");
    const explain = ["explain", "--project", "team/app"];
    const scope = ["--scope", "repository:team/app/web:pull,push", "--scope", "banana:x:y"];
    const { code, stdout, stderr } = await keyside(...explain, "--token", String(id), ...scope);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.split("\n");
    expect(lines.slice(0, 8)).toEqual([
      "Asked    repository:team/app/web:pull,push",
      "Granted  repository:team/app/web:pull",
      expect.stringMatching(/^Note {5}banana:x:y: dropped/),
      expect.stringMatching(/^Note {5}not asked: the token is accepted from 10\.0\.0\.0\/8 alone/),
      "",
      "✗ push on team/app/web",
      "  the token lacks write_registry: make one that has it",
      "",
    ]);
    expect(lines).toContain(`Token ${id}`);
    expect(lines).toContain("  ✗ scope       the token lacks write_registry: make one that has it");
    const elsewhere = await json(...explain, "--token", String(id), ...scope, "--address", "192.0.2.9");
    expect(elsewhere).toMatchObject({ granted: [], steps: { 4: { step: "address", passed: false } } });
    const ofAnn = await keyside(...explain, "--user", "ann", "--scope", "repository:team/app:pull");
    expect(ofAnn.stdout).toContain("ann is no member here; pulling needs Reporter (20)");
    expect((await keyside(...explain, "--user", "ann")).stdout).toMatch(
      /^Asked {4}signing in.*\nGranted {2}signing in\n/,
    );
    const usage = { code: 2, stdout: "" };
    expect(await keyside(...explain, ...scope)).toMatchObject({
      ...usage,
      stderr: expect.stringContaining("--token ID"),
    });
    const leaked = await keyside(...explain, "--token", token);
    expect(leaked).toMatchObject({ ...usage, stderr: expect.stringContaining("the token's number") });
    expect(leaked.stderr).not.toContain(token);
    expect(await keyside(...explain, "--token", "999999")).toMatchObject({
      code: 1,
      stderr: "keyside: 404 Project Access Token Not Found\n",
    });
  });

  it("rotates a token with a grace, tells of it, and ends it", async () => {
    const owner = ["--project", "team/app"];
    const old = await json("token", "create", ...owner, "--name", "slow", "--scopes", "read_registry");
    const next = await json("token", "rotate", String(old.id), ...owner, "--grace", "12h");
    expect(next).toMatchObject({ predecessor_id: old.id, safe_to_retire: false });
    const { retires_at } = await json("token", "show", String(old.id), ...owner);
    expect(Date.parse(retires_at) - Date.parse(next.created_at)).toBe(12 * 3_600_000);
    expect([await registryLogin("x", old.token), await registryLogin("x", next.token)]).toEqual([200, 200]);
    const { stdout } = await keyside("token", "show", String(next.id), ...owner);
    expect(stdout).toMatch(/RETIRES AT +SAFE TO RETIRE\n.* false\n$/);
    expect(await keyside("token", "rotate", String(next.id), ...owner, "--grace", "60")).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining(`token ${old.id}, works until ${retires_at}`),
    });
    expect(await keyside("token", "retire", String(next.id), ...owner)).toEqual(DONE);
    expect([await registryLogin("x", old.token), await registryLogin("x", next.token)]).toEqual([401, 200]);
    expect(await keyside("token", "retire", String(next.id), ...owner)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("has no predecessor in grace"),
    });
    const long = await keyside("token", "rotate", String(next.id), ...owner, "--grace", "31d");
    expect(long).toMatchObject({ code: 1, stderr: expect.stringContaining("maximum is 2592000") });
    for (const wrong of ["7w", "a week", "1.5h", "-60", ""]) {
      const refused = await keyside("token", "rotate", String(next.id), ...owner, `--grace=${wrong}`);
      expect(refused).toMatchObject({ code: 2, stdout: "" });
      expect(refused.stderr).toContain(`'${wrong}' is invalid. 7d, 12h, 90m or a number of seconds is wanted`);
    }
    expect(await registryLogin("x", next.token)).toBe(200);
  });

  it("lists, rotates and revokes personal tokens", async () => {
    const create = ["token", "create", "--personal", "--user", "ann", "--name", "laptop", "--scopes", "read_api"];
    const { id } = await json(...create);
    expect(await json("token", "list", "--personal", "--user", "ann")).toMatchObject([{ id, name: "laptop" }]);
    const rotated = await json("token", "rotate", String(id), "--personal");
    expect(rotated).toMatchObject({ name: "laptop", scopes: ["read_api"], active: true });
    expect(await keyside("token", "revoke", String(rotated.id), "--personal")).toEqual(DONE);
    expect(await keyside("token", "revoke", String(rotated.id), "--personal")).toMatchObject({ code: 1 });
  });

  it("retires the predecessor of a personal token", async () => {
    const create = ["token", "create", "--personal", "--user", "ann", "--name", "slow", "--scopes", "read_api"];
    const old = await json(...create);
    const next = await json("token", "rotate", String(old.id), "--personal", "--grace", "7d");
    expect((await service.as(old.token).get("/user")).status).toBe(200);
    expect(await keyside("token", "retire", String(next.id), "--personal")).toEqual(DONE);
    expect((await service.as(old.token).get("/user")).status).toBe(401);
    expect(await keyside("token", "revoke", String(old.id), "--personal")).toEqual(DONE);
  });

  it("wants to know whose token is meant", async () => {
    const refused = { code: 2, stdout: "", stderr: expect.stringContaining("say --project PATH, or --personal") };
    expect(await keyside("token", "list")).toMatchObject(refused);
    expect(await keyside("token", "list", "--project", "a/b", "--personal")).toMatchObject({ code: 2 });
  });

  it("blocks, unblocks and deletes a human, and sets a password", async () => {
    await withInput(PASSWORD, "user", "create", "ben", "--email", "ben@example.com", "--password-stdin");
    expect(await keyside("user", "block", "ben")).toEqual(DONE);
    expect(await registryLogin("ben", PASSWORD)).toBe(401);
    expect(await keyside("user", "unblock", "ben")).toEqual(DONE);
    expect(await registryLogin("ben", PASSWORD)).toBe(200);
    expect(await withInput("another long password\n", "user", "password", "ben", "--password-stdin")).toEqual(DONE);
    expect(await registryLogin("ben", "another long password")).toBe(200);
    expect(await keyside("user", "delete", "ben")).toEqual(DONE);
    expect(await keyside("user", "show", "ben")).toMatchObject({
      code: 1,
      stderr: 'keyside: there is no user "ben"\n',
    });
  });

  it("changes one's own password, with the old one in a line before it", async () => {
    await withInput(PASSWORD, "user", "create", "cleo", "--email", "cleo@example.com", "--password-stdin");
    const create = ["token", "create", "--personal", "--user", "cleo", "--name", "cli", "--scopes", "api"];
    const environment = { KEYSIDE_URL: service.url, KEYSIDE_TOKEN: (await json(...create)).token };
    const change = (input: string) => runKeyside(environment, ["user", "password", "--password-stdin"], input);
    expect(await change("only one line\n")).toMatchObject({ code: 2, stderr: expect.stringContaining("two lines") });
    expect(await change("not the password\nanother long password\n")).toEqual({
      code: 1,
      stdout: "",
      stderr: "keyside: current_password is wrong\n",
    });
    expect(await change(`${PASSWORD}\nanother long password\n`)).toEqual(DONE);
    expect(await registryLogin("cleo", "another long password")).toBe(200);
  });

  it("prints a link by which a human signs in, alone on standard output", async () => {
    const made = await json("user", "create", "dan", "--email", "dan@example.com");
    expect(made).toMatchObject({ username: "dan", state: "active" });
    for (const [options, minutes] of [
      [[], 15],
      [["--invitation"], 72 * 60],
    ] as const) {
      const { code, stdout, stderr } = await keyside("user", "sign-in-link", "dan", ...options);
      const until = new Date(service.clock.now().getTime() + minutes * 60_000).toISOString();
      expect({ code, stderr }).toEqual({ code: 0, stderr: `keyside: it works once, until ${until}\n` });
      expect(stdout).toMatch(/^http:\/\/localhost:8080\/-\/sign_in_link\?token=[A-Za-z0-9]{43}\n$/);
    }
    const kind = "invitation";
    expect(await json("user", "sign-in-link", "dan", "--invitation")).toMatchObject({ user_id: made.id, kind });
    await keyside("user", "block", "dan");
    const refused = { code: 1, stdout: "", stderr: "keyside: dan is blocked: unblock them first\n" };
    expect(await keyside("user", "sign-in-link", "dan")).toEqual(refused);
  });

  it("lists and revokes refresh tokens", async () => {
    expect(await registryLogin("ann", PASSWORD, "&offline_token=true&client_id=docker")).toBe(200);
    const [refreshToken] = await json("refresh-token", "list", "--user", "ann");
    expect(refreshToken).toMatchObject({ service: "container_registry", client_id: "docker" });
    expect(await keyside("refresh-token", "revoke", String(refreshToken.id), "--user", "ann")).toEqual(DONE);
    expect(await json("refresh-token", "list", "--user", "ann")).toEqual([]);
  });

  it("adds, lists and deletes SSH keys, from a file or standard input; a private key does not leave the machine", async () => {
    const [first, second] = [newPublicKey(), newPublicKey()];
    const file = join(service.container.config.dataDir, "id_ed25519.pub");
    await writeFile(file, `${first} ann@laptop\n`);
    expect(await json("ssh", "key", "add", file)).toMatchObject({ title: "ann@laptop", key: first, expires_at: null });
    const added = await withInput(second, "ssh", "key", "add", "--title", "desk", "--expires", "2099-01-01");
    expect(added).toMatchObject({ code: 0, stdout: expect.stringMatching(/desk +SHA256:.* 2099-01-01T00:00:00.000Z/) });
    const [desk] = await json("ssh", "key", "list", "--user", "root");
    expect(await json("ssh", "key", "list")).toMatchObject([{ title: "desk" }, { title: "ann@laptop" }]);
    const taken = { code: 1, stderr: "keyside: fingerprint_sha256 has already been taken\n" };
    expect(await withInput(second, "ssh", "key", "add", "--title", "again")).toMatchObject(taken);
    const pem = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----\n";
    const refused = await withInput(pem, "ssh", "key", "add", "--title", "wrong half");
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^keyside: standard input is a private key/),
    });
    const missing = { code: 1, stderr: expect.stringMatching(/no-such\.pub cannot be read/) };
    expect(await keyside("ssh", "key", "add", "no-such.pub")).toMatchObject(missing);
    expect(await keyside("ssh", "key", "delete", String(desk.id))).toEqual(DONE);
    expect(await json("ssh", "key", "list")).toMatchObject([{ title: "ann@laptop" }]);
  });

  it("changes members of projects and of groups", async () => {
    await keyside("member", "add", "ann", "--group", "team", "--access-level", "reporter");
    expect(await json("member", "list", "--project", "team/app", "--all")).toContainEqual(
      expect.objectContaining({ username: "ann", access_level: 20 }),
    );
    const changed = await json("member", "update", "ann", "--group", "team", "--access-level", "maintainer");
    expect(changed).toMatchObject({ username: "ann", access_level: 40 });
    expect(await keyside("member", "remove", "ann", "--group", "team")).toEqual(DONE);
    expect(await keyside("member", "list")).toMatchObject({ code: 2, stderr: expect.stringContaining("--group PATH") });
    const wrong = await keyside("member", "add", "ann", "--group", "team", "--access-level", "king");
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("guest, reporter, developer") });
  });

  it("changes and deletes projects and groups", async () => {
    await keyside("group", "create", "team/attic");
    await keyside("project", "create", "team/attic/old");
    const changes = ["--visibility", "internal", "--registry", "off", "--description", "was the first"];
    expect(await json("project", "update", "team/attic/old", ...changes)).toMatchObject({
      visibility: "internal",
      container_registry_enabled: false,
      description: "was the first",
    });
    expect(await json("project", "list", "--search", "old")).toMatchObject([{ path_with_namespace: "team/attic/old" }]);
    expect(await json("group", "update", "team/attic", "--name", "Attic")).toMatchObject({ name: "Attic" });
    expect(await json("group", "list")).toContainEqual(expect.objectContaining({ full_path: "team/attic" }));
    expect(await keyside("group", "delete", "team/attic")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("still holds team/attic/old"),
    });
    expect(await keyside("project", "delete", "team/attic/old")).toEqual(DONE);
    expect(await keyside("group", "delete", "team/attic")).toEqual(DONE);
  });

  it("warns who takes a path again, and frees one after saying what is under it", async () => {
    await keyside("group", "create", "lost");
    await keyside("project", "create", "lost/app");
    await keyside("project", "delete", "lost/app");
    const again = await keyside("project", "create", "lost/app");
    expect(again).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^keyside: warning: .*lost\/app, or below it, was deleted/),
    });
    await service.container.database
      .em()
      .execute(
        "insert into registry_event_counts (day, repository, action, count) values (now(), 'lost/app/web', 'push', 1)",
      );
    expect(await keyside("path", "release", "lost/app", "--yes")).toMatchObject({
      code: 1,
      stderr: 'keyside: nothing that was deleted had the path "lost/app"\n',
    });
    await keyside("project", "delete", "lost/app");
    const shown = await keyside("path", "release", "lost/app");
    expect(shown).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^lost\/app\/web /m),
      stderr: 'keyside: "lost/app" is kept: say --yes to let anybody have it, with the images under it\n',
    });
    expect(await keyside("path", "release", "lost/app", "--yes")).toEqual({
      code: 0,
      stdout: shown.stdout,
      stderr: "",
    });
    expect(await keyside("project", "create", "lost/app")).toMatchObject({ code: 0, stderr: "" });
    await keyside("project", "delete", "lost/app");
    await keyside("group", "delete", "lost");
    const bare = await keyside("group", "create", "lost");
    expect(bare).toMatchObject({ code: 0, stderr: expect.stringContaining("keyside: warning: ") });
  });

  it("says that nothing was reported under a path that it frees", async () => {
    await keyside("group", "create", "empty");
    await keyside("group", "delete", "empty");
    const freed = { code: 0, stdout: "", stderr: "keyside: the registry reported no repository under it\n" };
    expect(await keyside("path", "release", "empty", "--yes")).toEqual(freed);
  });

  it("forgets what was set of a feature", async () => {
    const flag = "resource_access_token";
    await keyside("feature", "enable", flag, "--project", "team/app");
    expect(await keyside("feature", "reset", flag)).toEqual(DONE);
    expect(await json("feature", "list")).toMatchObject([{ name: flag, state: "off" }]);
    await keyside("feature", "enable", flag);
  });

  it("prints what a registry's configuration needs", async () => {
    const environment = { ...operatorOf(service), KEYSIDE_URL: "https://keyside.example.com" };
    const secret = { REGISTRY_NOTIFICATION_SECRET: "a secret of the registry" };
    const bare = await runKeyside(environment, ["registry-config", "--bundle", "/etc/registry/ca.crt"]);
    expect(bare.stdout).toContain('realm: "https://keyside.example.com/jwt/auth"');
    expect(bare.stdout).toContain('rootcertbundle: "/etc/registry/ca.crt"');
    expect(bare.stdout).not.toContain("notifications:");
    const whole = await runKeyside({ ...environment, ...secret }, ["registry-config"]);
    expect(whole.stdout).toContain('url: "https://keyside.example.com/registry/notifications"');
    expect(whole.stdout).toContain(secret.REGISTRY_NOTIFICATION_SECRET);
  });

  it("explains every command", async () => {
    const overview = await keyside("--help");
    expect(overview.code).toBe(0);
    for (const command of [
      "up",
      "serve",
      "certs",
      "demo",
      "registry-config",
      "doctor",
      "explain",
      "token",
      "user",
      "member",
      "path",
    ]) {
      expect(overview.stdout).toMatch(new RegExp(`^  ${command}\\b`, "m"));
    }
    const rotate = await keyside("token", "rotate", "--help");
    expect(rotate).toMatchObject({ code: 0, stdout: expect.stringContaining("--expires <date>") });
  });
});
