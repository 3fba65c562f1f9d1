import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { makeSecret } from "../../../src/access-tokens/secret.ts";
import { cleanRepository, cleanText, formsOf, WITHHELD } from "../../../src/audit/clean-text.ts";
import { systemIds } from "../../../src/ids.ts";

const SECRET = makeSecret("kspat-", systemIds);
/** What is random in it. */
const RANDOM = SECRET.slice("kspat-".length);
const PASSWORD = "correct horse 7";
const JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.c2ln";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const digest = (text: string) => createHash("sha256").update(text).digest("hex");

describe("what is no secret", () => {
  it.each([
    "docker/27.3.1 go/go1.22.7 git-commit/41ca978 kernel/6.1.0-28-amd64 os/linux arch/amd64 UpstreamClient(Docker-Client/27.3.1 \\(linux\\))",
    "containers/5.32.2 (github.com/containers/image)",
    "go-containerregistry/v0.20.7",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "buildkit/v0.12-dev",
    "2001:db8::1",
    "project_12_bot_0123456789abcdef",
    "a-rather/long-path/of-groups/that-nest/deeply-as/they-may",
    "",
  ])("stays: %j", (text) => {
    expect(cleanText(text)).toBe(text);
  });

  it("stays in repositories, whose words may be commits; what looks like a stored secret does not", () => {
    const scope = `repository:team/cache/${digest("layer").slice(0, 40)}:pull,push`;
    expect(cleanRepository(scope)).toBe(scope);
    expect(cleanRepository(`repository:team/${digest("x")}:pull`)).toBe(`repository:team/${WITHHELD}:pull`);
  });
});

describe("what is or may be a secret", () => {
  it.each([
    ["an access token", SECRET, RANDOM],
    ["one among other words", `docker ${SECRET} linux`, RANDOM],
    ["one without its prefix", RANDOM, RANDOM],
    ["one with what cannot be seen in between", `${SECRET.slice(0, 20)}\u200b\u0007${SECRET.slice(20)}`, RANDOM],
    ["one behind a long text", `${"x ".repeat(1_000)}${SECRET}`, RANDOM],
    ["its digest", digest(SECRET), digest(SECRET)],
    ["Basic", `Basic ${base64("root:short")}`, base64("root:short")],
    ["Bearer", "bearer something", "something"],
    ["a URL's password", "https://root:hunter22@example.com/", "hunter22"],
    ["an ID token", JWT, "c2ln"],
    ["base64 of credentials", base64(`anybody:${SECRET}`), base64(`anybody:${SECRET}`).slice(12, 40)],
    ["what is far too long", `${"y ".repeat(5_000)}${SECRET}`, RANDOM],
  ])("is withheld: %s", (_what, text, secret) => {
    expect(cleanText(text)).not.toContain(secret);
    expect(cleanText(text).length).toBeLessThan(310);
  });

  it.each([
    PASSWORD,
    base64(PASSWORD),
    base64(`root:${PASSWORD}`).replace(/=+$/, ""),
    encodeURIComponent(PASSWORD),
    digest(PASSWORD),
    PASSWORD.split("").join("\u200b"),
  ])("is withheld where the request presents it: %j", (form) => {
    for (const clean of [cleanText, cleanRepository])
      expect(clean(`a ${form} b`, formsOf(PASSWORD, "root"))).toBe(`a ${WITHHELD} b`);
  });

  it("is not each letter of somebody's name, where the request presents a letter or nothing that can be seen", () => {
    for (const presented of ["", "o", "\u200b\u200b\u200b\u200b", "\ud800"])
      expect(cleanText("docker/27.3.1", formsOf(presented))).toBe("docker/27.3.1");
  });
});

describe("any text", () => {
  it("becomes one line of bounded length, without control characters", () => {
    const text = "a\nb\r\u2028\u0000\u001b[31mc";
    expect(cleanText(text)).toBe("ab[31mc");
    expect(cleanText("word ".repeat(200))).toHaveLength(303);
  });
});
