import { umaskOf } from "../config_load.ts";
import { noSnmp } from "../inactive.ts";
import { logComplaints } from "../log/settings.ts";
import type { Options } from "../options.ts";

/** What the command line asks for in vain: the daemon runs without it, as the C daemon does. One sentence each. */
export function complaintsOf(options: Options): readonly string[] {
  const umask = options.value("umask");
  return [
    ...logComplaints(options),
    ...(umask !== undefined && umaskOf(options) === undefined
      ? [`Invalid --umask option ${umask}`]
      : []),
    ...(options.count("snmp") + options.count("snmpSocket") > 0 ? [`--snmp: ${noSnmp}`] : []),
  ];
}
