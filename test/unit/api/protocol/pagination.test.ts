import { describe, expect, it } from "vitest";
import { pageHeaders, pageOf, pageQuery } from "../../../../src/api/protocol/pagination.ts";
import { validate } from "../../../../src/schemas/validate.ts";

const read = (query: Record<string, string>) => validate(pageQuery, query);

describe("pageQuery", () => {
  it("is the first 20 unless the client says otherwise", () => {
    expect(read({})).toEqual({ page: 1, per_page: 20 });
    expect(read({ page: "3", per_page: "50" })).toEqual({ page: 3, per_page: 50 });
  });

  it("cuts per_page to 100", () => {
    expect(read({ per_page: "5000" })).toMatchObject({ per_page: 100 });
  });

  it.each([{ page: "0" }, { page: "-1" }, { page: "x" }, { per_page: "0" }, { per_page: "" }, { page: "1.5" }])(
    "refuses %j and names the parameter",
    (query) => {
      expect(() => read(query as Record<string, string>)).toThrow(Object.keys(query)[0]);
    },
  );
});

describe("pageOf", () => {
  it("skips the pages before", () => {
    expect(pageOf({ page: 3, per_page: 50 })).toEqual({ limit: 50, offset: 100 });
  });
});

describe("pageHeaders", () => {
  const url = new URL("https://keyside.test/api/v4/projects?search=a%20b&page=2&per_page=10");
  const links = ({ Link = "" }: Record<string, string>) =>
    Object.fromEntries(
      [...Link.matchAll(/<([^>]+)>; rel="(\w+)"/g)].map(([, target = "", relation = ""]) => [
        relation,
        new URL(target),
      ]),
    );

  it("tell a client in the middle where it is", () => {
    const headers = pageHeaders({ page: 2, per_page: 10 }, 25, url);
    expect(headers).toMatchObject({
      "X-Total": "25",
      "X-Total-Pages": "3",
      "X-Page": "2",
      "X-Per-Page": "10",
      "X-Prev-Page": "1",
      "X-Next-Page": "3",
    });
  });

  it("link to the pages around, and keep the other parameters", () => {
    const around = links(pageHeaders({ page: 2, per_page: 10 }, 25, url));
    const page = (relation: string) => around[relation]?.searchParams.get("page");
    expect(["prev", "next", "first", "last"].map(page)).toEqual(["1", "3", "1", "3"]);
    expect(around["next"]?.searchParams.get("search")).toBe("a b");
    expect(around["next"]?.searchParams.getAll("per_page")).toEqual(["10"]);
  });

  it("have nothing before the first page and nothing after the last", () => {
    expect(pageHeaders({ page: 1, per_page: 10 }, 25, url)).toMatchObject({ "X-Prev-Page": "" });
    expect(pageHeaders({ page: 3, per_page: 10 }, 25, url)).toMatchObject({ "X-Next-Page": "" });
    expect(links(pageHeaders({ page: 1, per_page: 10 }, 25, url))).not.toHaveProperty("prev");
    expect(links(pageHeaders({ page: 3, per_page: 10 }, 25, url))).not.toHaveProperty("next");
  });

  it("leave the total and the last page out where nobody counted that far", () => {
    const headers = pageHeaders({ page: 2, per_page: 10 }, undefined, url, true);
    expect(headers).not.toHaveProperty("X-Total");
    expect(headers).not.toHaveProperty("X-Total-Pages");
    expect(headers).toMatchObject({ "X-Next-Page": "3" });
    expect(Object.keys(links(headers)).sort()).toEqual(["first", "next", "prev"]);
    expect(links(pageHeaders({ page: 2, per_page: 10 }, undefined, url, false))).not.toHaveProperty("next");
  });

  it("count one page where there is nothing", () => {
    expect(pageHeaders({ page: 1, per_page: 20 }, 0, url)).toMatchObject({
      "X-Total": "0",
      "X-Total-Pages": "1",
      "X-Next-Page": "",
    });
  });
});
