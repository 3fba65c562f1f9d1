/** Lists of addresses and networks that a credential is accepted from. */
import { isIPv4, isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";
import { type AddressSet, addressSet } from "./client-address.ts";

/** How many entries a list may have. */
export const MAXIMUM_ALLOWED_NETWORKS = 100;

/** An entry of a list in the one form in which it is kept, or what is wrong with it, in words that follow it. */
export type ReadNetwork = { readonly network: string } | { readonly problem: string };

const MAPPED_BITS = 96;

/**
 * Reads `10.0.0.0/8`, `fd00::/8`, or an address alone. What is IPv4-mapped becomes IPv4.
 *
 * @see RFC 4632 section 3.1, RFC 4291 sections 2.3 and 2.5.5.2
 */
export function readNetwork(text: string): ReadNetwork {
  const [, address = "", written] = /^([^/%]*)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  if (!isIPv4(address) && !isIPv6(address)) {
    return { problem: "is not an address or a network like 10.0.0.0/8, 192.0.2.7 or fd00::/8" };
  }
  const parsed = ipaddr.parse(address);
  const bits = bitsOf(parsed);
  const prefix = written === undefined ? bits : Number(written);
  if (prefix > bits) return { problem: `has a prefix of ${prefix} bits, where its address has ${bits}` };
  const [network, length] =
    parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress() && prefix >= MAPPED_BITS
      ? [parsed.toIPv4Address(), prefix - MAPPED_BITS]
      : [parsed, prefix];
  const first = firstAddress(network, length);
  if (first !== network.toString()) {
    return { problem: `is an address with a prefix: the network that it lies in is ${first}/${length}` };
  }
  return { network: length === bitsOf(network) ? first : `${first}/${length}` };
}

function firstAddress(address: ipaddr.IPv4 | ipaddr.IPv6, prefix: number): string {
  const family = address.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  return family.networkAddressFromCIDR(`${address.toString()}/${prefix}`).toString();
}

/** The addresses and networks that a credential is accepted from. */
export class IpAllowList implements AddressSet {
  /** As {@link readNetwork} writes them. */
  readonly networks: readonly string[];
  readonly #set: AddressSet;

  constructor(networks: readonly string[]) {
    this.networks = networks;
    this.#set = addressSet(networks);
  }

  /** Whether an address is in the list; a client without one, as by a Unix socket, is not. */
  has(address: string): boolean {
    return this.#set.has(address);
  }

  /** Whether every address of a network is in one network of the list. */
  contains(network: string): boolean {
    return this.networks.some((own) => isWithin(network, own));
  }
}

function isWithin(network: string, other: string): boolean {
  const [[address, prefix], [wide, bits]] = [range(network), range(other)];
  if (prefix < bits) return false;
  if (address instanceof ipaddr.IPv4) return wide instanceof ipaddr.IPv4 && address.match(wide, bits);
  return wide instanceof ipaddr.IPv6 && address.match(wide, bits);
}

function range(network: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (network.includes("/")) return ipaddr.parseCIDR(network);
  const address = ipaddr.parse(network);
  return [address, bitsOf(address)];
}

function bitsOf(address: ipaddr.IPv4 | ipaddr.IPv6): number {
  return address.kind() === "ipv4" ? 32 : 128;
}
