/** What `global_defs`, the keywords outside all blocks and the words of the parser need to be tried. */
import type { Ledger } from "./keyword_ledger.ts";

function instance(name: string, id: number): string {
  const address = `virtual_ipaddress {\n10.0.${id}.1\n}`;
  return `${name} {\ninterface eth0\nvirtual_router_id ${id}\n${address}\n}`;
}

/** Instances for what stands outside all blocks to name. */
const INSTANCES = `vrrp_instance ${instance("A", 7)}\nvrrp_instance ${instance("B", 8)}\n`;
const SERVER = "10.0.0.1 80 {\nreal_server 10.1.0.1 80 {\n}\n}";

function global(words: string): { block: string; statement: string } {
  return { block: "global_defs", statement: words };
}

function root(statement: string): { block: string; statement: string } {
  return { block: "root", statement };
}

export const CORE: Ledger = {
  blocks: ["root", "global_defs", "global_defs/notify_webhook"],
  file(block, statements) {
    if (block === "root") return `${statements}\n${INSTANCES}`;
    const isWebhook = block === "global_defs/notify_webhook";
    const inner = isWebhook ? `notify_webhook http://low/ {\n${statements}\n}` : statements;
    return `global_defs {\n${inner}\n}\n`;
  },
  samples: {
    smtp_tls: "starttls",
    smtp_verify_certificate: "off",
    notify_webhook: "https://low/hook {\n}",
    verify_certificate: "off",
    "root vrrp_instance": instance("C", 9),
    "root track_group": "G {\ngroup {\nA\n}\n}\nstatic_ipaddress {\n10.9.0.1 track_group G\n}",
    "root vrrp_sync_group": "G {\ngroup {\nA\nB\n}\n}",
    "root garp_group": "{\ngarp_interval 1\ninterfaces {\neth0\n}\n}",
    "root static_ipaddress": "{\n10.0.0.1\n}",
    "root virtual_server": SERVER,
    "root virtual_server_group": "G {\n10.0.0.1 80\n}",
    "root SSL": "{\npassword x\n}",
    "root global_defs": "{\nrouter_id x\n}",
    "root vrrp_script": "S {\nscript /bin/true\n}",
    "root vrrp_track_process": "P {\nprocess p\n}",
    "root track_file": "F {\nfile /tmp/f\n}",
    "root vrrp_track_file": "F {\nfile /tmp/f\n}",
    "root bfd_instance": "B {\nneighbor_ip 10.0.0.2\nsource_ip 10.0.0.1\n}",
    "root interface_up_down_delays": "{\neth0 1 2\n}",
    "root linkbeat_interfaces": "{\neth0 MII\n}",
    "root static_routes": "{\n10.1.0.0/24 dev eth0\n}",
    "root static_rules": "{\nfrom 10.1.0.0/24 table 5 priority 9\n}",
    notification_email: "{\na@b\n}",
    vrrp_version: "3",
    vrrp_cpu_affinity: "0 1",
    checker_cpu_affinity: "0 1",
    bfd_cpu_affinity: "0 1",
    vrrp_rx_bufs_policy: "MTU",
    umask: "IWGRP | IWOTH",
    include_check: "+read -match",
    lvs_timeouts: "tcp 1 tcpfin 2 udp 3",
    lvs_sync_daemon: "eth0 id 1 maxlen 100 port 5 ttl 6 group 224.0.0.9",
  },
  defaults: {},
  silent: {
    "root virtual_server_group": "its members are those of the virtual servers that name it",
    include_check: "the parser acts on it",
  },
  ranges: [
    {
      block: "global_defs",
      statement: "umask {}",
      low: "0",
      below: "-1",
      high: "0777",
      above: "01000",
    },
    ...["1 {}", "{} 1"].map((line) => ({
      block: "root",
      statement: `interface_up_down_delays {\neth0 ${line}\n}`,
      low: "0",
      below: "-1",
      high: "255",
      above: "255.000001",
    })),
    ...["vrrp", "checker", "bfd"].map((name) => ({
      block: "global_defs",
      statement: `${name}_cpu_affinity {}`,
      low: "0",
      below: "-1",
    })),
    { block: "root", statement: "virtual_server fwmark {} {\n}", low: "1", below: "0" },
    ...["tcp", "tcpfin", "udp"].map((name) => ({
      block: "global_defs",
      statement: `lvs_timeouts ${name} {}`,
      low: "1",
      below: "0",
      high: "2678400",
      above: "2678401",
    })),
    ...([["id", 0, 255], ["maxlen", 1, 65507], ["port", 1, 65535], ["ttl", 1, 255]] as const)
      .map(([name, low, high]) => ({
        block: "global_defs",
        statement: `lvs_sync_daemon eth0 ${name} {}`,
        low: String(low),
        below: String(low - 1),
        high: String(high),
        above: String(high + 1),
      })),
  ],
  prose: {
    "root net_namespace": "the host's",
    "root net_namespace_ipvs": "it is optional",
    disable_local_igmp: "the kernel's",
    vrrp_ipsets: "the firewall's",
    vrrp_rx_bufs_policy: "mistakes_test.ts",
    vmac_prefix: "the kernel's",
  },
  words: {
    "global_defs/lvs_timeouts": global("lvs_timeouts {} 5"),
    "global_defs/lvs_sync_daemon": global("lvs_sync_daemon eth0 A {} 5"),
    "global_defs/vrrp_rx_bufs_policy": global("vrrp_rx_bufs_policy {}"),
    "global_defs/include_check": global("include_check {}"),
    "global_defs/dynamic_interfaces": global("dynamic_interfaces {}"),
    "global_defs/lvs_sync_daemon group": global("lvs_sync_daemon eth0 group 224.0.0.9"),
    "global_defs/lvs_flush_on_stop": global("lvs_flush_on_stop {}"),
    "language include": root("include nosuch*.conf"),
    "language includem": root("includem nosuch*.conf"),
    ...Object.fromEntries(
      Object.entries({
        includer: "includer a.inc",
        includew: "includew a*.inc",
        includeb: "includeb {a}.inc",
        includea: "includea a.inc",
        "$NAME=": "$X=child_wait_time 7",
        "$NAME / ${NAME}": "$X=7\nchild_wait_time $X\nchild_wait_time ${X}",
        "${_PWD}": "instance ${_PWD}",
        "${_INSTANCE}": "instance ${_INSTANCE}",
        "${_RANDOM [MIN [MAX]]}": "child_wait_time ${_RANDOM 1 7}",
        "${_ENV NAME}": "instance x${_ENV NAME}",
        "${_HASH}": "instance ${_HASH}",
        "${_BANG}": "instance ${_BANG}",
        "~SEQ(VAR, [START,[STEP,]] END)": "~SEQ(N, 1, 2, 5) child_wait_time $N",
        "~SEQx(..)": "~SEQx(N, 1, 9) child_wait_time $N",
        "~LST(VAR|{V1,V2}, VALUE|{..} ...)": "~LST(N, 1, 2) child_wait_time $N",
        "@ID": "@nosuch nosuch_keyword",
        "@^ID": "@^nosuch child_wait_time 7",
        "#": "# nosuch_keyword",
        "!": "! nosuch_keyword",
        "\\": "child_wait_time \\\n7",
      }).map(([word, line]) => [`language ${word}`, root(line)]),
    ),
  },
};
