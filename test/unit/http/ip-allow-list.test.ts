import { describe, expect, it } from "vitest";
import { IpAllowList, readNetwork } from "../../../src/http/ip-allow-list.ts";

describe("readNetwork", () => {
  it.each([
    ["10.0.0.0/8", "10.0.0.0/8"],
    ["192.0.2.7", "192.0.2.7"],
    ["192.0.2.7/32", "192.0.2.7"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["FD00:0::/8", "fd00::/8"],
    ["2001:DB8:0:0::1/128", "2001:db8::1"],
    ["::ffff:10.0.0.0/104", "10.0.0.0/8"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
  ])("writes %s as %s", (text, network) => {
    expect(readNetwork(text)).toEqual({ network });
  });

  it.each([
    "",
    "a",
    "10.0.0",
    "010.0.0.1",
    "10.0.0.0/",
    "10.0.0.0/08",
    "10.0.0.0/-1",
    "fe80::1%eth0",
    "10.0.0.0/8 ",
    "10.0.0.0/8/8",
    "1.2.3.4:80",
  ])("refuses %j: it is no address and no network", (text) => {
    expect(readNetwork(text)).toEqual({ problem: expect.stringContaining("10.0.0.0/8") });
  });

  it("refuses a prefix that is too long, and says which network an address with a prefix lies in", () => {
    expect(readNetwork("10.0.0.0/33")).toEqual({ problem: expect.stringContaining("32") });
    expect(readNetwork("fd00::/129")).toEqual({ problem: expect.stringContaining("128") });
    expect(readNetwork("10.0.0.5/8")).toEqual({ problem: expect.stringContaining("10.0.0.0/8") });
    expect(readNetwork("fd00::1/8")).toEqual({ problem: expect.stringContaining("fd00::/8") });
  });
});

describe("an allow-list", () => {
  const list = new IpAllowList(["10.0.0.0/8", "192.0.2.7", "fd00::/8"]);

  it("has the addresses in its networks, also as IPv4-mapped ones, and no client without an address", () => {
    const yes = ["10.0.0.0", "10.255.255.255", "192.0.2.7", "::ffff:10.1.2.3", "fd12::1"];
    const no = ["11.0.0.0", "192.0.2.8", "fe00::1", "::1", "", "unknown"];
    expect(yes.filter((address) => !list.has(address))).toEqual([]);
    expect(no.filter((address) => list.has(address))).toEqual([]);
  });

  it("contains the networks that lie in one of its own", () => {
    const yes = ["10.0.0.0/8", "10.1.0.0/16", "10.0.0.1", "192.0.2.7", "fd12::/16", "fd00::1"];
    const no = ["10.0.0.0/7", "0.0.0.0/0", "192.0.2.0/24", "fd00::/7", "::/0", "::1"];
    expect(yes.filter((network) => !list.contains(network))).toEqual([]);
    expect(no.filter((network) => list.contains(network))).toEqual([]);
  });
});
