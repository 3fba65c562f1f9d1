/**
 * Before the tests on PostgreSQL: one server for the whole run. The image that docker compose runs, where an engine has
 * it or can pull it; else the `postgres` of this machine, in a directory of its own; else the tests cannot run, and say so.
 */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import pg from "pg";
import { GenericContainer, Wait } from "testcontainers";
import type { TestProject } from "vitest/node";
import { findPostgresPrograms, type PostgresServer, startPostgresProcess } from "./postgres-process.ts";
import { makeCerts, prepareDatabase } from "./prepared.ts";
import { findDocker } from "./requirements.ts";

/** Provides `postgresUrl`, or `postgresMissing`: why there is none. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const reasons: string[] = [];
  const server = await startPostgresServer(reasons);
  if (server === undefined) {
    project.provide("postgresMissing", `needs postgresql: ${reasons.join("; ")}`);
    return () => Promise.resolve();
  }
  const why = reasons.length === 0 ? "" : ` (${reasons.join("; ")})`;
  process.stdout.write(`PostgreSQL of this run: ${server.origin}${why}\n`);
  return await provideServer(project, server);
}

/** Prepares a server for a project's tests, and answers what stops it. */
export async function provideServer(project: TestProject, server: PostgresServer): Promise<() => Promise<void>> {
  project.provide("postgresUrl", server.url);
  project.provide("postgresTemplate", await makeTemplate(server.url));
  const certs = await makeCerts();
  project.provide("certs", certs.directory);
  return async () => {
    await certs.remove();
    await server.stop();
  };
}

/** Makes the prepared database that those of tests are copied from, which takes a tenth of the time. */
async function makeTemplate(server: string): Promise<string> {
  const name = "keyside_template";
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(server);
  url.pathname = name;
  await prepareDatabase({ url: url.href });
  return name;
}

/** Starts a server in one way or another; undefined, with the reasons, where there is none. */
export async function startPostgresServer(reasons: string[]): Promise<PostgresServer | undefined> {
  return (await startContainer(reasons)) ?? (await startProcess(reasons));
}

async function startContainer(reasons: string[]): Promise<PostgresServer | undefined> {
  const docker = await findDocker();
  if (!docker.found) {
    reasons.push("no Docker engine answers");
    return undefined;
  }
  const image = await composeImage();
  try {
    const container = await new GenericContainer(image)
      .withEnvironment({ POSTGRES_USER: "keyside", POSTGRES_PASSWORD: "keyside" })
      .withCommand(["-c", "fsync=off"])
      .withExposedPorts(5432)
      // By TCP: the server that the image's first start sets up the cluster with does not listen there.
      .withWaitStrategy(Wait.forSuccessfulCommand("pg_isready --host 127.0.0.1"))
      .start();
    const url = `postgres://keyside:keyside@${container.getHost()}:${container.getMappedPort(5432)}/keyside`;
    return {
      url,
      origin: `the image ${image}`,
      signal: async (name) => {
        await promisify(execFile)("docker", ["kill", "--signal", name, container.getId()]);
      },
      stop: async () => {
        await container.stop();
      },
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    reasons.push(`the image ${image} does not start (${reason})`);
    return undefined;
  }
}

async function startProcess(reasons: string[]): Promise<PostgresServer | undefined> {
  const programs = await findPostgresPrograms();
  if (programs !== undefined) return await startPostgresProcess(programs);
  reasons.push("postgres and initdb are neither on the PATH nor in /usr/lib/postgresql");
  return undefined;
}

/** The image that the compose file names, so that tests run on what users run. */
async function composeImage(): Promise<string> {
  const compose = await readFile(new URL("../../docker-compose.yml", import.meta.url), "utf8");
  const image = /image: *(postgres:\S+)/.exec(compose)?.[1];
  if (image === undefined) throw new Error("docker-compose.yml names no postgres image");
  return image;
}
