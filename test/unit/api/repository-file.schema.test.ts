import { describe, expect, it } from "vitest";
import { filePath, folderPath } from "../../../src/api/repository-fields.schema.ts";
import { fieldHeaders, fileType } from "../../../src/api/repository-file.schema.ts";

describe("fieldHeaders", () => {
  it("calls them as GitLab does, and sends names in UTF-8", () => {
    const headers = fieldHeaders({ blob_id: "abc", size: 12, execute_filemode: false, file_name: "é" });
    expect(headers).toEqual({
      "X-Gitlab-Blob-Id": "abc",
      "X-Gitlab-Size": "12",
      "X-Gitlab-Execute-Filemode": "false",
      "X-Gitlab-File-Name": "\u00c3\u00a9",
    });
  });

  it.each(["a\nb", "a\r\nSet-Cookie: x", "a\0b", "a\u0085b", "a\u007fb"])(
    "leaves %j out, which no header can hold",
    (value) => {
      expect(fieldHeaders({ file_name: value })).toEqual({});
    },
  );
});

describe("fileType", () => {
  it.each(["", "<script>alert(1)</script>", "\u00ef\u00bb\u00bf<html>", "é"])("calls %j text, never HTML", (text) => {
    expect(fileType(Buffer.from(text))).toBe("text/plain; charset=utf-8");
  });

  it("calls what has a NUL near its beginning bytes", () => {
    expect(fileType(Buffer.from("GIF89a\0"))).toBe("application/octet-stream");
    expect(fileType(Buffer.concat([Buffer.alloc(8000, "x"), Buffer.from([0])]))).toBe("text/plain; charset=utf-8");
  });
});

describe("the path of a file", () => {
  it.each([
    ["a", "a"],
    ["/a/b", "a/b"],
    [".a/..b/...", ".a/..b/..."],
    ["a\nb/'\"\t*?[:]", "a\nb/'\"\t*?[:]"],
    ["-x", "-x"],
    [":(top)x", ":(top)x"],
    ["名前 🦭", "名前 🦭"],
  ])("may be %j", (sent, read) => {
    expect(filePath.parse(sent)).toBe(read);
  });

  it.each([
    "",
    "/",
    "..",
    ".",
    "../a",
    "a/..",
    "a/../b",
    "a//b",
    "./a",
    "a/./b",
    "//a",
    "a\0b",
    "a\uFFFDb",
    "\ud800",
    "x".repeat(4097),
  ])("is not %j", (sent) => {
    expect(filePath.safeParse(sent).success).toBe(false);
  });

  it.each([
    ["", ""],
    ["/", ""],
    ["a/b/", "a/b"],
    ["/a", "a"],
  ])("of a folder may be %j", (sent, read) => {
    expect(folderPath.parse(sent)).toBe(read);
  });

  it.each(["..", "a/../..", ".", "a//", "///"])("of a folder is not %j", (sent) => {
    expect(folderPath.safeParse(sent).success).toBe(false);
  });
});
