import { clip, type Report } from "@keepalived/conf-parser";
import type { Body } from "./bind.ts";
import { last, numberOf } from "./body.ts";
import type { GlobalConfig } from "./model_global.ts";

/** Whether the host lacks an interface, as far as that is a mistake. */
export type Missing = (name: string) => boolean;

/** What the host lacks; nothing if it is not asked, or if interfaces may come later. */
export function absentInterfaces(
  global: GlobalConfig,
  exists: ((name: string) => boolean) | undefined,
): Missing {
  return exists === undefined || global.dynamicInterfaces !== "no"
    ? () => false
    : (name) => !exists(name);
}

/** What the host lacks and no instance makes. */
export function missingInterfaces(root: Body, global: GlobalConfig, absent: Missing): Missing {
  const made = new Set<string>();
  for (const { body } of root.statements.get("vrrp_instance") ?? []) {
    const words = [
      ...last(body, "use_vmac")?.words ?? [],
      ...last(body, "use_ipvlan")?.words ?? [],
    ];
    if (words.length === 0) continue;
    for (const { text } of words) made.add(text);
    const { vmacPrefix } = global.vrrp;
    const id = numberOf(body, "virtual_router_id") ?? 0;
    made.add(`${vmacPrefix}.${id}`).add(`${vmacPrefix}6.${id}`);
  }
  return (name) => !made.has(name) && absent(name);
}

/** Reports interfaces of instances and of addresses that the host does not have. */
export function checkDevices(root: Body, missing: Missing, report: Report): void {
  const instances = root.statements.get("vrrp_instance") ?? [];
  for (const { body, values } of instances) {
    const word = last(body, "interface")?.words[1];
    if (word === undefined || !missing(word.text)) continue;
    const message = `WARNING - interface ${clip(word.text)} for vrrp_instance ${
      clip(String(values[0]))
    } doesn't exist`;
    report({ severity: "warning", code: "unknown-interface", message, at: word.at });
  }
  const blocks = [
    ...root.statements.get("static_ipaddress") ?? [],
    ...instances.flatMap(({ body }) => [
      ...body.statements.get("virtual_ipaddress") ?? [],
      ...body.statements.get("virtual_ipaddress_excluded") ?? [],
    ]),
  ];
  for (const { words } of blocks.flatMap(({ body }) => body.lines)) {
    const device = words[words.findIndex(({ text }) => text === "dev") + 1];
    if (device === undefined || device === words[0] || !missing(device.text)) continue;
    const message = `WARNING - interface ${clip(device.text)} for ip address ${
      clip(words[0].text)
    } doesn't exist`;
    report({ severity: "warning", code: "unknown-interface", message, at: device.at });
  }
}
