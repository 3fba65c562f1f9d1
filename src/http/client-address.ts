/**
 * The address that a request came from. `X-Forwarded-For` is believed only from proxies that the operator has named:
 * anybody else could write whatever they like there.
 */
import type { IncomingMessage } from "node:http";
import { BlockList, isIP, isIPv6, SocketAddress } from "node:net";
import type { Middleware } from "koa";
import type { Logger } from "pino";

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

/** The headers in which a proxy names the client that it speaks for. @see RFC 7239 section 4 */
const FORWARDING_HEADERS = ["forwarded", "x-forwarded-for", "x-real-ip"];

/** Finds out where a request comes from: the address, and whether it hides a client, being a proxy's that is not believed. */
export type ClientFinder = (request: IncomingMessage) => { readonly address: string; readonly hidden: boolean };

/**
 * Finds the clients of requests. The first time that one is hidden, it warns in the log. A peer by a Unix socket has no
 * address: then it is empty, which is in no set of addresses, so that no header of that peer is believed.
 *
 * @see docs/spec/registry-auth.md "Failures"
 */
export function clientFinder(trusted: AddressSet, log: Pick<Logger, "warn">): ClientFinder {
  let warned = false;
  return ({ socket, headers }) => {
    const forwardedFor = String(headers["x-forwarded-for"] ?? "");
    const { address, believed } = clientAddress(socket.remoteAddress ?? "", forwardedFor, trusted);
    const hidden = !believed && FORWARDING_HEADERS.some((name) => (headers[name] ?? "") !== "");
    if (hidden && !warned) {
      warned = true;
      log.warn({ ip: address }, UNKNOWN_PROXY);
    }
    return { address, hidden };
  };
}

/** Middleware that sets `ctx.ip` to the client's address for all later middleware, and `ctx.state.clientHidden`. */
export function clientAddressMiddleware(find: ClientFinder): Middleware {
  return (ctx, next) => {
    const { address, hidden } = find(ctx.req);
    ctx.request.ip = address;
    ctx.state.clientHidden = hidden;
    return next();
  };
}

const UNKNOWN_PROXY =
  "a request names another client than its sender, and is not believed. If the sender is your proxy, name its address in " +
  "KEYSIDE_TRUSTED_PROXIES and let it send X-Forwarded-For: until then all its clients count as one, so that the wrong " +
  "passwords of one lock all of them out, and /-/metrics refuses them. This is said once";

/**
 * The client's address: the peer's own, unless the peer is a trusted proxy. Then `X-Forwarded-For` is read from the
 * right, where the nearest proxy wrote, up to the first address that is not a trusted proxy's. `believed` is whether the
 * header was read to that point: if not, and a proxy stands between, the address is the proxy's.
 */
export function clientAddress(
  peer: string,
  forwardedFor: string,
  trusted: AddressSet,
): { readonly address: string; readonly believed: boolean } {
  const hops = forwardedFor.split(",").filter((entry) => entry.trim() !== "");
  let address = plain(peer) ?? peer;
  let believed = false;
  while (trusted.has(address)) {
    const entry = hops.pop();
    if (entry === undefined) break;
    const hop = readHop(entry.trim());
    if (hop === undefined) return { address, believed: false };
    address = hop;
    believed = true;
  }
  return { address, believed };
}

/**
 * The part of an address that identifies one subnet: all of an IPv4 address, the first 64 bits of an IPv6 address.
 *
 * @see RFC 4291 section 2.5.4
 */
export function networkOf(address: string): string {
  return prefixOf(address, 4);
}

/**
 * The part of an address that identifies one customer, who may have many subnets: all of an IPv4 address, the first 48
 * bits of an IPv6 address.
 *
 * @see RFC 6177 section 2
 */
export function siteOf(address: string): string {
  return prefixOf(address, 3);
}

/** The network of the first groups of 16 bits of an IPv6 address; any other text as it is. */
function prefixOf(text: string, groups: number): string {
  const address = plain(text) ?? text;
  if (!isIPv6(address)) return address;
  // A URL holds the address in canonical form: RFC 5952, without dotted parts.
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const front = head.split(":").filter((group) => group !== "");
  const back = (tail ?? "").split(":").filter((group) => group !== "");
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => "0");
  return `${[...front, ...zeros, ...back].slice(0, groups).join(":")}::/${groups * 16}`;
}

/** The address in one entry of the header, or in what a registry reports, which may have a port; undefined for no address. */
export function readHop(text: string): string | undefined {
  const [, bracketed, dotted] = /^\[([^\]]+)\](?::\d+)?$|^([\d.]+):\d+$/.exec(text) ?? [];
  return plain(bracketed ?? dotted ?? text);
}

/**
 * An address in the one form that Keyside compares and shows: without its zone, as IPv4 if it is IPv4-mapped however that
 * is spelled, else as RFC 5952 writes it. Undefined when the text is not an address.
 *
 * @see RFC 4291 section 2.5.5.2
 */
function plain(text: string): string | undefined {
  const address = text.replace(/%.*$/, "");
  if (!isIPv6(address)) return isIP(address) === 0 ? undefined : address;
  return new SocketAddress({ address, family: "ipv6" }).address.replace(/^::ffff:(?=\d+\.)/, "");
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}
