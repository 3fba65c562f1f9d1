/** Keeps the allow-lists that the process has seen: to make one of a hundred networks costs as much as two signatures. */
import { IpAllowList } from "../http/ip-allow-list.ts";
import { RecentlyUsed } from "../recently-used.ts";

/** How many networks the kept lists may have together. */
const MAXIMUM_NETWORKS = 20_000;

/** The lists by their networks. */
export class KeptAllowLists {
  readonly #kept = new RecentlyUsed<IpAllowList>(MAXIMUM_NETWORKS, ({ networks }) => networks.length);

  /** The list of these networks, which are as they are stored. */
  of(networks: readonly string[]): IpAllowList {
    return this.#kept.getOrMake(networks.join(","), () => new IpAllowList(networks));
  }
}
