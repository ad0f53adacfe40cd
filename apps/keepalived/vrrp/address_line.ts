import type { Notification } from "@keepalived/netlink-route";
import type { Interfaces } from "./interfaces.ts";

/** What `--address-monitoring` logs of a notification that the interfaces have not heard yet; undefined: nothing. */
export function addressLine(
  notification: Notification,
  interfaces: Pick<Interfaces, "nameOf" | "addresses">,
): string | undefined {
  if (notification.kind !== "address-added" && notification.kind !== "address-removed") {
    return undefined;
  }
  const { address, index } = notification.address;
  const name = interfaces.nameOf(index);
  if (name === undefined) return undefined;
  const report = `Netlink reflector reports IP ${address}`;
  if (notification.kind === "address-removed") return `${report} removed from ${name}`;
  // The kernel tells of each change of a lifetime or flag in the same way.
  const isKnown = interfaces.addresses(name).some((known) => known.address === address);
  return isKnown ? undefined : `${report} added to ${name}`;
}
