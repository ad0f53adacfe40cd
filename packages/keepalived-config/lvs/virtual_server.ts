import { clip, type Report, type Span } from "@keepalived/conf-parser";
import { parseIp } from "@keepalived/ip-address";
import { type Body, placeOf, type Statement } from "../bind.ts";
import { commandOf, defined, flagOf, has, last, numberOf, textOf } from "../body.ts";
import { realServerIdentity } from "../difference/identity.ts";
import type { Config } from "../model.ts";
import type { GlobalConfig } from "../model_global.ts";
import type { Forwarding, RealServer, ServiceMember, VirtualServer } from "../model_lvs.ts";
import { resolveFamily } from "./family.ts";
import { type Identity, readIdentity } from "./identity.ts";
import { DELAY_LOOP_US, inherit } from "./inheritance.ts";
import { readPersistence } from "./persistence.ts";
import { resolveQuorum } from "./quorum.ts";
import { forwardingOf, readRealServer, type Service } from "./real_server.ts";
import { type Say, sayer } from "./say.ts";
import { readOnePacket, readScheduling } from "./scheduling.ts";
import { readServiceGroups, type ServiceGroups } from "./service_group.ts";
import { readSorryServer } from "./sorry_server.ts";

/** What the rest of the file says that virtual servers need. */
type Surroundings = Pick<Service, "files" | "sessions" | "report"> & {
  readonly global: GlobalConfig;
  readonly groups: ServiceGroups;
  /** How many virtual servers each group has so far. */
  readonly groupUses: Map<string, number>;
};

/** All `virtual_server` blocks that can serve, in the order of the file. */
export function resolveVirtualServers(
  root: Body,
  global: GlobalConfig,
  { trackFiles, bfdInstances }: Pick<Config, "trackFiles" | "bfdInstances">,
  report: Report,
): readonly VirtualServer[] {
  const around: Surroundings = {
    global,
    report,
    groups: readServiceGroups(root, report),
    groupUses: new Map(),
    files: new Map(trackFiles.map((file) => [file.name, file])),
    sessions: new Set(bfdInstances.map(({ name }) => name)),
  };
  return (root.statements.get("virtual_server") ?? [])
    .flatMap((statement) => resolveVirtualServer(statement, around) ?? []);
}

function resolveVirtualServer(
  statement: Statement,
  around: Surroundings,
): VirtualServer | undefined {
  const { body } = statement;
  const { global, report } = around;
  const at = statement.words[1]?.at ?? placeOf(statement);
  const say = sayer(body, at, report);
  const identity = readIdentity(statement, around, report);
  if (identity === undefined) return undefined;
  const protocol = readProtocol(body, identity, say);
  const name = identity.name(protocol);
  const scheduling = readScheduling(body, name, say, report);
  const forwarding = readMethod(body, name, say, report);
  const family = resolveFamily(body, identity, forwarding.method === "tunnel", name, say);
  if (family === undefined) return undefined;
  const service = serviceOf(body, { name, identity, protocol, forwarding, family, around });
  const realServers = readRealServers(body, service);
  const sorryServer = readSorryServer(body, service);
  if (realServers.length === 0) {
    const message = `Virtual server ${name} has no real servers - ignoring`;
    say("error", "no-real-server", message);
    return undefined;
  }
  const portless = identity.addresses.some(({ port }) => port === 0);
  const quorum = resolveQuorum(body, name, realServers, say);
  return {
    name,
    at,
    members: membersOf(identity, family === "both" ? 4 : family),
    ...scheduling,
    onePacket: readOnePacket(body, protocol, name, say),
    forwarding,
    delayLoopUs: service.service.delayLoopUs,
    ...readSuspend(body, identity, name, say, report),
    alpha: service.inherited.alpha,
    omega: has(body, "omega"),
    ...quorum,
    smtpAlert: flagOf(body, "smtp_alert") ?? alertOf(global) ?? false,
    ...defined({
      group: identity.group,
      protocol,
      family: family === "both" ? undefined : family,
      persistence: readPersistence(body, family, portless, name, say),
      quorumUp: commandOf(body, "quorum_up"),
      quorumDown: commandOf(body, "quorum_down"),
      snmpName: textOf(body, "snmp_name"),
      virtualHost: textOf(body, "virtualhost"),
      sorryServer,
    }),
    realServers,
  };
}

/** None for firewall marks; UDP if nothing is said. */
function readProtocol(body: Body, identity: Identity, say: Say): VirtualServer["protocol"] {
  const wanted = textOf(body, "protocol")?.toLowerCase() as VirtualServer["protocol"];
  const name = identity.name(undefined);
  if (identity.addresses.length === 0) {
    if (wanted !== undefined) {
      const message = "protocol specified for fwmark - protocol will be ignored";
      say("warning", "adjusted", `Warning: Virtual server ${name}: ${message}`, "protocol");
    }
    return undefined;
  }
  if (wanted === undefined && !body.dropped.has("protocol")) {
    const message = `Virtual server ${name}: no protocol set - defaulting to UDP`;
    say("warning", "defaulted", message, undefined, "add protocol TCP, UDP or SCTP");
  }
  return wanted ?? "udp";
}

function readMethod(body: Body, name: string, say: Say, report: Report): Forwarding {
  if (!has(body, "lvs_method") && !body.dropped.has("lvs_method")) {
    const message = `Virtual server ${name}: no forwarding method set, setting default NAT`;
    say("warning", "defaulted", message, undefined, "add lvs_method NAT, DR or TUN");
  }
  const fallback: Forwarding = { method: "masquerade" };
  return forwardingOf(last(body, "lvs_method"), "virtual server", fallback, report);
}

function serviceOf(
  body: Body,
  { name, identity, protocol, forwarding, family, around }: {
    readonly name: string;
    readonly identity: Identity;
    readonly around: Surroundings;
  } & Pick<Service, "protocol" | "forwarding" | "family">,
): Service {
  const { global, files, sessions, report } = around;
  const inherited = inherit(body, { alpha: false });
  return {
    name,
    kind: identity.kind,
    members: identity.addresses,
    otherPort: identity.addresses.find(({ port }) => port !== identity.addresses[0]?.port),
    family,
    protocol,
    forwarding,
    inherited,
    weight: numberOf(body, "weight") ?? 1,
    inhibitOnFailure: flagOf(body, "inhibit_on_failure") ?? false,
    smtpAlert: alertOf(global) ?? true,
    service: {
      delayLoopUs: inherited.delayLoopUs ?? DELAY_LOOP_US,
      virtualHost: inherited.virtualHost,
    },
    logAllFailures: global.lvs.logAllFailures,
    files,
    sessions,
    report,
  };
}

/** What `global_defs` says about mails of virtual and real servers. */
function alertOf(global: GlobalConfig): boolean | undefined {
  return global.smtp.alertChecker ?? global.smtp.alert;
}

/** The real servers; the second of two with the same address and port is reported and left out. */
function readRealServers(body: Body, service: Service): readonly RealServer[] {
  const servers: RealServer[] = [];
  const places = new Map<string, Span>();
  for (const statement of body.statements.get("real_server") ?? []) {
    const server = readRealServer(statement, service);
    if (server === undefined) continue;
    const at = statement.words[1]?.at ?? placeOf(statement);
    const identity = realServerIdentity(server);
    const first = places.get(identity);
    if (first === undefined) {
      places.set(identity, at);
      servers.push(server);
      continue;
    }
    const message = `VS ${service.name}: real server ${server.name} is duplicated` +
      " - removing second rs";
    const hint = `the first one is in line ${first.line}`;
    service.report({ severity: "error", code: "duplicate", message, at, hint });
  }
  return servers;
}

function membersOf({ addresses, marks }: Identity, family: 4 | 6): readonly ServiceMember[] {
  return [
    ...addresses,
    ...marks.map(({ mark, family: own = family }) => ({
      kind: "fwmark" as const,
      mark,
      family: own,
    })),
  ];
}

/** Without addresses of its own, a virtual server has to be told which ones to look for. */
function readSuspend(
  body: Body,
  identity: Identity,
  name: string,
  say: Say,
  report: Report,
): Pick<VirtualServer, "haSuspend" | "haSuspendAddresses"> {
  const statement = last(body, "ha_suspend");
  if (statement === undefined) return { haSuspend: false };
  const haSuspendAddresses = statement.words.slice(1).flatMap(({ text, at }) => {
    const address = parseIp(text);
    if (address !== undefined) return [address];
    const message = `Virtual server ${name}: ha_suspend address ${clip(text)} is not an IP address`;
    report({ severity: "error", code: "invalid-address", message: `${message} - ignoring`, at });
    return [];
  });
  if (haSuspendAddresses.length > 0) return { haSuspend: true, haSuspendAddresses };
  if (identity.addresses.length > 0) return { haSuspend: true };
  const message = "cannot use ha_suspend with fwmarks - clearing ha_suspend";
  const hint = "name the addresses that traffic comes to: ha_suspend IP...";
  say("warning", "adjusted", `Virtual server ${name}: ${message}`, "ha_suspend", hint);
  return { haSuspend: false };
}
