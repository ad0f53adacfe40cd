import type { Log } from "../../log.ts";
import { readSetting, writeSetting } from "../devices/sysctl.ts";

const path = "ipv4/igmp_link_local_mcast_reports";

/**
 * `disable_local_igmp`: the kernel reports no membership of groups in 224.0.0.0/24, on no interface.
 *
 * @returns undoes it
 */
export function disableLocalIgmp(log: Log): Disposable {
  const before = readSetting(path);
  if (before === undefined) {
    log("warning", `disable_local_igmp: this kernel has no setting net/${path}`);
    return { [Symbol.dispose]: () => {} };
  }
  writeSetting(path, 0, log);
  return { [Symbol.dispose]: () => writeSetting(path, before, log) };
}
