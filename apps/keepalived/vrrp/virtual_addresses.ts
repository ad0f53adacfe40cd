import type { IpAddress } from "@keepalived/ip-address";
import type { VrrpInstanceConfig } from "@keepalived/keepalived-config";

/** The addresses that go with these virtual routers. */
export function virtualAddressesOf(
  instances: readonly VrrpInstanceConfig[],
): ReadonlySet<IpAddress> {
  return new Set(
    instances.flatMap((it) =>
      [...it.addresses, ...it.excludedAddresses].map(({ address }) => address)
    ),
  );
}
