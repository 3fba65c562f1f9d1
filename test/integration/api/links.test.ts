import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestService, type TestService } from "../../support/service.ts";

describe("the links of a list", () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService({ environment: { KEYSIDE_URL: "https://tools.example.com/keyside" } });
    for (const path of ["one", "two", "three"]) await service.root.post("/projects", { path });
  });
  afterAll(() => service.stop());

  it("lead to Keyside as clients reach it, below the path of KEYSIDE_URL too, and keep the other parameters", async () => {
    const { headers } = await service.root.get("/projects?per_page=1&page=2&visibility=private");
    const links = (headers.get("link") ?? "").split(", ");
    const url = "https://tools.example.com/keyside/api/v4/projects?per_page=1&page=PAGE&visibility=private";
    expect(links).toEqual([
      `<${url.replace("PAGE", "1")}>; rel="prev"`,
      `<${url.replace("PAGE", "3")}>; rel="next"`,
      `<${url.replace("PAGE", "1")}>; rel="first"`,
      `<${url.replace("PAGE", "3")}>; rel="last"`,
    ]);
  });
});
