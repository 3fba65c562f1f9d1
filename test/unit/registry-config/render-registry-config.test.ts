import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  renderAuthAndNotifications,
  renderRegistryConfig,
} from "../../../src/registry-config/render-registry-config.ts";

const trust = {
  realm: "http://localhost:8080/jwt/auth",
  service: "container_registry",
  issuer: "keyside",
  rootCertBundle: "/certs/ca.crt",
};
const settings = { ...trust, address: "127.0.0.1:5000", storageDirectory: "/data/registry", httpSecret: "h" };

/** The one line of that key, as YAML reads it: its indentation apart, a key and a JSON string. */
function scalarOf(yaml: string, key: string): unknown {
  const lines = yaml.split("\n").filter((line) => line.trimStart().startsWith(`${key}: `));
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0]?.trimStart().slice(key.length + 2) ?? "");
}

const topLevelKeys = (yaml: string) => yaml.split("\n").filter((line) => /^\w+:/.test(line));

describe("renderRegistryConfig", () => {
  it("names the token endpoint, the service, the issuer and the CA", () => {
    const yaml = renderRegistryConfig(settings);
    expect(scalarOf(yaml, "realm")).toBe(trust.realm);
    expect(scalarOf(yaml, "service")).toBe(trust.service);
    expect(scalarOf(yaml, "issuer")).toBe(trust.issuer);
    expect(scalarOf(yaml, "rootcertbundle")).toBe(trust.rootCertBundle);
  });

  it("says where to listen and where to store", () => {
    const yaml = renderRegistryConfig(settings);
    expect(scalarOf(yaml, "addr")).toBe("127.0.0.1:5000");
    expect(scalarOf(yaml, "rootdirectory")).toBe("/data/registry");
    expect(scalarOf(yaml, "secret")).toBe("h");
  });

  it("keeps every value on its own line and whole, whatever it holds", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (value) => {
        const yaml = renderRegistryConfig({ ...settings, service: value, storageDirectory: value });
        expect(scalarOf(yaml, "service")).toBe(value);
        expect(scalarOf(yaml, "rootdirectory")).toBe(value);
        expect(topLevelKeys(yaml)).toEqual(topLevelKeys(renderRegistryConfig(settings)));
      }),
    );
  });
});

describe("renderAuthAndNotifications", () => {
  it("has nothing but how to trust Keyside when the registry is not to report", () => {
    expect(topLevelKeys(renderAuthAndNotifications(trust))).toEqual(["auth:"]);
  });

  it("sends the secret as the Authorization header of every report", () => {
    const notifications = { url: "http://localhost:8080/registry/notifications", secret: 'Bearer "s"' };
    const yaml = renderAuthAndNotifications({ ...trust, notifications });
    expect(topLevelKeys(yaml)).toEqual(["auth:", "notifications:"]);
    expect(scalarOf(yaml, "url")).toBe(notifications.url);
    const header = yaml.split("\n").find((line) => line.trimStart().startsWith("Authorization: "));
    expect(JSON.parse(header?.trimStart().slice("Authorization: ".length) ?? "")).toEqual([notifications.secret]);
  });
});
