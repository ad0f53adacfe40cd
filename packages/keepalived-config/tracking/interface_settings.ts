import { clip, type Report, type Word } from "@keepalived/conf-parser";
import type { Body } from "../bind.ts";
import { defined, has, last, numberOf } from "../body.ts";
import type { VrrpInstanceConfig } from "../model.ts";
import type { GarpGroupConfig, InterfaceDelay, LinkbeatInterface } from "../model_tracking.ts";
import { readValue } from "../value.ts";

/** Whether the host lacks an interface, as far as that is a mistake. */
type Missing = (name: string) => boolean;

/** Lines `IFNAME DOWN [UP]` of all `interface_up_down_delays`; of two for an interface the last. */
export function readInterfaceDelays(
  root: Body,
  instances: readonly VrrpInstanceConfig[],
  missing: Missing,
  report: Report,
): readonly InterfaceDelay[] {
  const delays = new Map<string, InterfaceDelay>();
  for (const { words: [first, down, up] } of linesOf(root, "interface_up_down_delays")) {
    const shown = clip(first.text);
    if (missing(first.text)) {
      const message = `unknown interface ${shown} specified for up/down delay`;
      report({ severity: "warning", code: "absent-interface", message, at: first.at });
    }
    if (down === undefined) {
      const message = `No delay specified for interface ${shown} - ignoring`;
      report({ severity: "warning", code: "missing-value", message, at: first.at });
      continue;
    }
    const downUs = readDelay(down, report);
    const upUs = up === undefined ? downUs : readDelay(up, report);
    if (downUs === undefined || upUs === undefined) continue;
    const delay = { interface: first.text, downUs, upUs };
    delays.set(
      first.text,
      limitDelay(
        delay,
        instances,
        (message) => report({ severity: "warning", code: "delay-limited", message, at: first.at }),
      ),
    );
  }
  return [...delays.values()];
}

function readDelay({ text, at }: Word, report: Report): number | undefined {
  const read = readValue({ kind: "seconds", min: 0, max: 255, decimals: true }, text);
  if (!read.ok || read.warning !== undefined) {
    const message = read.ok ? read.warning ?? "" : read.message;
    const code = read.code ?? "invalid-number";
    report({ severity: read.ok ? "warning" : "error", code, message, at });
  }
  return read.ok ? Number(read.value) : undefined;
}

/** A delay must end before a backup takes over: one advertisement less than it waits for, and the least skew. */
function limitDelay(
  delay: InterfaceDelay,
  instances: readonly VrrpInstanceConfig[],
  say: (message: string) => void,
): InterfaceDelay {
  let limited = delay;
  for (const instance of instances) {
    if (instance.interface !== delay.interface) continue;
    const { name, downTimerAdverts, advertisementIntervalUs } = instance;
    const limitUs = (downTimerAdverts - 1) * advertisementIntervalUs -
      Math.floor(advertisementIntervalUs / 256);
    if (limited.downUs <= limitUs && limited.upUs <= limitUs) continue;
    say(
      `${clip(name)}: interface ${clip(delay.interface)} debounce timer(s) not less than` +
        ` ${downTimerAdverts - 1} * advert_int - resetting`,
    );
    const least = Math.max(0, limitUs);
    const downUs = Math.min(limited.downUs, least);
    limited = { ...limited, downUs, upUs: Math.min(limited.upUs, least) };
  }
  return limited;
}

/** All `garp_group` blocks; an interface belongs to the first that names it. */
export function readGarpGroups(
  root: Body,
  missing: Missing,
  report: Report,
): readonly GarpGroupConfig[] {
  const taken = new Set<string>();
  return (root.statements.get("garp_group") ?? []).flatMap(({ body, words: [keyword] }, index) => {
    const warn = (code: string, message: string, at = keyword.at) =>
      report({ severity: "warning", code, message, at });
    const blocks = body.statements.get("interfaces") ?? [];
    const single = last(body, "interface");
    const named = [
      ...(single === undefined
        ? []
        : [{ text: String(single.values[0]), at: (single.words[1] ?? single.words[0]).at }]),
      ...blocks.flatMap(({ body: { lines } }) => lines).flatMap(({ words }) => words),
    ];
    for (const block of blocks) {
      if (block.body.lines.length > 0) continue;
      warn("missing-value", "Warning - empty garp_group interfaces block", block.words[0].at);
    }
    const interfaces = named.flatMap(({ text, at }) => {
      if (missing(text)) {
        const message = `WARNING - interface ${clip(text)} specified for garp_group doesn't exist`;
        warn("unknown-interface", message, at);
      }
      if (!taken.has(text)) {
        taken.add(text);
        return [text];
      }
      warn("duplicate", `garp_group already specified for ${clip(text)} - ignoring`, at);
      return [];
    });
    if (!has(body, "garp_interval") && !has(body, "gna_interval")) {
      warn("no-effect", `garp group ${index} does not have any delay set - removing`);
      return [];
    }
    const garpIntervalUs = numberOf(body, "garp_interval") ?? 0;
    const gnaIntervalUs = numberOf(body, "gna_interval") ?? 0;
    return [{ garpIntervalUs, gnaIntervalUs, interfaces }];
  });
}

const METHODS: ReadonlyMap<string, LinkbeatInterface["method"]> = new Map([
  ["MII", "mii"],
  ["ETHTOOL", "ethtool"],
  ["IOCTL", "ioctl"],
]);

/** Lines `IFNAME [MII|ETHTOOL|IOCTL]` of all `linkbeat_interfaces`. */
export function readLinkbeat(
  root: Body,
  missing: Missing,
  report: Report,
): readonly LinkbeatInterface[] {
  const found = new Map<string, LinkbeatInterface>();
  for (const { words: [first, word, surplus] } of linesOf(root, "linkbeat_interfaces")) {
    if (missing(first.text)) {
      const message = `unknown interface ${clip(first.text)} specified for linkbeat interface`;
      report({ severity: "warning", code: "absent-interface", message, at: first.at });
    }
    const method = METHODS.get(word?.text ?? "");
    const extra = method === undefined ? word : surplus;
    if (extra !== undefined) {
      const message = `extra characters ${clip(extra.text)} in linkbeat interface`;
      const hint = "MII, ETHTOOL or IOCTL";
      report({ severity: "error", code: "unknown-option", message, at: extra.at, hint });
    }
    found.set(first.text, { interface: first.text, ...defined({ method }) });
  }
  return [...found.values()];
}

function linesOf(root: Body, block: string) {
  return (root.statements.get(block) ?? []).flatMap(({ body: { lines } }) => lines);
}
