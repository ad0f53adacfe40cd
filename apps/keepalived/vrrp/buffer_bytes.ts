import type { GlobalConfig, VrrpInstanceConfig } from "@keepalived/keepalived-config";

/** Where nothing tells the length of packets. */
const ethernetMtu = 1500;

/** All of an advertisement but its addresses, with IP header, authentication and trailer. */
const overheadBytes = { 4: 20 + 24 + 8 + 8 + 28, 6: 40 + 8 + 28 };

/**
 * Room in a receive buffer for the advertisements of one virtual router: `kernel_rx_buf_size`, or by
 * `vrrp_rx_bufs_policy`. 0: no wish.
 */
export function bufferBytesOf(
  config: VrrpInstanceConfig,
  { policy, multiplier }: GlobalConfig["vrrp"]["receiveBuffer"],
  mtu: number = ethernetMtu,
): number {
  if (config.receiveBufferBytes !== undefined) return config.receiveBufferBytes;
  if (policy === undefined) return 0;
  if (policy === "mtu") return multiplier * mtu;
  if (policy !== "advert") return policy;
  const { family, addresses } = config;
  return multiplier * (overheadBytes[family] + addresses.length * (family === 4 ? 4 : 16));
}
