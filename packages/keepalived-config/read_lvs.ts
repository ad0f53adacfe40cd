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
  const flushOnStop = !has(body, "lvs_flush_on_stop")
    ? "no"
    : textOf(body, "lvs_flush_on_stop") === "VS"
    ? "virtual-services"
    : "all";
  return {
    timeoutsS: readTimeouts(body, report),
    flush: has(body, "lvs_flush"),
    flushOnStop,
    logAllFailures: flagOf(body, "checker_log_all_failures") ?? false,
    realServerInitNotifies: flagOf(body, "rs_init_notifies") ?? false,
    commandBuffer: readBuffer(body, "lvs_netlink_cmd_rcv_bufs"),
    monitorBuffer: readBuffer(body, "lvs_netlink_monitor_rcv_bufs"),
    ...defined({ syncDaemon: readSyncDaemon(body, report) }),
  };
}

/** `[tcp N] [tcpfin N] [udp N]` */
function readTimeouts(body: Body, report: Report): LvsGlobal["timeoutsS"] {
  const words = last(body, "lvs_timeouts")?.words;
  if (words === undefined) return {};
  if (words.length < 3) {
    const message = "lvs_timeouts requires at least one option";
    const hint = "write lvs_timeouts tcp SECONDS";
    report({ severity: "error", code: "missing-value", message, at: words[0].at, hint });
    return {};
  }
  const ranges = {
    tcp: [1, 2678400, "Invalid lvs_timeout tcp ({}) - ignoring"],
    tcpfin: [1, 2678400, "Invalid lvs_timeout tcpfin ({}) - ignoring"],
    udp: [1, 2678400, "Invalid lvs_timeout udp ({}) - ignoring"],
  } as const;
  const { numbers: [tcp, tcpFin, udp], others } = readOptions(words.slice(1), ranges, report);
  for (const { text, at } of others) {
    const message = `Unknown option ${clip(text)} specified for lvs_timeouts`;
    report({ severity: "error", code: "unknown-option", message, at });
  }
  return defined({ tcp, tcpFin, udp });
}

const SYNC_OPTIONS = {
  id: [0, 255, "Invalid syncid ({}) - defaulting to vrid"],
  maxlen: [1, 65507, "Invalid lvs_sync_daemon maxlen ({}) - ignoring"],
  port: [1, 65535, "Invalid lvs_sync_daemon port ({}) - ignoring"],
  ttl: [1, 255, "Invalid lvs_sync_daemon ttl ({}) - ignoring"],
} as const;

/** `IFNAME [INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group IP]`; `inst NAME` and a bare id are older spellings. */
function readSyncDaemon(body: Body, report: Report): SyncDaemon | undefined {
  const words = last(body, "lvs_sync_daemon")?.words;
  const device = words?.[1]?.text;
  if (words === undefined || device === undefined) return undefined;
  const read = readOptions(words.slice(2), SYNC_OPTIONS, report);
  const [ownId, maxLength, port, ttl] = read.numbers;
  let id = ownId;
  let instance: string | undefined;
  let group: string | undefined;
  for (let i = 0; i < read.others.length; i++) {
    const word = read.others[i] ?? words[0];
    const value = read.others[i + 1];
    if (word.text === "inst" || word.text === "group") {
      i++;
      if (value === undefined) {
        const message = `No value specified for lvs_sync_daemon ${word.text} - ignoring`;
        report({ severity: "error", code: "missing-value", message, at: word.at });
      } else if (word.text === "inst") instance = value.text;
      else group = readSyncGroup(value, report);
    } else if (instance === undefined && i === 0) instance = word.text;
    else if (id === undefined) {
      id = readOption(word, SYNC_OPTIONS.id, report);
    } else {
      const message = `Unknown option ${clip(word.text)} specified for lvs_sync_daemon`;
      report({ severity: "error", code: "unknown-option", message, at: word.at });
    }
  }
  return { interface: device, ...defined({ instance, id, maxLength, port, ttl, group }) };
}

function readSyncGroup({ text, at }: Word, report: Report): string | undefined {
  const group = parseIp(text);
  if (group !== undefined && isMulticast(group)) return group;
  const message = group === undefined
    ? `Invalid lvs_sync_daemon group (${clip(text)}) - ignoring`
    : `lvs_sync_daemon group address ${group} is not multicast - ignoring`;
  report({ severity: "error", code: "invalid-address", message, at });
  return undefined;
}

/** Least and greatest value of an option, and what to say of another one; `{}` stands for it. */
type Range = readonly [number, number, string];

/** Pairs of a name and a number; words that are none come back as `others`. */
function readOptions(
  words: readonly Word[],
  ranges: Readonly<Record<string, Range>>,
  report: Report,
): { numbers: (number | undefined)[]; others: Word[] } {
  const found = new Map<string, number>();
  const others: Word[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word === undefined) break;
    const range = Object.hasOwn(ranges, word.text) ? ranges[word.text] : undefined;
    if (range === undefined) {
      others.push(word);
      continue;
    }
    const given = words[++i];
    if (given === undefined) {
      const message = `No value specified for ${word.text} - ignoring`;
      report({ severity: "error", code: "missing-value", message, at: word.at });
      break;
    }
    const value = readOption(given, range, report);
    if (value !== undefined) found.set(word.text, value);
  }
  return { numbers: Object.keys(ranges).map((key) => found.get(key)), others };
}

/** The number of an option, or undefined after a report. */
function readOption(
  { text, at }: Word,
  [min, max, wrong]: Range,
  report: Report,
): number | undefined {
  const read = readValue({ kind: "integer", min, max }, text);
  if (read.ok) return Number(read.value);
  const told = wrong.replace("{}", () => clip(text));
  report({ severity: "error", code: read.code, message: `${told}: ${read.message}`, at });
  return undefined;
}
