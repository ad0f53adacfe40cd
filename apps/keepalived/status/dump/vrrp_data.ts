import type { GarpGroupConfig, VirtualAddress } from "@keepalived/keepalived-config";
import { addressWords } from "./address_words.ts";
import { globalData } from "./global_data.ts";
import { interfaceData } from "./interface_data.ts";
import { routeWords } from "./route_words.ts";
import { ruleWords } from "./rule_words.ts";
import { topologyData, type VrrpDump } from "./topology_data.ts";
import { trackerData } from "./tracker_data.ts";
import { head } from "./words.ts";

/** The text of `keepalived.data`. */
export function vrrpData(dump: VrrpDump): string {
  const { config, who } = dump;
  return [
    ...globalData(config.global, who),
    ...garpData(config.garpGroups),
    ...staticData(dump),
    ...topologyData(dump),
    ...trackerData(dump),
    ...interfaceData(dump),
    "",
  ].join("\n");
}

function garpData(groups: readonly GarpGroupConfig[]): readonly string[] {
  if (groups.length === 0) return [];
  return [
    head("Gratuitous ARP delays"),
    ...groups.flatMap(({ garpIntervalUs, gnaIntervalUs, interfaces }, i) => [
      head(`GARP delay group ${i + 1}`),
      ...(garpIntervalUs === 0 ? [] : [` GARP interval = ${garpIntervalUs / 1_000_000}`]),
      ...(gnaIntervalUs === 0 ? [] : [` GNA interval = ${gnaIntervalUs / 1_000_000}`]),
      " Interfaces",
      ...interfaces.map((name) => `  ${name}`),
    ]),
  ];
}

function staticData({ config, vrrp }: VrrpDump): readonly string[] {
  const { staticAddresses, staticRoutes, staticRules, trackGroups } = config;
  return [
    ...section(
      "Static Addresses",
      staticAddresses.map((it) => addressWords(it, { present: isThere(it, vrrp.statics) })),
    ),
    ...section("Static Routes", staticRoutes.map(routeWords)),
    ...section("Static Rules", staticRules.map(ruleWords)),
    ...(trackGroups.length === 0 ? [] : [head("Static Track groups")]),
    ...trackGroups.flatMap(({ name, members }) => [
      ` Static Track Group = ${name}`,
      "   VRRP member instances :",
      ...members.map((member) => `     ${member}`),
    ]),
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [head(title), ...lines.map((line) => `     ${line}`)];
}

function isThere(
  { address, interface: dev }: VirtualAddress,
  statics: VrrpDump["vrrp"]["statics"],
): boolean {
  return statics.some(({ kind, text, present }) =>
    kind === "address" && present && text.startsWith(`${address}/`) && text.endsWith(` dev ${dev}`)
  );
}
