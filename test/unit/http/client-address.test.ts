import { describe, expect, it } from "vitest";
import { addressSet, clientAddress, networkOf, siteOf } from "../../../src/http/client-address.ts";

const trusted = addressSet(["10.0.0.0/8", "192.0.2.1", "fd00::/8"]);
const nobody = addressSet([]);

describe("clientAddress", () => {
  it.each([
    ["203.0.113.7", "", "203.0.113.7", "no proxy"],
    ["203.0.113.7", "198.51.100.1", "203.0.113.7", "what an untrusted peer writes"],
    ["10.0.0.1", "", "10.0.0.1", "a proxy that writes nothing"],
    ["10.0.0.1", "203.0.113.7", "203.0.113.7", "one proxy"],
    ["10.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7", "a client that wrote the header itself"],
    ["10.0.0.1", "203.0.113.7, 10.0.0.2", "203.0.113.7", "two proxies"],
    ["10.0.0.1", "203.0.113.7, 198.51.100.1, 10.0.0.2", "198.51.100.1", "an untrusted proxy between"],
    ["10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3", "a client among the proxies"],
    ["10.0.0.1", "203.0.113.7, nonsense", "10.0.0.1", "an entry that is no address"],
    ["10.0.0.1", "nonsense, 203.0.113.7", "203.0.113.7", "nonsense further left"],
    ["10.0.0.1", "203.0.113.7:4711", "203.0.113.7", "an entry with a port"],
    ["10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1", "an IPv6 entry with a port"],
    ["10.0.0.1", "2001:DB8::1", "2001:db8::1", "an IPv6 entry"],
    ["::ffff:10.0.0.1", "203.0.113.7", "203.0.113.7", "a mapped peer"],
    ["::ffff:203.0.113.7", "", "203.0.113.7", "a mapped client"],
    ["::ffff:a00:1", "203.0.113.7", "203.0.113.7", "a mapped peer in hexadecimal"],
    ["10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9", "a mapped entry"],
    ["10.0.0.1", "::ffff:cb00:7109", "203.0.113.9", "a mapped entry in hexadecimal"],
    ["10.0.0.1", "::FFFF:CB00:7109", "203.0.113.9", "a mapped entry in capitals"],
    ["10.0.0.1", "0:0:0:0:0:ffff:203.0.113.9", "203.0.113.9", "a mapped entry in full"],
    ["10.0.0.1", "0000:0000:0000:0000:0000:ffff:cb00:7109", "203.0.113.9", "a mapped entry in full hexadecimal"],
    ["10.0.0.1", "[::ffff:cb00:7109]:4711", "203.0.113.9", "a mapped entry with a port"],
    ["10.0.0.1", "[0:0::ffff:203.0.113.9]", "203.0.113.9", "a mapped entry in brackets"],
    ["10.0.0.1", "::ffff:cb00:7109%eth0", "203.0.113.9", "a mapped entry with a zone"],
    ["10.0.0.1", "[fe80::1%25eth0]:4711", "fe80::1", "a zone in brackets"],
    ["10.0.0.1", "203.0.113.7, ::ffff:a00:2", "203.0.113.7", "a mapped proxy between"],
    ["10.0.0.1", "2001:0db8:0:0:0:0:0:1", "2001:db8::1", "an IPv6 entry in full"],
    ["10.0.0.1", "::203.0.113.9", "::203.0.113.9", "an IPv6 address that is not mapped, but ends like it"],
    ["10.0.0.1", "0x0a000001", "10.0.0.1", "a number, which is no address"],
    ["10.0.0.1", "[203.0.113.7", "10.0.0.1", "half a bracket"],
    ["fd00::1", "203.0.113.7", "203.0.113.7", "an IPv6 proxy"],
    ["fe80::1%eth0", "203.0.113.7", "fe80::1", "a zone"],
    ["192.0.2.1", "203.0.113.7", "203.0.113.7", "a proxy named by its address"],
    ["192.0.2.2", "203.0.113.7", "192.0.2.2", "its neighbour"],
    ["", "203.0.113.7", "", "a connection that is gone"],
  ])("of peer %j and header %j is %j: %s", (peer, header, expected) => {
    expect(clientAddress(peer, header, trusted).address).toBe(expected);
  });

  it("is the peer's wherever no proxy is trusted", () => {
    expect(clientAddress("127.0.0.1", "203.0.113.7", nobody).address).toBe("127.0.0.1");
  });

  it.each([
    ["203.0.113.7", "198.51.100.1", false, "what an untrusted peer writes"],
    ["10.0.0.1", "", false, "a proxy that writes nothing"],
    ["10.0.0.1", "unknown", false, "a proxy that does not tell"],
    ["10.0.0.1", "unknown, 10.0.0.2", false, "two proxies, of which the first does not tell"],
    ["10.0.0.1", "203.0.113.7", true, "a proxy that tells"],
    ["10.0.0.1", "203.0.113.7, ,", true, "a proxy that tells, among empty entries"],
    ["10.0.0.1", "10.0.0.2", true, "a client among the proxies"],
    ["10.0.0.1", "nonsense, 203.0.113.7", true, "nonsense that the client itself wrote"],
  ])("of peer %j and header %j is believed: %j, as of %s", (peer, header, expected) => {
    expect(clientAddress(peer, header, trusted).believed).toBe(expected);
  });
});

describe("networkOf", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["64:ff9b::192.0.2.33", "64:ff9b:0:0::/64"],
    ["2001:0DB8:0001:0002::9", "2001:db8:1:2::/64"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["::ffff:cb00:7107", "203.0.113.7"],
    ["0:0:0:0:0:ffff:cb00:7107", "203.0.113.7"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["nonsense", "nonsense"],
  ])("of %s is %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe("siteOf", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:cb00:7107", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"],
    ["2001:db8:1:ffff::", "2001:db8:1::/48"],
    ["2001:db8:2::1", "2001:db8:2::/48"],
    ["::1", "0:0:0::/48"],
    ["nonsense", "nonsense"],
  ])("of %s is %s", (address, site) => {
    expect(siteOf(address)).toBe(site);
  });
});

describe("addressSet", () => {
  it("takes an IPv4-mapped address or network for the IPv4 one, in both directions", () => {
    const set = addressSet(["::ffff:192.0.2.1", "::ffff:a00:0/104"]);
    expect(
      ["192.0.2.1", "10.9.9.9", "::ffff:10.9.9.9", "192.0.2.2", "11.0.0.1"].map((address) => set.has(address)),
    ).toEqual([true, true, true, false, false]);
    expect(addressSet(["10.0.0.0/8"]).has("::ffff:a00:1")).toBe(true);
  });
});
