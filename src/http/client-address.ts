/**
 * The address that a request came from. What a proxy writes into `X-Forwarded-For` is believed only of proxies that the
 * operator named: anybody else could write there whatever they like.
 */
import { BlockList, isIP, isIPv6 } from "node:net";
import type { Middleware } from "koa";

/** Some addresses and networks, by which to tell whether an address is one of them. */
export interface AddressSet {
  has(address: string): boolean;
}

/** The set of addresses and networks written as `10.0.0.1`, `10.0.0.0/8` or `fd00::/8`; the configuration checked them. */
export function addressSet(entries: readonly string[]): AddressSet {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = "", prefix] = entry.split("/");
    const family = familyOf(address);
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return { has: (address) => isIP(address) !== 0 && list.check(address, familyOf(address)) };
}

/** Middleware that makes `ctx.ip` the address of the client, for everything below it. */
export function clientAddressMiddleware(trusted: AddressSet): Middleware {
  return (ctx, next) => {
    ctx.request.ip = clientAddress(ctx.req.socket.remoteAddress ?? "", ctx.get("X-Forwarded-For"), trusted);
    return next();
  };
}

/**
 * The address of the client: the peer's own, unless that is a trusted proxy's. Then `X-Forwarded-For` is read from its
 * right end, where the proxy nearest to us wrote, for as long as the address read is a trusted proxy's again.
 */
export function clientAddress(peer: string, forwardedFor: string, trusted: AddressSet): string {
  const hops = forwardedFor.split(",");
  let address = plain(peer) ?? peer;
  while (trusted.has(address)) {
    const hop = readHop(hops.pop()?.trim() ?? "");
    if (hop === undefined) break;
    address = hop;
  }
  return address;
}

/**
 * What of an address belongs to one customer of a network: all of an IPv4 address, the first 64 bits of an IPv6 one.
 *
 * @see RFC 6177 section 2
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  // A URL has the address in its canonical form: RFC 5952, without dotted parts.
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const front = head.split(":").filter((group) => group !== "");
  const back = (tail ?? "").split(":").filter((group) => group !== "");
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => "0");
  return `${[...front, ...zeros, ...back].slice(0, 4).join(":")}::/64`;
}

/** An entry of the header: an address, which some proxies write with the port. */
function readHop(text: string): string | undefined {
  const [, bracketed, dotted] = /^\[([^\]]+)\](?::\d+)?$|^([\d.]+):\d+$/.exec(text) ?? [];
  return plain(bracketed ?? dotted ?? text);
}

/** An address without a zone, and as IPv4 where it is a mapped one; undefined when it is none. */
function plain(text: string): string | undefined {
  const address = text.replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.)/i, "");
  return isIP(address) === 0 ? undefined : address.toLowerCase();
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}
