import { clip, type Report } from "@keepalived/conf-parser";
import { familyOf, type IpFamily } from "@keepalived/ip-address";
import { placeOf, type Statement } from "../bind.ts";
import { commandOf, defined, flagOf, last, numberOf, textOf } from "../body.ts";
import type { Checked } from "./checked.ts";
import { inherit, type Inherited } from "./inheritance.ts";
import type { Forwarding, RealServer, VirtualServer } from "../model_lvs.ts";
import { readCheckers } from "./checker.ts";
import { readForwarding } from "./forwarding.ts";
import type { ServiceGroup } from "./service_group.ts";

/** What the real servers and the sorry server of a virtual server need to know of it. */
export type Service = {
  readonly name: string;
  /** Of an address, of a firewall mark, or of a group. */
  readonly kind: "address" | "fwmark" | "group";
  /** Those with an address. */
  readonly members: ServiceGroup["addresses"];
  /** The first of them whose port is not that of the first one. */
  readonly otherPort: ServiceGroup["addresses"][number] | undefined;
  readonly family: IpFamily | "both";
  readonly protocol: VirtualServer["protocol"];
  readonly forwarding: Forwarding;
  readonly inherited: Inherited;
  readonly weight: number;
  readonly inhibitOnFailure: boolean;
  readonly smtpAlert: boolean;
} & Pick<Checked, "service" | "logAllFailures" | "files" | "sessions" | "report">;

/** `lvs_method` of a server, or that of its virtual server. */
export function forwardingOf(
  statement: Statement | undefined,
  owner: string,
  fallback: Forwarding,
  report: Report,
): Forwarding {
  return statement === undefined ? fallback : readForwarding(statement, owner, report) ?? fallback;
}

/** `[10.0.0.1]:tcp:80`; `none` for firewall marks. */
export function serverName(address: string, protocol: string | undefined, port: number): string {
  return `[${address}]:${protocol ?? "none"}:${port}`;
}

/** The port in the name of a server: in a group its own, also where IPVS uses that of each service. */
export function ownPortOf(configured: number, port: number, { kind }: Service): number {
  return kind === "group" && configured !== 0 ? configured : port;
}

/** Whether a server can serve: only tunnels cross between the families. */
export function familyFits(address: string, forwarding: Forwarding, service: Service): boolean {
  return forwarding.method === "tunnel" || service.family === familyOf(address);
}

/** One `real_server`, or undefined after a report if it cannot serve. */
export function readRealServer(statement: Statement, service: Service): RealServer | undefined {
  const { body, values, words } = statement;
  const { report } = service;
  const at = words[1]?.at ?? placeOf(statement);
  const address = String(values[0]);
  const forwarding = forwardingOf(
    last(body, "lvs_method"),
    "real server",
    service.forwarding,
    report,
  );
  if (!familyFits(address, forwarding, service)) {
    const message = `Address family of virtual server and real server ${address}` +
      " don't match - skipping real server.";
    report({ severity: "error", code: "family", message, at });
    return undefined;
  }
  const configured = typeof values[1] === "number" ? values[1] : 0;
  const port = resolvePort(statement, forwarding, service);
  const ownPort = ownPortOf(configured, port, service);
  const inherited = inherit(body, service.inherited);
  const checked: Checked = {
    name: serverName(address, service.protocol, ownPort),
    address,
    // What is checked is the port that stands in the file, even where IPVS uses that of the service.
    port: configured === 0 ? service.members[0]?.port ?? 0 : configured,
    inherited,
    service: service.service,
    logAllFailures: service.logAllFailures,
    files: service.files,
    sessions: service.sessions,
    report,
  };
  return {
    name: checked.name,
    address,
    port,
    ownPort,
    weight: numberOf(body, "weight") ?? service.weight,
    forwarding,
    ...readThresholds(statement, checked.name, report),
    inhibitOnFailure: flagOf(body, "inhibit_on_failure") ?? service.inhibitOnFailure,
    alpha: inherited.alpha,
    smtpAlert: flagOf(body, "smtp_alert") ?? service.smtpAlert,
    checkers: readCheckers(checked, body.order),
    ...defined({
      notifyUp: commandOf(body, "notify_up"),
      notifyDown: commandOf(body, "notify_down"),
      snmpName: textOf(body, "snmp_name"),
    }),
  };
}

/** The port that IPVS gets: only masquerading can change the port of the service. 0: that of each service. */
function resolvePort(
  { values, words }: Statement,
  forwarding: Forwarding,
  service: Service,
): number {
  const { kind, members, name, report } = service;
  const port = typeof values[1] === "number" ? values[1] : 0;
  const own = kind === "address" ? members[0]?.port ?? 0 : 0;
  if (port === 0 || forwarding.method === "masquerade") return port === 0 ? own : port;
  const server = serverName(String(values[0]), service.protocol, port);
  const say = (message: string) => {
    const at = words[2]?.at ?? words[0].at;
    report({ severity: "warning", code: "adjusted", message, at });
  };
  if (members.length === 0) {
    const what = kind === "group" ? "port will be ignored" : "clearing";
    say(
      `WARNING - fwmark virtual server ${name}, real server ${server} has port specified - ${what}`,
    );
    return 0;
  }
  const [first] = members;
  const other = first?.port === port ? service.otherPort : first;
  if (other === undefined) return own;
  if (kind === "address") {
    say(`WARNING - virtual server ${name} and real server ${server} ports don't match - resetting`);
  } else {
    const shown = other.first === other.last ? other.first : `${other.first}-${other.last}`;
    say(
      `virtual server ${name}:[${shown},${other.port}] and real server ${server} ports don't match`,
    );
  }
  return own;
}

/** IPVS refuses a lower threshold above the upper one. */
function readThresholds(
  { body }: Statement,
  name: string,
  report: Report,
): Pick<RealServer, "upperThreshold" | "lowerThreshold"> {
  const upperThreshold = numberOf(body, "uthreshold") ?? 0;
  const lowerThreshold = numberOf(body, "lthreshold") ?? 0;
  if (lowerThreshold <= upperThreshold) return { upperThreshold, lowerThreshold };
  const message = `Real server ${clip(name)}: lthreshold ${lowerThreshold} > uthreshold ` +
    `${upperThreshold}, which IPVS refuses - ignoring lthreshold`;
  const at = last(body, "lthreshold")?.words[0].at;
  if (at !== undefined) report({ severity: "warning", code: "contradiction", message, at });
  return { upperThreshold, lowerThreshold: 0 };
}
