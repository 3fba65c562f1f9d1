/**
 * What every registry client must be able to do through Keyside, and what it must be refused: the same rules for each,
 * so that none is forgotten. The file of a client says how it is run, what it then tells a person, and its own rules.
 */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CommandResult } from "../../../src/local-registry/run-command.ts";
import { type ClientCredentials, type ClientStage, openClientStage } from "../../support/client-stage.ts";
import { findCommand, type Requirement } from "../../support/requirements.ts";

/** One client, ready to be run. */
export interface ClientDriver {
  /** Pushes an image of several layers, none of which the registry has yet. Anonymous without credentials. */
  push(image: string, as: ClientCredentials | undefined): Promise<CommandResult>;
  /** Pulls an image, whatever the client has of it already. */
  pull(image: string, as: ClientCredentials | undefined): Promise<CommandResult>;
}

/** What the client tells a person who is refused. */
export interface Sayings {
  readonly pullRefused: RegExp;
  /** By a token that may pull, and by one that may not even that. */
  readonly pushRefused: RegExp;
  readonly pushAndPullRefused: RegExp;
  readonly wrongPassword: RegExp;
}

/** What the rules of one client are written with; there while a test runs. */
export interface ClientTest<Driver extends ClientDriver> {
  readonly stage: ClientStage;
  readonly client: Driver;
}

/** Describes a client by the rules of all, and by its own. */
export async function describeClient<Driver extends ClientDriver>(
  command: string,
  options: {
    prepare(stage: ClientStage): Promise<Driver>;
    /** Besides the command itself. */
    requires?: Requirement;
    says: Sayings;
    cleanUp?(client: Driver): Promise<unknown>;
  },
  ownRules: (test: () => ClientTest<Driver>) => void,
): Promise<void> {
  const requirements = [await findCommand(command), ...(options.requires === undefined ? [] : [options.requires])];
  let want = requirements.find(({ found }) => !found)?.want;
  let opened: ClientTest<Driver> | undefined;
  const test = () => {
    if (opened === undefined) throw new Error("the stage is there while a test runs only");
    return opened;
  };

  describe(command, () => {
    beforeAll(async () => {
      if (want !== undefined) return;
      const stage = await openClientStage();
      if ("want" in stage) want = stage.want;
      else opened = { stage, client: await options.prepare(stage) };
    });
    beforeEach(({ skip }) => {
      if (want !== undefined) skip(want);
      test().stage.takeTokenRequests();
    });
    afterAll(async () => {
      if (opened === undefined) return;
      await options.cleanUp?.(opened.client);
      await opened.stage.close();
    });

    rulesOfAll(test, options.says);
    ownRules(test);
  });
}

function rulesOfAll(test: () => ClientTest<ClientDriver>, says: Sayings): void {
  const pushed = async (as: "full" | "openWriter") => {
    const { stage, client } = test();
    const image = stage.image(as === "full" ? "closed" : "open");
    expect(await client.push(image, stage.as[as])).toMatchObject(DONE);
    return image;
  };

  it("pushes to a private project with a token that reads and writes, and pulls with one that reads", async () => {
    const { stage, client } = test();
    expect(await client.pull(await pushed("full"), stage.as.reader)).toMatchObject(DONE);
  });

  it("pushes to a public project with a token that only writes, and pulls without a name", async () => {
    const { client } = test();
    expect(await client.pull(await pushed("openWriter"), undefined)).toMatchObject(DONE);
  });

  it("is refused a push by a token that only reads, and by none", async () => {
    const { stage, client } = test();
    expect(await client.push(stage.image("closed"), stage.as.reader)).toMatchObject(refused(says.pushRefused));
    expect(await client.push(stage.image("open"), undefined)).toMatchObject(refused(says.pushRefused));
  });

  it("is refused both ways in a private project by a token that only writes: a push reads, too", async () => {
    const { stage, client } = test();
    const image = await pushed("full");
    expect(await client.pull(image, stage.as.writer)).toMatchObject(refused(says.pullRefused));
    expect(await client.push(image, stage.as.writer)).toMatchObject(refused(says.pushAndPullRefused));
  });

  it("is refused both ways by another project's token", async () => {
    const { stage, client } = test();
    const image = await pushed("full");
    expect(await client.pull(image, stage.as.foreigner)).toMatchObject(refused(says.pullRefused));
    expect(await client.push(image, stage.as.foreigner)).toMatchObject(refused(says.pushAndPullRefused));
  });

  it("is told the same of a private project without a name as of one that does not exist", async () => {
    const { stage, client } = test();
    const image = await pushed("full");
    const hidden = await client.pull(image, undefined);
    expect(hidden).toMatchObject(refused(says.pullRefused));
    const nowhere = `${stage.registry}/stage/nowhere/${randomBytes(6).toString("hex")}:v1`;
    const absent = await client.pull(nowhere, undefined);
    expect(withoutNames(absent, nowhere)).toBe(withoutNames(hidden, image));
  });

  it("is told of a wrong password, on a public project too: it is never taken for nobody", async () => {
    const { stage, client } = test();
    const { impostor } = stage.as;
    expect(await client.pull(await pushed("openWriter"), impostor)).toMatchObject(refused(says.wrongPassword));
    expect(await client.pull(stage.image("closed"), impostor)).toMatchObject(refused(says.wrongPassword));
    expect(await client.push(stage.image("closed"), impostor)).toMatchObject(refused(says.wrongPassword));
  });
}

/** A result that went well. */
export const DONE = { ok: true };

/** A result that did not, and what it told a person. */
export function refused(saying: RegExp): object {
  return { ok: false, output: expect.stringMatching(saying) };
}

function withoutNames({ output }: CommandResult, image: string): string {
  const [repository = ""] = image.split(/:v1$/);
  const path = repository.slice(repository.indexOf("/") + 1);
  return output.replaceAll(path, "NAME").replaceAll(/\d{4}[-/]\d\d[-/]\d\d[T ][\d:]+Z?/g, "TIME");
}

/** What the tools on containers/image have in common. */
export function itAsksByGet<Driver extends ClientDriver>(test: () => ClientTest<Driver>): void {
  it("asks by GET, with its name as a hint, for pull and push at once", async () => {
    const { stage, client } = test();
    const repository = stage.repository("closed");
    const image = `${stage.registry}/${repository}:v1`;
    const asked = { method: "GET", credentials: "basic", parameters: ["account", "scope", "service"], status: 200 };

    await client.push(image, stage.as.full);
    const pushing = stage.takeTokenRequests();
    expect(pushing[0]).toMatchObject({ ...asked, scopes: [`repository:${repository}:pull,push`] });
    expect(new Set(pushing.map(({ method }) => method))).toEqual(new Set(["GET"]));

    await client.pull(image, stage.as.reader);
    const pulling = stage.takeTokenRequests();
    expect(pulling).toEqual([expect.objectContaining({ ...asked, scopes: [`repository:${repository}:pull`] })]);
  });
}
