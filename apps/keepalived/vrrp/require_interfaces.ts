import type { Config } from "@keepalived/keepalived-config";
import { ExitError, exitStatus } from "../exit_status.ts";
import type { Interfaces } from "./interfaces.ts";

/** Without dynamic_interfaces every instance needs its interface from the start. @throws ExitError if one is not there */
export function requireInterfaces(config: Config, interfaces: Interfaces): void {
  if (config.global.dynamicInterfaces !== "no") return;
  for (const { name, interface: dev } of config.instances) {
    if (dev === undefined || interfaces.link(dev) !== undefined) continue;
    throw new ExitError(
      exitStatus.configuration,
      `Interface ${dev} for vrrp_instance ${name} doesn't exist; create it, or set dynamic_interfaces in global_defs to wait for it`,
    );
  }
}
