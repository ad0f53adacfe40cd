import { readFileSync } from "node:fs";

/** Whether this machine routes IPv6 that comes in at an interface: then its announcements say so. */
export function isForwarding(interfaceName: string): boolean {
  try {
    return readFileSync(`/proc/sys/net/ipv6/conf/${interfaceName}/forwarding`, "utf8").trim() ===
      "1";
  } catch {
    return false; // No IPv6 on this interface, so it routes none.
  }
}
