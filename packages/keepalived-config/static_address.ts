import type { Report } from "@keepalived/conf-parser";
import type { Body } from "./bind.ts";
import type { VirtualAddress } from "./model.ts";
import type { GlobalConfig } from "./model_global.ts";
import { readAddressLine } from "./read_address.ts";

/** The addresses of all `static_ipaddress` blocks; bad lines are reported and left out. */
export function readStaticAddresses(
  root: Body,
  global: GlobalConfig,
  trackGroups: ReadonlySet<string>,
  report: Report,
): readonly VirtualAddress[] {
  const context = {
    interface: global.defaultInterface,
    advertised: false,
    trackGroups,
    subject: "",
    report,
  };
  return (root.statements.get("static_ipaddress") ?? [])
    .flatMap(({ body: { lines } }) => lines)
    .flatMap((line) => readAddressLine(line, context) ?? []);
}
