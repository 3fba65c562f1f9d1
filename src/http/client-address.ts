/**
 * The address that a request came from. `X-Forwarded-For` is believed only from proxies that the operator has named:
 * anybody else could write whatever they like there.
 */
import { BlockList, isIP, isIPv6 } from "node:net";
import type { Middleware } from "koa";

/** A set of addresses and networks, to test an address against. */
export interface AddressSet {
  has(address: string): boolean;
}

/**
 * The set of addresses and networks written as `10.0.0.1`, `10.0.0.0/8` or `fd00::/8`; the configuration has checked
 * them.
 */
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

/**
 * Middleware that sets `ctx.ip` to the client's address for all later middleware. A peer by a Unix socket has none: then
 * it is empty, which is in no set of addresses, so that no header of that peer is believed.
 */
export function clientAddressMiddleware(trusted: AddressSet): Middleware {
  return (ctx, next) => {
    ctx.request.ip = clientAddress(ctx.req.socket.remoteAddress ?? "", ctx.get("X-Forwarded-For"), trusted);
    return next();
  };
}

/**
 * The client's address: the peer's own, unless the peer is a trusted proxy. Then `X-Forwarded-For` is read from the
 * right, where the nearest proxy wrote, up to the first address that is not a trusted proxy's.
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
 * The part of an address that identifies one customer: all of an IPv4 address, the first 64 bits of an IPv6 address.
 *
 * @see RFC 6177 section 2
 */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  // A URL holds the address in canonical form: RFC 5952, without dotted parts.
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const front = head.split(":").filter((group) => group !== "");
  const back = (tail ?? "").split(":").filter((group) => group !== "");
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => "0");
  return `${[...front, ...zeros, ...back].slice(0, 4).join(":")}::/64`;
}

/** The address in one entry of the header; some proxies add the port. */
function readHop(text: string): string | undefined {
  const [, bracketed, dotted] = /^\[([^\]]+)\](?::\d+)?$|^([\d.]+):\d+$/.exec(text) ?? [];
  return plain(bracketed ?? dotted ?? text);
}

/** An address without its zone, and as IPv4 if it is IPv4-mapped; undefined when the text is not an address. */
function plain(text: string): string | undefined {
  const address = text.replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.)/i, "");
  return isIP(address) === 0 ? undefined : address.toLowerCase();
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}
