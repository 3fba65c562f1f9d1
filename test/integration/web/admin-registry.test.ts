import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { RegistryContacts } from "../../../src/registry-access/registry-contacts.ts";
import { event } from "../../support/registry-event.ts";
import { watchStatements } from "../../support/statements.ts";
import { unescaped } from "../../support/web-client.ts";
import { startWebStage, type WebStage } from "../../support/web-stage.ts";

const SECRET = "Bearer what registries report with";
const PAGE = "/admin/registry";

let stage: WebStage;
beforeAll(async () => {
  stage = await startWebStage({ environment: { REGISTRY_NOTIFICATION_SECRET: SECRET } });
});
afterAll(() => stage.service.stop());
afterEach(() => vi.restoreAllMocks());

const page = async () => (await (await stage.clientOf("administrator")).get(PAGE)).html;

async function words(): Promise<string> {
  return unescaped((await page()).replaceAll(/<[^>]*>/g, " ")).replaceAll(/\s+/g, " ");
}

/** The lines of a way to configure a registry. */
async function linesFor(name: string): Promise<string> {
  const lines = new RegExp(`<pre [^>]*aria-label="${name}"[^>]*>(.*?)</pre>`, "s").exec(await page())?.[1];
  return unescaped(lines ?? "");
}

const PLACEHOLDER = "<REGISTRY_NOTIFICATION_SECRET>";
const ENDPOINT = {
  url: "http://localhost:8080/registry/notifications",
  headers: { Authorization: [PLACEHOLDER] },
};
const VARIABLES = {
  REGISTRY_AUTH: "token",
  REGISTRY_AUTH_TOKEN_REALM: "http://localhost:8080/jwt/auth",
  REGISTRY_AUTH_TOKEN_SERVICE: "container_registry",
  REGISTRY_AUTH_TOKEN_ISSUER: "keyside",
  REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE: "/etc/keyside/ca.crt",
};

describe("the lines that connect a registry", () => {
  it("are the sections of config.yml", async () => {
    expect(parse(await linesFor("config.yml"))).toEqual({
      auth: {
        token: {
          realm: "http://localhost:8080/jwt/auth",
          service: "container_registry",
          issuer: "keyside",
          rootcertbundle: "/etc/keyside/ca.crt",
        },
      },
      notifications: { endpoints: [expect.objectContaining(ENDPOINT)] },
    });
  });

  it("are variables for compose", async () => {
    const { services } = parse(await linesFor("Compose"));
    const { REGISTRY_NOTIFICATIONS_ENDPOINTS: endpoints, ...others } = services.registry.environment;
    expect(others).toEqual(VARIABLES);
    expect(parse(endpoints)).toEqual([expect.objectContaining(ENDPOINT)]);
    expect(services.registry.volumes).toEqual(["./ca.crt:/etc/keyside/ca.crt:ro"]);
  });

  it("are a ConfigMap with the certificate, a Secret and a patch for Kubernetes", async () => {
    const [map, secret, patch] = parseAllDocuments(await linesFor("Kubernetes")).map((each) => each.toJS());
    const { certsDir } = stage.service.container.config;
    expect(map).toMatchObject({
      kind: "ConfigMap",
      data: { "ca.crt": await readFile(join(certsDir, "ca.crt"), "utf8") },
    });
    expect(secret).toMatchObject({ kind: "Secret", stringData: VARIABLES });
    const [container] = patch.spec.template.spec.containers;
    expect(container.envFrom).toEqual([{ secretRef: { name: secret.metadata.name } }]);
    expect(container.volumeMounts).toEqual([{ name: "keyside-ca", mountPath: "/etc/keyside", readOnly: true }]);
    expect(patch.spec.template.spec.volumes).toEqual([{ name: "keyside-ca", configMap: { name: map.metadata.name } }]);
  });

  it("do not hold the secret that registries report with, nor does anything else on the page", async () => {
    expect(await page()).not.toContain("what registries report with");
    expect(await words()).toContain("keyside registry-config");
  });

  it("say nothing of reports where Keyside takes none, but how it would", async () => {
    const silent = await startWebStage();
    const { html } = await (await silent.clientOf("administrator")).get(PAGE);
    expect(html).not.toContain("/registry/notifications");
    expect(html).toContain("Set REGISTRY_NOTIFICATION_SECRET");
    await silent.service.stop();
  });
});

describe("ca.crt", () => {
  it("is the certificate of the CA, as a file", async () => {
    const { html, headers } = await (await stage.clientOf("administrator")).get(`${PAGE}/ca.crt`);
    expect(headers["content-disposition"]).toBe('attachment; filename="ca.crt"');
    expect(html).toBe(await readFile(join(stage.service.container.config.certsDir, "ca.crt"), "utf8"));
  });
});

describe("what was last heard", () => {
  const flush = () => stage.service.container.registryContacts.flush();
  const report = (events: readonly object[], secret = SECRET) =>
    fetch(`${stage.service.url}/registry/notifications`, {
      method: "POST",
      headers: { Authorization: secret },
      body: JSON.stringify({ events }),
    });

  it("is nothing at first, and the page says so", async () => {
    expect(await words()).toContain("Last token None was asked for yet Last report None came yet");
  });

  it("is when a token was given, which one that was refused is not", async () => {
    const ask = (authorization?: string) =>
      fetch(`${stage.service.url}/jwt/auth?service=container_registry`, {
        headers: authorization === undefined ? {} : { authorization },
      });
    expect((await ask(`Basic ${Buffer.from("ann:wrong").toString("base64")}`)).status).toBe(401);
    await flush();
    expect(await words()).toContain("None was asked for yet");
    expect((await ask()).status).toBe(200);
    await flush();
    expect(await words()).toContain("Last token just now");
    stage.service.clock.advance({ minutes: 5 });
    expect(await words()).toContain("Last token 5 min. ago");
  });

  it("is the last report and what it told of, and one that was refused", async () => {
    expect((await report([event({ id: "1" }), event({ id: "2", action: "pull", method: "GET" })])).status).toBe(200);
    await flush();
    expect(await words()).toContain("Last report just now , of a pull");
    expect(await words()).not.toContain("was refused");
    stage.service.clock.advance({ hours: 2 });
    expect((await report([event({ id: "3" })], "Bearer wrong")).status).toBe(401);
    // One that tells of nothing, as the checks send it, is none.
    expect((await report([])).status).toBe(200);
    await flush();
    expect(await words()).toContain("Last report 2 hr. ago , of a pull One with another secret was refused just now");
  });

  it("is the latest of all replicas, in whichever order they write; and is kept until it can be written", async () => {
    const { clock, container } = stage.service;
    const other = new RegistryContacts(container.database, clock);
    other.note("token");
    clock.advance({ minutes: 1 });
    container.registryContacts.note("token");
    await flush();
    await other.flush();
    expect(await words()).toContain("Last token just now");
    vi.spyOn(container.database, "query").mockRejectedValueOnce(new Error("away"));
    clock.advance({ hours: 1 });
    container.registryContacts.note("token");
    await expect(flush()).rejects.toThrow("away");
    expect(await words()).toContain("Last token 1 hr. ago");
    await flush();
    expect(await words()).toContain("Last token just now");
  });

  it("costs as many queries however much was heard", async () => {
    const client = await stage.clientOf("administrator");
    const count = async () => {
      const sent = await watchStatements(stage.service);
      const statements = await sent(async () => expect((await client.get(PAGE)).status).toBe(200));
      vi.restoreAllMocks();
      return statements.length;
    };
    await count();
    const few = await count();
    await (await stage.clientOf("administrator")).post(PAGE);
    await report(Array.from({ length: 20 }, (_, place) => event({ id: `many${place}` })));
    await flush();
    expect(await count()).toBe(few);
  });
});
