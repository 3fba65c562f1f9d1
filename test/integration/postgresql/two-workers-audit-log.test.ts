/** The audit log of several workers: one chain, which the primary writes for all. */
import { mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readAuditKey } from "../../../src/audit/audit-key.ts";
import { readChainState } from "../../../src/audit/chain-state.ts";
import { verifyFiles } from "../../../src/audit/verify-files.ts";
import { linesIn } from "../../support/audit-file.ts";
import { KEYSIDE } from "../../support/keyside-command.ts";
import { runToEnd } from "../../support/running-command.ts";
import { EVENTUALLY, type Instance, startTwoWorkers, twoWorkersInstance } from "../../support/two-workers.ts";

const TROUBLE = "the audit log cannot be written, and no registry token is issued";

const fileOf = ({ directory }: Instance) => join(directory, "audit.log");

async function auditedInstance(): Promise<Instance> {
  const instance = await twoWorkersInstance({ KEYSIDE_AUDIT_LOG_REQUIRED: "on" });
  return { ...instance, environment: { ...instance.environment, KEYSIDE_AUDIT_LOG: fileOf(instance) } };
}

const verify = (instance: Instance, ...files: string[]) =>
  verifyFiles(
    files,
    readAuditKey(join(instance.directory, "certs")),
    readChainState(join(instance.directory, "data", "audit.state")),
  );

/** The ids of tokens that answers of the endpoint hold. */
const jtiIn = (text: string) =>
  JSON.parse(Buffer.from(JSON.parse(text).token.split(".")[1], "base64url").toString("utf8")).jti;

describe("two workers", () => {
  it("write one chain, in which each token's line stands before the token leaves; a rotation loses none", async () => {
    const instance = await auditedInstance();
    const { command, connections } = await startTwoWorkers(instance);
    const both = await connections();
    const [file, old] = [fileOf(instance), `${fileOf(instance)}.1`];
    const ask = (n: number) => both.map((each) => each.token(undefined, `repository:team/app${n}:pull`));
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => ask(n)).flat());
    const written = readFileSync(file, "utf8");
    for (const { text } of answers) expect(written).toContain(jtiIn(text));
    expect(new Set(answers.map(({ worker }) => worker)).size).toBe(2);

    const during = Array.from({ length: 20 }, (_, n) => ask(100 + n)).flat();
    renameSync(file, old);
    command.signal("SIGHUP");
    await Promise.all(during);
    await expect.poll(() => readFileSync(file, { encoding: "utf8", flag: "a+" }), EVENTUALLY).toContain("audit.opened");
    const all = [...linesIn(readFileSync(old, "utf8")), ...linesIn(readFileSync(file, "utf8"))];
    const told = all.flatMap(({ jti }) => (jti === undefined ? [] : [jti]));
    const asked = (await Promise.all(during)).concat(answers).map(({ text }) => jtiIn(text));
    expect(new Set(told)).toEqual(new Set(asked));

    command.signal("SIGTERM");
    expect(await command.ended).toBe(0);
    expect(await verify(instance, file, old)).toMatchObject({ fault: undefined, notes: [] });
  });

  it("issue nothing while the primary cannot write, say so once, and go on", async () => {
    const instance = await auditedInstance();
    const { command, connections, logged, waitFor } = await startTwoWorkers(instance);
    const both = await connections();
    renameSync(fileOf(instance), `${fileOf(instance)}.1`);
    mkdirSync(fileOf(instance));
    for (const each of both) expect((await each.token()).status).toBe(503);
    for (const each of both) expect((await each.call("GET", "/-/readiness")).status).toBe(503);
    await waitFor(TROUBLE);
    expect(logged(TROUBLE)).toHaveLength(1);
    rmSync(fileOf(instance), { recursive: true });
    for (const each of both) await expect.poll(async () => (await each.token()).status, EVENTUALLY).toBe(200);
    await waitFor("the audit log can be written again");
    command.signal("SIGTERM");
    expect(await command.ended).toBe(0);
    expect(await verify(instance, fileOf(instance), `${fileOf(instance)}.1`)).toMatchObject({ fault: undefined });
  });

  it("share their log with nobody: neither a second service nor keyside operator-token, which does its work all the same", async () => {
    const instance = await auditedInstance();
    await startTwoWorkers(instance);
    const { PATH, ...more } = instance.environment;
    const environment = { PATH, ...more, KEYSIDE_PORT: "0", KEYSIDE_WORKERS: "1" };
    const elsewhere = { ...environment, KEYSIDE_DATA_DIR: join(instance.directory, "other") };
    const second = await runToEnd([...KEYSIDE, "serve"], { environment: elsewhere });
    expect(second).toMatchObject({ code: 1, stderr: expect.stringMatching(/written by another Keyside process/) });
    const command = await runToEnd([...KEYSIDE, "operator-token"], { environment: elsewhere });
    expect(command).toMatchObject({ code: 0, stderr: expect.stringMatching(/warning: KEYSIDE_AUDIT_LOG: .*another/) });
    expect(await verify(instance, fileOf(instance))).toMatchObject({ fault: undefined });
  });
});
