import type { IpAddress } from "@keepalived/ip-address";
import type { VrrpInstanceConfig } from "../model.ts";
import { instancesOf, type LintRule } from "./rule.ts";

/** Rules about peers and sources. */
export const ADDRESS_RULES: readonly LintRule[] = [
  {
    code: "lint-peer-is-self",
    title: "An instance that lists itself as a peer",
    reason:
      "each router lists the others, not itself: copied from one router to the other, the list names the wrong" +
      " one, and the two do not hear each other",
    check: (linted) =>
      instancesOf(linted).flatMap(({ it, finding }) =>
        peersOf(it).includes(it.sourceAddress ?? "")
          ? [finding(`its own source ${it.sourceAddress} is among its peers`, "unicast_peer")]
          : []
      ),
  },
  {
    code: "lint-peer-is-virtual",
    title: "A virtual address as a peer",
    reason:
      "a virtual address is wherever the MASTER is, so advertisements to it come back to the MASTER itself;" +
      " list the fixed addresses of the other routers",
    check: (linted) =>
      instancesOf(linted).flatMap(({ it, finding }) =>
        virtualOf(it).filter((address) => peersOf(it).includes(address))
          .map((address) => finding(`peer ${address} is a virtual address`, "unicast_peer"))
      ),
  },
  {
    code: "lint-unicast-without-source",
    title: "Unicast without a source",
    reason:
      "the source is then whichever address of the interface comes first, even another virtual one; peers that" +
      " do not list it drop it with check_unicast_src; give unicast_src_ip",
    check: (linted) =>
      instancesOf(linted).flatMap(({ it, finding }) =>
        it.unicast !== undefined && it.sourceAddress === undefined
          ? [finding("unicast_peer without unicast_src_ip", "unicast_peer")]
          : []
      ),
  },
  {
    code: "lint-source-is-virtual",
    title: "A virtual address as source",
    reason:
      "a BACKUP does not have the virtual addresses, so it cannot send from one when it should take over;" +
      " use a fixed address of the interface",
    check: (linted) =>
      instancesOf(linted).flatMap(({ it, finding }) => {
        const { sourceAddress } = it;
        if (sourceAddress === undefined || !virtualOf(it).includes(sourceAddress)) return [];
        const keyword = it.unicast === undefined ? "mcast_src_ip" : "unicast_src_ip";
        return [finding(`its source ${sourceAddress} is one of its virtual addresses`, keyword)];
      }),
  },
];

function peersOf({ unicast }: VrrpInstanceConfig): readonly IpAddress[] {
  return (unicast?.peers ?? []).map(({ address }) => address);
}

function virtualOf({ addresses, excludedAddresses }: VrrpInstanceConfig): readonly IpAddress[] {
  return [...addresses, ...excludedAddresses].map(({ address }) => address);
}
