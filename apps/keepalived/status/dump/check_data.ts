import { checkerData } from "./checker_data.ts";
import { globalData } from "./global_data.ts";
import { type CheckDump, lvsData } from "./lvs_data.ts";
import { head } from "./words.ts";

/** The text of `keepalived_check.data`. */
export function checkData(dump: CheckDump): string {
  const { config: { global, tlsClient: tls }, who } = dump;
  return [
    ...globalData(global, who),
    ...(tls === undefined ? [] : [
      head("SSL definitions"),
      ...(tls.password === undefined ? [] : [" Password : ********"]),
      ...(tls.ca === undefined ? [] : [` CA-file : ${tls.ca}`]),
      ...(tls.certificate === undefined ? [] : [` Certificate file : ${tls.certificate}`]),
      ...(tls.key === undefined ? [] : [` Key file : ${tls.key}`]),
    ]),
    ...lvsData(dump),
    ...checkerData(dump),
    "",
  ].join("\n");
}
