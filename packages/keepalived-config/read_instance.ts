import type { Diagnostic, Report, Span, Word } from "@keepalived/conf-parser";
import { clip } from "@keepalived/conf-parser";
import { familyOf, type IpAddress, type IpFamily, parseIp } from "@keepalived/ip-address";
import { parseMac, parsePrefix } from "@keepalived/ip-address";
import { type Body, placeOf, type Statement } from "./bind.ts";
import { commandOf, defined, flagOf, has, last, numberOf, textOf } from "./body.ts";
import { lowerPriorityBurst } from "./lower_priority_burst.ts";
import type * as Model from "./model.ts";
import type { GlobalConfig } from "./model_global.ts";
import { readAddressLine } from "./read_address.ts";
import { readNumberOrName } from "./routing/line.ts";
import type { RoutingNames } from "./routing/names.ts";

/** What the file says about an instance, addresses read, before the rules between its keywords are applied. */
export type RawInstance = {
  readonly name: string;
  readonly at: Span;
  readonly body: Body;
  readonly family: IpFamily;
  readonly interface: string | undefined;
  readonly addresses: readonly Model.VirtualAddress[];
  readonly excludedAddresses: readonly Model.VirtualAddress[];
  readonly peers: readonly Model.UnicastPeer[];
  readonly sourceAddress: IpAddress | undefined;
  readonly multicastGroup: IpAddress;
};

/** The parts of a message about an instance. */
export type Say = (
  severity: Diagnostic["severity"],
  code: string,
  message: string,
  at?: Span,
  hint?: string,
) => void;

/** Messages that begin with the name of the instance. */
export function sayer(name: string, at: Span, report: Report): Say {
  return (severity, code, message, place = at, hint) =>
    report({
      severity,
      code,
      message: `(${clip(name)}) ${message}`,
      at: place,
      ...(hint === undefined ? {} : { hint }),
    });
}

/**
 * Reads the addresses, peers and sources of an instance.
 *
 * The family is that of the first address of any kind; others that do not match are reported and left out.
 */
export function readInstance(
  statement: Statement,
  global: GlobalConfig,
  report: Report,
): RawInstance {
  const { body } = statement;
  const name = String(statement.values[0]);
  const at = statement.words[1]?.at ?? placeOf(statement);
  const say = sayer(name, at, report);
  const ownInterface = textOf(body, "interface");
  const context = {
    interface: ownInterface ?? global.defaultInterface,
    subject: `(${clip(name)}) `,
    report,
  };
  let family: IpFamily | undefined;
  const matches = (address: IpAddress): boolean =>
    (family ??= familyOf(address)) === familyOf(address);
  const addresses: Model.VirtualAddress[] = [];
  const excludedAddresses: Model.VirtualAddress[] = [];
  const peers: Model.UnicastPeer[] = [];
  /** Peers, and virtual addresses with their interface. */
  const listed = new Set<string>();
  let sourceAddress: IpAddress | undefined;
  for (const { name, words, values, body: inner } of body.order) {
    switch (name) {
      case "native_ipv6":
        family ??= 6;
        break;
      case "mcast_src_ip":
      case "unicast_src_ip":
        if (matches(String(values[0]))) sourceAddress = String(values[0]);
        else refuseFamily(say, "source", words[1]);
        break;
      case "unicast_peer":
        for (const { words } of inner.lines) {
          const peer = readPeer(words, say);
          if (peer === undefined) continue;
          if (!matches(peer.address)) {
            refuseFamily(say, "unicast peer", words[0]);
          } else if (listed.has(peer.address)) {
            say("warning", "duplicate", `${peer.address} - duplicate unicast_peer`, words[0].at);
          } else {
            listed.add(peer.address);
            peers.push(peer);
          }
        }
        break;
      case "virtual_ipaddress":
        for (const line of inner.lines) {
          const read = readAddressLine(line, { ...context, advertised: true });
          if (read === undefined) continue;
          const [{ text, at }] = line.words;
          if (!matches(read.address)) {
            const message = `address family must match VRRP instance [${clip(text)}] - ignoring`;
            const hint = "list it in virtual_ipaddress_excluded, or in an instance of its own";
            say("error", "family", message, at, hint);
          } else if (listed.has(`${read.address} ${read.interface}`)) {
            say("warning", "duplicate", `duplicate address ${read.address} - ignoring`, at);
          } else {
            listed.add(`${read.address} ${read.interface}`);
            addresses.push(read);
          }
        }
        break;
      case "virtual_ipaddress_excluded":
        for (const line of inner.lines) {
          const read = readAddressLine(line, { ...context, advertised: false });
          if (read !== undefined) excludedAddresses.push(read);
        }
        break;
    }
  }
  const firstExcluded = excludedAddresses[0];
  family ??= firstExcluded === undefined ? 4 : familyOf(firstExcluded.address);
  return {
    name,
    at,
    body,
    family,
    interface: ownInterface,
    addresses,
    excludedAddresses,
    peers,
    sourceAddress,
    multicastGroup: readGroup(body, family, global, say),
  };
}

function refuseFamily(say: Say, what: string, word: Word | undefined): void {
  const message = `${what} address[${
    clip(word?.text ?? "")
  }] MUST be of the same family as the others. Skipping...`;
  say("error", "family", message, word?.at);
}

function readGroup(body: Body, family: IpFamily, global: GlobalConfig, say: Say): IpAddress {
  const own = textOf(body, "mcast_dst_ip");
  const common = family === 4 ? global.vrrp.multicastGroup4 : global.vrrp.multicastGroup6;
  if (own === undefined || familyOf(own) === family) return own ?? common;
  const message = `mcast dest address ${own} MUST match VRRP instance family. Skipping...`;
  say("error", "family", message, last(body, "mcast_dst_ip")?.words[1]?.at);
  return common;
}

/** `IP [min_ttl N] [max_ttl N]`. */
function readPeer(words: readonly [Word, ...Word[]], say: Say): Model.UnicastPeer | undefined {
  const [first, ...options] = words;
  const address = parseIp(first.text);
  if (address === undefined) {
    const message = `malformed unicast peer address[${clip(first.text)}]. Skipping...`;
    say("error", "invalid-address", message, first.at);
    return undefined;
  }
  const ttl = { min_ttl: 0, max_ttl: 255 };
  for (let i = 0; i < options.length; i += 2) {
    const [option, given] = [options[i], options[i + 1]];
    const name = option?.text ?? "";
    if (name !== "min_ttl" && name !== "max_ttl") {
      say("error", "unknown-option", `unknown unicast_peer option ${clip(name)}`, option?.at);
    } else if (given === undefined) {
      say("error", "missing-value", `${name} is missing a value`, option?.at);
    } else if (!/^[0-9]+$/.test(given.text) || Number(given.text) > 255) {
      const message = `number '${clip(given.text)}' outside range [0, 255] of ${name}`;
      say("error", "out-of-range", message, given.at);
    } else ttl[name] = Number(given.text);
  }
  if (ttl.min_ttl > ttl.max_ttl) {
    const message =
      `min_ttl ${ttl.min_ttl} > max_ttl ${ttl.max_ttl} - all packets will be discarded`;
    say("warning", "ttl-range", message, first.at);
  }
  return { address, minTtl: ttl.min_ttl, maxTtl: ttl.max_ttl };
}

/** Announcements: what the instance says, else the global value, also of those against a lower priority. */
export function readAnnouncement(body: Body, global: GlobalConfig, say: Say): Model.Announcement {
  const { garp, minGarp } = global.vrrp;
  const lowerPriority = lowerPriorityBurst(global.vrrp);
  const positive = (name: string, fallback: number): number => {
    const value = numberOf(body, name) ?? fallback;
    if (value > 0) return value;
    say(
      "warning",
      "adjusted",
      `${name} must be greater than 0, setting to 1`,
      last(body, name)?.words[1]?.at,
    );
    return 1;
  };
  const repeat = positive("garp_master_repeat", minGarp ? 1 : garp.repeat);
  const delayUs = numberOf(body, "garp_master_delay") ?? (minGarp ? 0 : garp.delayUs);
  return {
    repeat,
    delayUs,
    refreshUs: numberOf(body, "garp_master_refresh") ?? garp.refreshUs,
    refreshRepeat: positive("garp_master_refresh_repeat", garp.refreshRepeat),
    lowerPriorityRepeat: numberOf(body, "garp_lower_prio_repeat") ?? lowerPriority.repeat,
    lowerPriorityDelayUs: numberOf(body, "garp_lower_prio_delay") ?? lowerPriority.delayUs,
    garpIntervalUs: garp.garpIntervalUs,
    gnaIntervalUs: garp.gnaIntervalUs,
    extraInterfaceUs: numberOf(body, "garp_extra_if", 1) ?? garp.extraInterfaceUs,
    extraInterfaceAll: has(body, "garp_extra_if")
      ? textOf(body, "garp_extra_if") === "all"
      : garp.extraInterfaceAll,
  };
}

/** `use_vmac [[name] IFNAME] [MAC] [netlink_notify_msg] [group G]`. */
export function readVmac(
  body: Body,
  unicast: boolean,
  names: RoutingNames,
  say: Say,
): Model.Vmac | undefined {
  const statement = last(body, "use_vmac");
  const onBase = has(body, "vmac_xmit_base");
  if (statement === undefined) {
    if (onBase) {
      const at = last(body, "vmac_xmit_base")?.words[0].at;
      say("warning", "adjusted", "vmac_xmit_base is only valid with a vmac", at);
    }
    return undefined;
  }
  let read: { name?: string; mac?: string; group?: number; netlinkNotify: boolean } = {
    netlinkNotify: false,
  };
  const words = statement.words.slice(1);
  for (let i = 0; i < words.length; i++) {
    const { text = "", at } = words[i] ?? {};
    if (text === "name" || text === "group") {
      const value = words[++i];
      if (value === undefined) {
        say("error", "missing-value", `use_vmac ${text} without a value`, at);
      } else if (text === "name") read.name = value.text;
      else read = { ...read, ...readInterfaceGroup("use_vmac", value, names, say) };
    } else if (text === "netlink_notify_msg") read.netlinkNotify = true;
    else if (/^[0-9a-f]{1,2}([:-][0-9a-f]{1,2}){4}$/i.test(text)) {
      const id = (numberOf(body, "virtual_router_id") ?? 0).toString(16);
      read.mac = parseMac(`${text}:${id}`) ?? text;
    } else if (parseMac(text) !== undefined) {
      const mac = parseMac(text) ?? text;
      // The addresses of RFC 9568 §7.3 belong to routers by their number.
      if (/^00:00:5e:00:0[12]:/.test(mac)) {
        const message = `VMAC MAC address not allowed to be RFC5798 address (${mac}) - ignoring`;
        say("error", "invalid-address", message, at);
      } else read.mac = mac;
    } else if (read.name === undefined && text.length <= 15) read.name = text;
    else say("error", "unknown-option", `Unknown use_vmac parameter '${clip(text)}'`, at);
  }
  return { ...read, transmitOnBase: onBase || unicast };
}

/** `use_ipvlan [[name] IFNAME] [IP] [bridge|private|vepa] [group G]`. */
export function readIpvlan(body: Body, names: RoutingNames, say: Say): Model.Ipvlan | undefined {
  const statement = last(body, "use_ipvlan");
  if (statement === undefined) return undefined;
  let ipvlan: Model.Ipvlan = { mode: "bridge" };
  const words = statement.words.slice(1);
  for (let i = 0; i < words.length; i++) {
    const { text = "", at } = words[i] ?? {};
    const address = parsePrefix(text);
    if (text === "name" || text === "group") {
      const value = words[++i];
      if (value === undefined) {
        say("error", "missing-value", `use_ipvlan ${text} without a value`, at);
      } else if (text === "name") ipvlan = { ...ipvlan, name: value.text };
      else ipvlan = { ...ipvlan, ...readInterfaceGroup("use_ipvlan", value, names, say) };
    } else if (text === "bridge" || text === "private" || text === "vepa") {
      ipvlan = { ...ipvlan, mode: text };
    } else if (address !== undefined) ipvlan = { ...ipvlan, address };
    else if (ipvlan.name === undefined && text.length <= 15) ipvlan = { ...ipvlan, name: text };
    else say("error", "unknown-option", `Unknown use_ipvlan parameter '${clip(text)}'`, at);
  }
  return ipvlan;
}

/** An interface group by its number, or a name that iproute2 knows. */
function readInterfaceGroup(
  keyword: string,
  { text, at }: Word,
  names: RoutingNames,
  say: Say,
): { readonly group?: number } {
  const group = readNumberOrName(text, 0xffffffff, "group", names);
  if (group !== undefined) return { group };
  say("error", "unknown-option", `Unknown interface group '${clip(text)}' of ${keyword}`, at);
  return {};
}

export function readNotify(body: Body): Model.Notify {
  return defined<Required<Model.Notify>>({
    any: commandOf(body, "notify"),
    active: commandOf(body, "notify_master"),
    backup: commandOf(body, "notify_backup"),
    fault: commandOf(body, "notify_fault"),
    stop: commandOf(body, "notify_stop"),
    deleted: commandOf(body, "notify_deleted"),
    contested: commandOf(body, "notify_contested"),
    lowerPriorityReceived: commandOf(body, "notify_master_rx_lower_pri"),
  });
}

/** `flag`, or what holds for all instances. */
export function flagOr(body: Body, name: string, fallback: boolean): boolean {
  return flagOf(body, name) ?? fallback;
}
