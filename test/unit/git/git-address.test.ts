import { describe, expect, it } from "vitest";
import { readGitAddress } from "../../../src/git/git-address.ts";

const SERVICES = ["upload-pack", "receive-pack"] as const;

/** Reads what stands behind the host of a URL. */
function read(method: string, url: string) {
  const [pathname = "", query = ""] = url.split("?", 2);
  return readGitAddress(method, pathname, query);
}

describe("readGitAddress", () => {
  it.each(SERVICES)("finds the refs and the transfer of %s, with .git and without", (service) => {
    for (const path of ["team/app", "team/sub/app", "olga/dot.net", "a/b-c__d"])
      for (const ending of [".git", ""]) {
        expect(read("GET", `/${path}${ending}/info/refs?service=git-${service}`)).toEqual({
          kind: "advertise",
          path,
          service,
        });
        expect(read("POST", `/${path}${ending}/git-${service}`)).toEqual({ kind: "serve", path, service });
      }
  });

  it("takes an address for a person's only where it is opened, and names a project", () => {
    expect(read("GET", "/team/app.git")).toEqual({ kind: "project", path: "team/app" });
    expect(read("GET", "/team/app.git/")).toEqual({ kind: "project", path: "team/app" });
    expect(read("POST", "/team/app.git")).toEqual({ kind: "other", outdated: false });
    expect(read("GET", "/app.git")).toEqual({ kind: "other", outdated: false });
    expect(read("GET", "/team/app")).toBeUndefined();
  });

  it.each([
    "/team/app.git/info/refs",
    "/team/app/info/refs",
    "/team/app.git/info/refs?service=",
    "/team/app.git/info/refs?service=git-upload-archive",
    "/team/app.git/info/refs?service=upload-pack",
    "/team/app.git/info/refs?service=git-upload-pack%00",
    "/team/app.git/info/refs?service=git-upload-pack&service=git-receive-pack",
    "/team/app.git/info/refs?service=git-upload-pack&service=git-upload-pack",
    "/team/app.git/info/refs?service=constructor",
    "/team/app.git/info/refs?Service=git-upload-pack",
  ])("tells whoever asks by an old protocol, or for an unknown service: %s", (url) => {
    expect(read("GET", url)).toEqual({ kind: "other", outdated: true });
  });

  it.each([
    "HEAD",
    "objects/info/packs",
    "objects/12/3456",
    "config",
    "description",
    "hooks/pre-receive",
    "packed-refs",
  ])("has nothing of the files that dumb HTTP reads: %s", (file) => {
    expect(read("GET", `/team/app.git/${file}`)).toEqual({ kind: "other", outdated: false });
    expect(read("GET", `/team/app/${file}`)).toBeUndefined();
  });

  it("knows each address by its method alone", () => {
    for (const below of ["constructor", "__proto__", "toString"])
      expect(read("POST", `/team/app.git/${below}`)).toEqual({ kind: "other", outdated: false });
    for (const method of ["HEAD", "PUT", "DELETE", "OPTIONS", "get", ""]) {
      const other = { kind: "other", outdated: false };
      expect(read(method, "/team/app.git/info/refs?service=git-upload-pack")).toEqual(other);
      expect(read(method, "/team/app.git/git-upload-pack")).toEqual(other);
    }
    expect(read("POST", "/team/app/info/refs?service=git-upload-pack")).toBeUndefined();
    expect(read("GET", "/team/app/git-upload-pack")).toBeUndefined();
    expect(read("POST", "/team/app.git/git-upload-archive")).toEqual({ kind: "other", outdated: false });
  });

  it("knows Git LFS below any project", () => {
    for (const url of ["/team/app.git/info/lfs", "/team/app.git/info/lfs/objects/batch"])
      for (const method of ["GET", "POST"]) expect(read(method, url)).toEqual({ kind: "lfs" });
    expect(read("GET", "/team/app.git/info/lfsx")).toEqual({ kind: "other", outdated: false });
  });

  it.each([
    "/team/..",
    "/../team/app",
    "/team/./app",
    "/team//app",
    "//team/app",
    "/team/%2e%2e",
    "/%2e%2e/etc/passwd",
    "/team/app%00",
    "/team/app\0",
    "/team%2Fapp",
    "/team/App",
    "/team/äpp",
    "/team/-app",
    "/app",
    `/${Array.from({ length: 22 }, () => "a").join("/")}`,
  ])("never takes a text for a path that no project can have: %j", (text) => {
    for (const service of SERVICES) {
      expect(read("GET", `${text}.git/info/refs?service=git-${service}`)).not.toHaveProperty("path", expect.anything());
      expect(read("POST", `${text}.git/git-${service}`)).not.toHaveProperty("path", expect.anything());
    }
    expect(read("GET", `${text}.git`)).not.toHaveProperty("path", expect.anything());
  });

  it.each([
    "/team/app/-/tree/main/info/refs?service=git-upload-pack",
    "/team/app/-/container_registry/team/app/tool.git",
    "/team/app/-/container_registry/team/app/tool.git?page=2",
    "/team/app/-/container_registry/team/app/tool.git/-/tags/v1",
    "/team/app/-/container_registry/team/app/-/tags/v1.git/delete",
    "/team/app/-/container_registry/team/app/-/tags/v1.git",
    "/-/help.git",
    "/-/app.git/info/refs?service=git-upload-pack",
    "/api/v4/projects/team%2Fapp.git",
    "/api/v4/team.git/info/refs?service=git-upload-pack",
    "/api/v4/info/refs?service=git-upload-pack",
    "/api/v4/git-receive-pack",
    "/admin/feature_flags",
    "/team/app/info",
    "/info/refs?service=git-upload-pack",
    "/git-upload-pack",
  ])("leaves to the pages and the API what is theirs: %s", (url) => {
    expect(read("GET", url)).toBeUndefined();
    expect(read("POST", url)).toBeUndefined();
  });
});
