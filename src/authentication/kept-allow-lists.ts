/** Keeps the allow-lists that the process has seen: to make one of a hundred networks costs as much as two signatures. */
import { IpAllowList } from "../http/ip-allow-list.ts";

/** How many networks the kept lists may have together. What was not asked for longest is forgotten first. */
const MAXIMUM_NETWORKS = 20_000;

/** The lists by their networks. */
export class KeptAllowLists {
  readonly #kept = new Map<string, IpAllowList>();
  #networks = 0;

  /** The list of these networks, which are as they are stored. */
  of(networks: readonly string[]): IpAllowList {
    const key = networks.join(",");
    const kept = this.#kept.get(key);
    const list = kept ?? new IpAllowList(networks);
    if (kept === undefined) this.#networks += networks.length;
    else this.#kept.delete(key);
    this.#kept.set(key, list);
    for (const [oldest, { networks: old }] of this.#kept) {
      if (this.#networks <= MAXIMUM_NETWORKS) break;
      this.#kept.delete(oldest);
      this.#networks -= old.length;
    }
    return list;
  }
}
