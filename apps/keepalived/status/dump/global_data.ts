import type { Fifo, GlobalConfig, ProcessConfig } from "@keepalived/keepalived-config";
import { enabled, head, script, type WhoRuns, yesNo } from "./words.ts";

/** The section that begins every `.data` file. @param who whoever runs scripts */
export function globalData(it: GlobalConfig, who: WhoRuns): readonly string[] {
  return [
    head("Global definitions"),
    ...[
      ...namesOf(it),
      ...mailOf(it),
      ...scriptsOf(it, who),
      `Checkers log all failures = ${it.lvs.logAllFailures}`,
      ...reloadOf(it),
      `Dynamic interfaces = ${it.dynamicInterfaces !== "no"}`,
      `Allow interface changes = ${it.dynamicInterfaces === "allow-changes"}`,
      `Default interface = ${it.defaultInterface}`,
      ...lvsOf(it),
      ...fifosOf(it, who),
      ...vrrpOf(it),
      ...schedulingOf(it),
      ...agentsOf(it),
      ...identityOf(it, who),
      ...buffersOf(it),
    ].map((line) => ` ${line}`),
  ];
}

function namesOf(it: GlobalConfig): readonly string[] {
  const { processes } = it;
  const name = (title: string, own: string | undefined, usual: string) => {
    const shown = own ?? (it.processNames ? usual : undefined);
    return shown === undefined ? [] : [`${title} process name = ${shown}`];
  };
  return [
    `Network namespace = ${it.netNamespace ?? "(default)"}`,
    `Network namespace ipvs = ${it.netNamespaceIpvs || "(main namespace)"}`,
    ...(it.instanceName === undefined ? [] : [`Instance name = ${it.instanceName}`]),
    ...(it.parentName === undefined ? [] : [`Parent process name = ${it.parentName}`]),
    ...name("VRRP", processes.vrrp.name, "keepalived_vrrp"),
    ...name("LVS", processes.checker.name, "keepalived_lvs"),
    ...name("BFD", processes.bfd.name, "keepalived_bfd"),
    `Router ID = ${it.routerId}`,
  ];
}

function mailOf({ smtp }: GlobalConfig): readonly string[] {
  const { server, heloName, from, recipients } = smtp;
  const unset = (value: boolean | undefined) =>
    value === undefined ? "unset" : value ? "on" : "off";
  return [
    ...(server === undefined
      ? []
      : [`Smtp server = ${server.host}`, `Smtp server port = ${server.port}`]),
    ...(heloName === undefined || server === undefined ? [] : [`Smtp HELO name = ${heloName}`]),
    ...(server === undefined
      ? []
      : [`Smtp server connection timeout = ${smtp.connectTimeoutUs / 1_000_000}`]),
    ...(from === undefined ? [] : [`Email notification from = ${from}`]),
    ...(recipients.length === 0
      ? []
      : ["Email notification to:", ...recipients.map((one) => `  ${one}`)]),
    `Default smtp_alert = ${unset(smtp.alert)}`,
    `Default smtp_alert_vrrp = ${unset(smtp.alertVrrp)}`,
    `Default smtp_alert_checker = ${unset(smtp.alertChecker)}`,
  ];
}

function scriptsOf({ scripts }: GlobalConfig, who: WhoRuns): readonly string[] {
  const { startup, shutdown } = scripts;
  const timeout = (us: number) => `timeout ${us / 1_000_000}`;
  return [
    ...(startup === undefined
      ? []
      : [`Startup script = ${script(startup, who)}, ${timeout(scripts.startupTimeoutUs)}`]),
    ...(shutdown === undefined
      ? []
      : [`Shutdown script = ${script(shutdown, who)} ${timeout(scripts.shutdownTimeoutUs)}`]),
  ];
}

function reloadOf({ reload }: GlobalConfig): readonly string[] {
  const { checkLog, timeFile } = reload;
  return [
    checkLog === undefined
      ? "No test config before reload"
      : `Test config before reload, log to ${checkLog}`,
    ...(timeFile === undefined
      ? []
      : [`Reload time file = ${timeFile}${reload.repeat ? ", repeat" : ""}`]),
  ];
}

function lvsOf({ lvs, disableLocalIgmp }: GlobalConfig): readonly string[] {
  const { timeoutsS: { tcp, tcpFin, udp }, syncDaemon } = lvs;
  const flushOnStop = {
    no: "disabled",
    all: "all",
    "virtual-services": "VS",
  }[lvs.flushOnStop];
  return [
    ...(tcp === undefined ? [] : [`LVS TCP timeout = ${tcp}`]),
    ...(tcpFin === undefined ? [] : [`LVS TCP FIN timeout = ${tcpFin}`]),
    ...(udp === undefined ? [] : [`LVS UDP timeout = ${udp}`]),
    `Disable local IGMP = ${yesNo(disableLocalIgmp)}`,
    ...(syncDaemon === undefined ? [] : syncDaemonOf(syncDaemon)),
    `LVS flush = ${lvs.flush}`,
    `LVS flush on stop = ${flushOnStop}`,
  ];
}

function syncDaemonOf(it: NonNullable<GlobalConfig["lvs"]["syncDaemon"]>): readonly string[] {
  const optional = (title: string, value: unknown) =>
    value === undefined ? [] : [`  ${title} = ${value}`];
  return [
    `LVS syncd interface = ${it.interface}`,
    ...optional("vrrp instance", it.instance),
    ...optional("syncid", it.id),
    ...optional("max len", it.maxLength),
    ...optional("mcast group", it.group),
    ...optional("mcast port", it.port),
    ...optional("mcast ttl", it.ttl),
  ];
}

function fifosOf({ fifos }: GlobalConfig, who: WhoRuns): readonly string[] {
  const one = (title: string, fifo: Fifo | undefined) => {
    if (fifo?.path === undefined) return [];
    const identity = who(fifo);
    const as = identity === undefined ? "" : `, uid:gid ${identity.uid}:${identity.gid}`;
    const reader = fifo.script;
    return [
      `${title} notify fifo = ${fifo.path}${as}`,
      ...(reader === undefined ? [] : [
        `${title} notify fifo script = ${
          script({ ...reader, argv: [...reader.argv, fifo.path] }, who)
        }`,
      ]),
    ];
  };
  return [
    ...one("Global", fifos.all),
    ...one("VRRP", fifos.vrrp),
    ...one("LVS", fifos.lvs),
    `FIFO write vrrp states on reload = ${fifos.writeStatesOnReload}`,
  ];
}

function vrrpOf({ vrrp, firewall }: GlobalConfig): readonly string[] {
  const { garp } = vrrp;
  const s = (us: number) => us / 1_000_000;
  return [
    `VRRP notify priority changes = ${vrrp.notifyPriorityChanges}`,
    `VRRP IPv4 mcast group = ${vrrp.multicastGroup4}`,
    `VRRP IPv6 mcast group = ${vrrp.multicastGroup6}`,
    `Gratuitous ARP delay = ${s(garp.delayUs)}`,
    `Gratuitous ARP repeat = ${garp.repeat}`,
    `Gratuitous ARP refresh timer = ${s(garp.refreshUs)}`,
    `Gratuitous ARP refresh repeat = ${garp.refreshRepeat}`,
    `Gratuitous ARP lower priority delay = ${s(garp.lowerPriorityDelayUs ?? garp.delayUs)}`,
    `Gratuitous ARP lower priority repeat = ${garp.lowerPriorityRepeat ?? garp.repeat}`,
    `Num adverts before down = ${vrrp.downTimerAdverts}`,
    `Gratuitous ARP for each secondary VMAC = ${s(garp.extraInterfaceUs)}s`,
    `Send advert after receive lower priority advert = ${!vrrp.lowerPriorityNoAdvert}`,
    `Send advert after receive higher priority advert = ${vrrp.higherPrioritySendAdvert}`,
    `Gratuitous ARP interval = ${s(garp.garpIntervalUs).toFixed(6)}`,
    `Gratuitous NA interval = ${s(garp.gnaIntervalUs).toFixed(6)}`,
    `VRRP default protocol version = ${vrrp.version}`,
    ...(firewall.nftables === undefined ? [] : [
      `nftables table name = ${firewall.nftables}`,
      `nftables base chain priority = ${firewall.nftablesPriority}`,
      `nftables ${firewall.nftablesIfindex ? "" : "don't "}force use ifindex for link local IPv6`,
    ]),
    `nftables with${firewall.nftablesCounters ? "" : "out"} counters`,
    `VRRP check unicast_src = ${vrrp.checkUnicastSource}`,
    `VRRP skip check advert addresses = ${vrrp.skipAddressCheck}`,
    `VRRP strict mode = ${vrrp.strict}`,
  ];
}

function schedulingOf(it: GlobalConfig): readonly string[] {
  const one = (title: string, process: ProcessConfig) => [
    `${title} process priority = ${process.nice}`,
    `${title} don't swap = ${process.noSwap}`,
    `${title} realtime priority = ${process.realTimePriority}`,
    ...(process.cpuAffinity.length === 0
      ? []
      : [`${title} CPU Affinity = ${process.cpuAffinity.join(" ")}`]),
    `${title} realtime limit = ${process.rlimitRttimeUs}`,
  ];
  return [
    `Max auto priority = ${it.maxAutoPriority}`,
    `Min auto priority delay = ${it.minAutoPriorityDelayUs} usecs`,
    ...one("VRRP", it.processes.vrrp),
    ...one("Checker", it.processes.checker),
    ...one("BFD", it.processes.bfd),
  ];
}

function agentsOf({ snmp, dbus }: GlobalConfig): readonly string[] {
  return [
    `SNMP vrrp ${enabled(snmp.vrrp)}`,
    `SNMP checker ${enabled(snmp.checker)}`,
    `SNMP RFCv2 ${enabled(snmp.rfc2787)}`,
    `SNMP RFCv3 ${enabled(snmp.rfc6527)}`,
    `SNMP traps ${enabled(snmp.traps)}`,
    `SNMP socket = ${snmp.socket ?? "default (unix:/var/agentx/master)"}`,
    `DBus ${enabled(dbus.enabled)}`,
    `DBus service name = ${dbus.enabled ? dbus.serviceName : ""}`,
  ];
}

function identityOf({ scripts }: GlobalConfig, who: WhoRuns): readonly string[] {
  const identity = who(scripts.user ?? {});
  return [
    `Script security ${enabled(scripts.security)}`,
    ...(identity === undefined ? [] : [`Default script uid:gid ${identity.uid}:${identity.gid}`]),
  ];
}

function buffersOf({ vrrp, lvs, smtp, umask }: GlobalConfig): readonly string[] {
  const buffers = [
    ["vrrp_netlink_cmd_rcv_bufs", vrrp.commandBuffer],
    ["vrrp_netlink_monitor_rcv_bufs", vrrp.monitorBuffer],
    ["process_monitor_rcv_bufs", vrrp.processMonitorBuffer],
    ["lvs_netlink_cmd_rcv_bufs", lvs.commandBuffer],
    ["lvs_netlink_monitor_rcv_bufs", lvs.monitorBuffer],
  ] as const;
  const { policy, multiplier } = vrrp.receiveBuffer;
  return [
    ...buffers.flatMap(([name, { bytes, force }]) => [
      `${name} = ${bytes}`,
      `${name}_force = ${Number(force)}`,
    ]),
    `rs_init_notifies = ${Number(lvs.realServerInitNotifies)}`,
    `no_checker_emails = ${Number(smtp.noCheckerMails)}`,
    ...(policy === undefined ? [] : [`rx_bufs_policy = ${policyWord(policy)}`]),
    `rx_bufs_multiples = ${multiplier}`,
    `umask = 0${umask.toString(8)}`,
    ...(vrrp.startupDelayUs === 0
      ? []
      : [`vrrp_startup_delay = ${vrrp.startupDelayUs / 1_000_000}`]),
  ];
}

function policyWord(policy: "mtu" | "advert" | number): string {
  return policy === "advert" ? "ADVERT" : policy === "mtu" ? "MTU" : String(policy);
}
