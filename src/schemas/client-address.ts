/** The address that a client would come from, as more than one door is asked about it. */
import { readNetwork } from "../http/ip-allow-list.ts";
import { textReadBy } from "./fields.ts";

/** One address and no network, in the form in which addresses are compared and shown. */
export const clientAddress = textReadBy(readAddress, { anyOf: [{ format: "ipv4" }, { format: "ipv6" }] });

function readAddress(text: string): string | { readonly problem: string } {
  const read = text.includes("/") ? undefined : readNetwork(text);
  return read !== undefined && "network" in read
    ? read.network
    : { problem: "is not an address like 192.0.2.7 or fd00::7" };
}
