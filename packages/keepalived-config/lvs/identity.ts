import { clip, type Report } from "@keepalived/conf-parser";
import { parseIp } from "@keepalived/ip-address";
import { placeOf, type Statement } from "../bind.ts";
import type { Service } from "./real_server.ts";
import type { ServiceGroup, ServiceGroups } from "./service_group.ts";
import { readValue } from "../value.ts";

/** What a `virtual_server` serves, and as what messages name it. */
export type Identity = ServiceGroup & {
  readonly kind: Service["kind"];
  /** `[10.0.0.1]:tcp:80`, `FWM 5`, `[GROUP]:0` of the first on a group; before the protocol is known it is `none`. */
  readonly name: (protocol: string | undefined) => string;
  readonly group?: string;
};

/** `IP [PORT]`, `fwmark N` or `group NAME`; undefined after a report. */
export function readIdentity(
  statement: Statement,
  { groups, groupUses }: {
    readonly groups: ServiceGroups;
    /** How many virtual servers each group has so far. */
    readonly groupUses: Map<string, number>;
  },
  report: Report,
): Identity | undefined {
  const [, first, second] = statement.words;
  const refuse = (code: string, message: string): undefined => {
    const hint = "write virtual_server IP [PORT], fwmark N or group NAME";
    const at = (second ?? first)?.at ?? placeOf(statement);
    report({ severity: "error", code, message, at, hint });
  };
  const kind = first?.text ?? "";
  const text = second?.text;
  if (kind === "fwmark" || kind === "group") {
    if (text === undefined) {
      return refuse("missing-value", `virtual server ${kind} without a value - ignoring`);
    }
    if (kind === "fwmark") {
      const read = readValue({ kind: "integer", min: 1, max: 4294967295 }, text);
      if (read.ok) return ofMark(Number(read.value));
      const message = `virtual server fwmark '${clip(text)}' must be in [1, 4294967295] - ignoring`;
      return refuse(read.code, `${message}: ${read.message}`);
    }
    const group = groups.get(text);
    if (group !== undefined) {
      const uses = groupUses.get(text) ?? 0;
      groupUses.set(text, uses + 1);
      return ofGroup(text, group, uses);
    }
    if (groups.has(text)) return undefined;
    const message = `Virtual server group ${clip(text)} specified but not configured` +
      ` - ignoring virtual server [${clip(text)}]:0`;
    return refuse("unknown-name", message);
  }
  const address = parseIp(kind.replace(/\/[0-9]{1,3}$/, ""));
  if (address === undefined) {
    return refuse("invalid-address", `Invalid virtual server IP address ${clip(kind)} - skipping`);
  }
  const read = readValue({ kind: "integer", min: 0, max: 65535 }, text ?? "0");
  if (read.ok) return ofAddress(address, Number(read.value));
  const message = `Invalid virtual server IP address/port ${clip(kind)}/${clip(text ?? "")}`;
  return refuse(read.code, `${message} - skipping: ${read.message}`);
}

function ofMark(mark: number): Identity {
  const marks = [{ mark, family: undefined }];
  return { kind: "fwmark", name: () => `FWM ${mark}`, addresses: [], marks };
}

function ofGroup(name: string, group: ServiceGroup, number: number): Identity {
  return { kind: "group", name: () => `[${name}]:${number}`, group: name, ...group };
}

function ofAddress(address: string, port: number): Identity {
  return {
    kind: "address",
    name: (protocol) => `[${address}]:${protocol ?? "none"}:${port}`,
    addresses: [{ kind: "addresses", first: address, last: address, port }],
    marks: [],
  };
}
