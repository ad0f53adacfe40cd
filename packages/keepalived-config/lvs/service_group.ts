import { clip, type Report, type Word } from "@keepalived/conf-parser";
import { compareIp, familyOf, formatIp, type IpFamily, ipToBytes } from "@keepalived/ip-address";
import { networkOf, parseIp, parsePrefix } from "@keepalived/ip-address";
import type { Body, Statement } from "../bind.ts";
import type { ServiceMember } from "../model_lvs.ts";
import { readValue } from "../value.ts";

type Addresses = Extract<ServiceMember, { readonly kind: "addresses" }>;

/** A firewall mark whose family may follow from the real servers. */
export type Mark = { readonly mark: number; readonly family: IpFamily | undefined };

/** A `virtual_server_group`: not empty, and of members that can stand beside each other. */
export type ServiceGroup = {
  readonly addresses: readonly Addresses[];
  readonly marks: readonly Mark[];
};

/** All groups by name; undefined after a report is one that cannot be used. */
export type ServiceGroups = ReadonlyMap<string, ServiceGroup | undefined>;

/** The `virtual_server_group` blocks; of two with the same name the first one holds. */
export function readServiceGroups(root: Body, report: Report): ServiceGroups {
  const groups = new Map<string, ServiceGroup | undefined>();
  for (const statement of root.statements.get("virtual_server_group") ?? []) {
    const name = String(statement.values[0]);
    if (groups.has(name)) {
      const message = `virtual server group ${clip(name)} already defined`;
      const at = statement.words[1]?.at ?? statement.words[0].at;
      report({ severity: "error", code: "duplicate-name", message, at });
      continue;
    }
    groups.set(name, readServiceGroup(statement, report));
  }
  return groups;
}

function readServiceGroup(
  { values, words, body }: Statement,
  report: Report,
): ServiceGroup | undefined {
  const refuse = (code: string, what: string): undefined => {
    const message = `virtual server group ${clip(String(values[0]))} ${what} - removing`;
    report({ severity: "error", code, message, at: words[1]?.at ?? words[0].at });
  };
  const addresses = body.lines.flatMap(({ words }) => readMember(words, report) ?? []);
  const marks = (body.statements.get("fwmark") ?? []).map(({ values: [mark, family] }): Mark => ({
    mark: Number(mark),
    family: family === "inet" ? 4 : family === "inet6" ? 6 : undefined,
  }));
  if (addresses.length + marks.length === 0) {
    const refused = body.lines.length > 0 || body.dropped.has("fwmark");
    return refused ? undefined : refuse("empty-group", "has no entries");
  }
  const families = familiesOf({ addresses, marks });
  if (families.size > 1 && marks.some(({ family }) => family === undefined)) {
    return refuse("family", "cannot have IPv4, IPv6 and fwmark without family");
  }
  return { addresses, marks };
}

/** The families that the members of a group name. */
export function familiesOf({ addresses, marks }: ServiceGroup): ReadonlySet<IpFamily> {
  return new Set([
    ...addresses.map(({ first }) => familyOf(first)),
    ...marks.flatMap(({ family }) => family ?? []),
  ]);
}

/** `IP [PORT]`, `A.B.C.D-E [PORT]`, `FIRST-LAST [PORT]` or `NETWORK/LENGTH [PORT]`. */
function readMember(
  [address, port]: readonly [Word, ...Word[]],
  report: Report,
): Addresses | undefined {
  const range = readRange(address, report);
  if (range === undefined) return undefined;
  const read = readValue({ kind: "integer", min: 0, max: 65535 }, port?.text ?? "0");
  if (read.ok) return { kind: "addresses", ...range, port: Number(read.value) };
  const message = `Invalid virtual server group IP address ${clip(address.text)}` +
    ` /port/${clip(port?.text ?? "")} - skipping: ${read.message}`;
  report({ severity: "error", code: read.code, message, at: port?.at ?? address.at });
  return undefined;
}

type Range = { readonly first: string; readonly last: string };

function readRange({ text, at }: Word, report: Report): Range | undefined {
  const refuse = (code: string, message: string): undefined => {
    const hint = "write IP, IP-LAST or NETWORK/LENGTH, and perhaps a port";
    report({ severity: "error", code, message, at, hint });
  };
  const shown = clip(text);
  const dash = text.indexOf("-");
  const slash = text.indexOf("/");
  const first = parseIp(text.slice(0, dash >= 0 ? dash : slash >= 0 ? slash : undefined));
  if (first === undefined) {
    return refuse("invalid-address", `Invalid virtual server group IP address ${shown} - skipping`);
  }
  if (dash >= 0) {
    const last = lastOf(first, text.slice(dash + 1));
    if ("fault" in last) {
      return refuse(last.code, `Virtual server group range '${shown}' ${last.fault}`);
    }
    if (familyOf(first) === familyOf(last.last) && compareIp(first, last.last) < 0) {
      return { first, last: last.last };
    }
    const what = "Address range end is not greater than address range start";
    return refuse("out-of-range", `${what} - ${shown} - skipping`);
  }
  if (slash < 0) return { first, last: first };
  const prefix = parsePrefix(text);
  if (prefix === undefined || prefix.prefixLength === 0) {
    return refuse("out-of-range", `Invalid netmask - ${shown} - skipping`);
  }
  if (networkOf(prefix) !== first) {
    return refuse("invalid-address", `Address mask bits not empty - ${shown} - skipping`);
  }
  return { first, last: lastAddress(first, prefix.prefixLength) };
}

/** The end of a range: a whole address, the last octet (decimal), or the last 16 bits (hexadecimal). */
function lastOf(
  first: string,
  text: string,
): { readonly last: string } | { readonly fault: string; readonly code: string } {
  const whole = parseIp(text);
  if (whole !== undefined) return { last: whole };
  const wide = familyOf(first) === 6;
  if (!(wide ? /^[0-9a-f]+$/i : /^[0-9]+$/).test(text)) {
    return { fault: `has extra characters at end '${clip(text)}'`, code: "invalid-number" };
  }
  const value = Number.parseInt(text, wide ? 16 : 10);
  if (value > (wide ? 0xffff : 0xff)) {
    return { fault: `end '${clip(text)}' too large`, code: "out-of-range" };
  }
  const bytes = ipToBytes(first);
  bytes[bytes.length - 1] = value & 0xff;
  if (wide) bytes[bytes.length - 2] = value >> 8;
  return { last: formatIp(bytes) };
}

/** The highest address of a prefix. */
function lastAddress(network: string, length: number): string {
  const bytes = ipToBytes(network);
  for (let bit = length; bit < bytes.length * 8; bit++) {
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  }
  return formatIp(bytes);
}
