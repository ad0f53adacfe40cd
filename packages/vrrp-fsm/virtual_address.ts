import type { IpAddress } from "@keepalived/ip-address";
import { difference } from "@keepalived/reconcile";

/** An address that the Active router puts on an interface. */
export type VirtualAddress = {
  readonly address: IpAddress;
  readonly prefixLength: number;
  /** Name of the interface that gets it. */
  readonly interface: string;
  /** Kernel number of the scope: 0 global, 253 link, 254 host. */
  readonly scope: number;
  readonly label?: string;
  readonly broadcast?: IpAddress;
  readonly peer?: IpAddress;
  /** Length of the peer's prefix; absent: that of the address. */
  readonly peerPrefixLength?: number;
  /** Seconds; 0 deprecates the address, so that it is never chosen as a source. */
  readonly preferredLifetimeS?: number;
  readonly noDad?: boolean;
  /** Further flags, by the words that configure them; only the host knows what they mean. */
  readonly flags?: readonly string[];
  /** Whether advertisements list it; keepalived's excluded addresses are held but not listed. */
  readonly advertised: boolean;
};

/** What to take from the kernel and what to give it, to go from one list of addresses to another. */
export type AddressChange = {
  readonly remove: readonly VirtualAddress[];
  readonly add: readonly VirtualAddress[];
};

/** An address that stays but looks different to the kernel is removed and added. */
export function changeOfAddresses(
  from: readonly VirtualAddress[],
  to: readonly VirtualAddress[],
): AddressChange {
  const { add, change, remove } = difference(to, from, keyOf, looksSame);
  return {
    remove: [...remove, ...change.map((pair) => pair.from)],
    add: [...add, ...change.map((pair) => pair.to)],
  };
}

function keyOf(address: VirtualAddress): string {
  return `${address.address}/${address.prefixLength} ${address.interface}`;
}

/** Whether the kernel would see no difference; being listed in advertisements is none. */
function looksSame(a: VirtualAddress, b: VirtualAddress): boolean {
  return a.scope === b.scope && a.label === b.label && a.broadcast === b.broadcast &&
    a.peer === b.peer && a.peerPrefixLength === b.peerPrefixLength &&
    a.preferredLifetimeS === b.preferredLifetimeS && a.noDad === b.noDad &&
    a.flags?.join() === b.flags?.join();
}
