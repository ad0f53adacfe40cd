import { readFileSync, writeFileSync } from "node:fs";
import type { Log } from "../../log.ts";

const file = "/proc/sys/net/ipv4/igmp_link_local_mcast_reports";

/**
 * `disable_local_igmp`: the kernel reports no membership of groups in 224.0.0.0/24, on no interface.
 *
 * @returns undoes it
 */
export function disableLocalIgmp(log: Log): Disposable {
  try {
    const before = readFileSync(file);
    writeFileSync(file, "0");
    return { [Symbol.dispose]: () => writeFileSync(file, before) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A kernel before 4.3, or a container with /proc/sys read-only.
    log("warning", `disable_local_igmp: cannot set ${file} to 0: ${code}`);
    return { [Symbol.dispose]: () => {} };
  }
}
