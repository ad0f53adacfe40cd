import { clip, type Report, type Word } from "@keepalived/conf-parser";
import { isMulticast, parseIp } from "@keepalived/ip-address";
import type { Body } from "./bind.ts";
import { defined, flagOf, has, last, numberOf, readBuffer, textOf } from "./body.ts";
import type { Firewall, LvsGlobal, SyncDaemon } from "./model_global.ts";
import { readValue } from "./value.ts";

/** nftables, iptables and ipset settings. */
export function readFirewall(body: Body): Firewall {
  const words = (name: string) =>
    last(body, name)?.values.filter((value) => typeof value === "string");
  return {
    nftablesPriority: numberOf(body, "nftables_priority") ?? -1,
    nftablesIfindex: has(body, "nftables_ifindex"),
    nftablesCounters: has(body, "nftables_counters"),
    nftablesIpvsPriority: numberOf(body, "nftables_ipvs_priority") ?? -1,
    nftablesIpvsStartMark: numberOf(body, "nftables_ipvs_start_fwmark") ?? 1000,
    ...defined({
      nftables: has(body, "nftables") ? textOf(body, "nftables") ?? "keepalived" : undefined,
      nftablesIpvs: has(body, "nftables_ipvs")
        ? textOf(body, "nftables_ipvs") ?? "keepalived_ipvs"
        : undefined,
      iptables: words("vrrp_iptables"),
      ipsets: words("vrrp_ipsets"),
    }),
  };
}

/** Settings of IPVS and the checker process. */
export function readLvs(body: Body, report: Report): LvsGlobal {
  const [tcp, tcpFin, udp] = readOptions(body, "lvs_timeouts", 1, {
    tcp: [1, 2678400],
    tcpfin: [1, 2678400],
    udp: [1, 2678400],
  }, report).numbers;
  const flushOnStop = !has(body, "lvs_flush_on_stop")
    ? "no"
    : textOf(body, "lvs_flush_on_stop") === "VS"
    ? "virtual-services"
    : "all";
  return {
    timeoutsS: defined({ tcp, tcpFin, udp }),
    flush: has(body, "lvs_flush"),
    flushOnStop,
    logAllFailures: flagOf(body, "checker_log_all_failures") ?? false,
    realServerInitNotifies: flagOf(body, "rs_init_notifies") ?? false,
    commandBuffer: readBuffer(body, "lvs_netlink_cmd_rcv_bufs"),
    monitorBuffer: readBuffer(body, "lvs_netlink_monitor_rcv_bufs"),
    ...defined({ syncDaemon: readSyncDaemon(body, report) }),
  };
}

/** `IFNAME [INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group IP]`; `inst NAME` is an older spelling. */
function readSyncDaemon(body: Body, report: Report): SyncDaemon | undefined {
  const words = last(body, "lvs_sync_daemon")?.words;
  const device = words?.[1]?.text;
  if (device === undefined) return undefined;
  const { numbers: [id, maxLength, port, ttl], others } = readOptions(body, "lvs_sync_daemon", 2, {
    id: [0, 255],
    maxlen: [1, 65507],
    port: [1, 65535],
    ttl: [1, 255],
  }, report);
  let instance: string | undefined;
  let group: string | undefined;
  for (let i = 0; i < others.length; i++) {
    const { text, at } = others[i] ?? { text: "", at: { file: "", line: 1, column: 1, length: 1 } };
    if (text === "inst") instance = others[++i]?.text;
    else if (text === "group") {
      const given = others[++i]?.text ?? "";
      group = parseIp(given);
      if (group === undefined || !isMulticast(group)) {
        group = undefined;
        const message = `Invalid lvs_sync_daemon group (${clip(given)}) - ignoring`;
        report({ severity: "error", code: "invalid-address", message, at });
      }
    } else if (instance === undefined && i === 0) instance = text;
    else {
      const message = `Unknown option ${clip(text)} specified for lvs_sync_daemon`;
      report({ severity: "error", code: "unknown-option", message, at });
    }
  }
  return { interface: device, ...defined({ instance, id, maxLength, port, ttl, group }) };
}

/** Pairs of a name and a number; words that are none come back as `others`. */
function readOptions(
  body: Body,
  name: string,
  start: number,
  ranges: Readonly<Record<string, readonly [number, number]>>,
  report: Report,
): { numbers: (number | undefined)[]; others: Word[] } {
  const words = last(body, name)?.words ?? [];
  const found = new Map<string, number>();
  const others: Word[] = [];
  for (let i = start; i < words.length; i++) {
    const word = words[i];
    if (word === undefined) break;
    const range = Object.hasOwn(ranges, word.text) ? ranges[word.text] : undefined;
    if (range === undefined) {
      if (name === "lvs_timeouts") {
        const message = `Unknown option ${clip(word.text)} specified for ${name}`;
        report({ severity: "error", code: "unknown-option", message, at: word.at });
      } else others.push(word);
      continue;
    }
    const given = words[++i];
    if (given === undefined) {
      const message = `No value specified for ${name} ${word.text}`;
      report({ severity: "error", code: "missing-value", message, at: word.at });
      break;
    }
    const read = readValue({ kind: "integer", min: range[0], max: range[1] }, given.text);
    if (read.ok && typeof read.value === "number") found.set(word.text, read.value);
    else if (!read.ok) {
      const message = `${read.message} - Invalid ${name} ${word.text} - ignoring`;
      report({ severity: "error", code: read.code, message, at: given.at });
    }
  }
  return { numbers: Object.keys(ranges).map((key) => found.get(key)), others };
}
