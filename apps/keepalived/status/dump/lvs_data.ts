import type {
  Command,
  Config,
  Forwarding,
  RealServer,
  ServiceMember,
  VirtualServer,
} from "@keepalived/keepalived-config";
import type {
  CheckSnapshot,
  RealServerSnapshot,
  VirtualServerSnapshot,
} from "../snapshot/check_snapshot.ts";
import { enabled, head, onOff, script, weightWords, type WhoRuns, yesNo } from "./words.ts";

/** What `keepalived_check.data` is made of. */
export type CheckDump = {
  readonly config: Config;
  readonly check: CheckSnapshot;
  readonly who: WhoRuns;
};

/** The section `LVS Topology`. */
export function lvsData({ config, check, who }: CheckDump): readonly string[] {
  const groups = config.virtualServers.filter(({ group }) => group !== undefined);
  return [
    head("LVS Topology"),
    ...(groups.length === 0 ? [] : [` ${head("Virtual server group")}`]),
    ...groups.flatMap((it) => groupData(it)),
    ` ${head("Virtual server")}`,
    ...config.virtualServers.flatMap((it, i) => {
      const now = check.virtualServers.find(({ name }) => name === it.name);
      const again = i === 0 ? [] : [` ${head("Virtual server")}`];
      return now === undefined ? [] : [...again, ...virtualServerData(it, now, who)];
    }),
  ];
}

function groupData({ group, members }: VirtualServer): readonly string[] {
  const has = (family: 4 | 6) =>
    yesNo(
      members.some((it) =>
        (it.kind === "fwmark" ? it.family : it.first.includes(":") ? 6 : 4) === family
      ),
    );
  return [
    ` Virtual Server Group = ${group}, IPv4 = ${has(4)}, IPv6 = ${has(6)}`,
    ...members.map((it) => `   ${memberWords(it)}`),
  ];
}

function memberWords(it: ServiceMember): string {
  if (it.kind === "fwmark") return `FWMARK = ${it.mark}`;
  const { first, last, port } = it;
  return first === last
    ? `VIP = ${first}, VPORT = ${port}`
    : `VIP Range = ${first}-${last}, VPORT = ${port}`;
}

function virtualServerData(
  it: VirtualServer,
  now: VirtualServerSnapshot,
  who: WhoRuns,
): readonly string[] {
  const { persistence, sorryServer } = it;
  return [
    ` VS ${placeOf(it)}`,
    ...[
      ...(it.virtualHost === undefined ? [] : [`VirtualHost = ${it.virtualHost}`]),
      ...(it.family === undefined ? [] : [`Address family = inet${it.family === 6 ? "6" : ""}`]),
      `delay_loop = ${(it.delayLoopUs / 1_000_000).toFixed(6)}`,
      `lvs_sched = ${it.scheduler}`,
      ...flagsOf(it),
      `One packet scheduling = ${enabled(it.onePacket)}`,
      ...(persistence === undefined ? [] : [
        ...(persistence.engine === undefined ? [] : [`persistence engine = ${persistence.engine}`]),
        `persistence timeout = ${persistence.timeoutUs / 1_000_000}`,
        ...(persistence.granularity === undefined
          ? []
          : [`persistence granularity = ${persistence.granularity}`]),
      ]),
      `protocol = ${it.protocol?.toUpperCase() ?? "none"}`,
      `alpha is ${onOff(it.alpha)}`,
      `omega is ${onOff(it.omega)}`,
      `quorum = ${it.quorum}, hysteresis = ${it.hysteresis}`,
      ...commandLine("Quorum up", it.quorumUp, who),
      ...commandLine("Quorum down", it.quorumDown, who),
      ...(it.haSuspend ? ["Using HA suspend"] : []),
      `Using smtp notification = ${yesNo(it.smtpAlert)}`,
      `default forwarding method = ${forwardingWords(it.forwarding)}`,
      ...(sorryServer === undefined ? [] : [
        `sorry server = ${sorryServer.name}`,
        `  forwarding method = ${forwardingWords(sorryServer.forwarding)}`,
        `  Inhibit on failure is ${onOff(sorryServer.inhibit)}`,
      ]),
      `alive = ${Number(now.counts.up > 0)}`,
      `quorum_state_up = ${Number(now.up)}`,
      ...it.realServers.flatMap((server, i) => realServerData(server, now.servers[i], who)),
    ].map((line) => `   ${line}`),
  ];
}

function placeOf({ group, name, members }: VirtualServer): string {
  if (group !== undefined) return `GROUP = ${name}`;
  const [first] = members;
  return first === undefined
    ? name
    : first.kind === "fwmark"
    ? `FWMARK = ${first.mark}`
    : `VIP = ${first.first}, VPORT = ${first.port}`;
}

/** The numbered flags have names with some schedulers. */
function flagsOf({ scheduler, schedulerFlags }: VirtualServer): readonly string[] {
  const has = (flag: 1 | 2 | 3) => enabled(schedulerFlags.includes(flag));
  return scheduler === "sh" || scheduler === "mh"
    ? [`${scheduler}-port = ${has(2)}`, `${scheduler}-fallback = ${has(1)}`]
    : ([1, 2, 3] as const).map((flag) => `flag-${flag} = ${has(flag)}`);
}

function forwardingWords(it: Forwarding): string {
  switch (it.method) {
    case "masquerade":
      return "NAT";
    case "direct-route":
      return "DR";
    case "tunnel": {
      const { type, port } = it.tunnel;
      return `TUN, type = ${type.toUpperCase()}${port === undefined ? "" : `, port = ${port}`}`;
    }
  }
}

function commandLine(
  title: string,
  command: Command | undefined,
  who: WhoRuns,
): readonly string[] {
  return command === undefined ? [] : [`${title} notify script = ${script(command, who)}`];
}

function realServerData(
  it: RealServer,
  now: RealServerSnapshot | undefined,
  who: WhoRuns,
): readonly string[] {
  if (now === undefined) return [];
  const { effective } = now.weight;
  const files = it.checkers.flatMap((checker) => checker.kind === "file" ? [checker] : []);
  return [
    head("Real server"),
    `RIP = ${it.address}, RPORT = ${it.ownPort}, WEIGHT = ${effective} EFF WEIGHT = ${effective}`,
    `forwarding method = ${forwardingWords(it.forwarding)}`,
    `Alpha is ${onOff(it.alpha)}`,
    `connection limit range = ${it.lowerThreshold} -> ${it.upperThreshold}`,
    `Inhibit on failure is ${onOff(it.inhibitOnFailure)}`,
    ...commandLine("  RS up", it.notifyUp, who),
    ...commandLine("  RS down", it.notifyDown, who),
    `Using smtp notification = ${yesNo(it.smtpAlert)}`,
    `initial weight = ${it.weight}`,
    `effective weight = ${effective}`,
    `alive = ${Number(now.up)}`,
    `num failed checkers = ${now.checkers.filter(({ up }) => !up).length}`,
    ...(files.length === 0 ? [] : ["Tracked Files"]),
    ...files.map((checker) => `  ${checker.trackFile}, ${weightWords(checker)}`),
  ];
}
