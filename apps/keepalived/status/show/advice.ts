import type { FaultSnapshot, InstanceSnapshot, VrrpSnapshot } from "../snapshot/vrrp_snapshot.ts";

/** What mends what is wrong with an instance, one line for each thing. */
export function adviceFor(it: InstanceSnapshot, vrrp: VrrpSnapshot): readonly string[] {
  return [
    ...it.faults.map((fault) => cureOf(fault, it, vrrp)),
    ...(it.contested?.by === "rival"
      ? [
        "compare VRID, version, authentication and filters on both routers: one does not hear the other",
      ]
      : []),
  ];
}

/** Reasons that are always the same. */
const cures: Readonly<Record<string, (it: InstanceSnapshot) => string>> = {
  "interface-down": (it) =>
    `set the interface up ('ip link set ${
      it.interface ?? "DEV"
    } up') and look at its cable; with dont_track_primary it would not count`,
  "no-source-address": (it) =>
    `give ${
      it.interface ?? "the interface"
    } an IPv${it.family} address that is no virtual one, or name one with ${
      it.unicastPeers === undefined ? "mcast_src_ip" : "unicast_src_ip"
    }`,
  "source-address-missing": () =>
    "add the source address to an interface, or take track_src_ip out of the configuration",
  "no-socket": () => "the log says why the socket was refused",
  "no-hmac-key": () =>
    "make the file of the active key readable, with 32 to 64 bytes, and reload the configuration",
  "no-unicast-peer": () => "name a unicast peer, or take fault_without_peer out",
  "maintenance": () => "'keepalived maintenance off' ends it",
};

/** Reasons that name something: what comes before its name. */
const namedCures: Readonly<Record<string, (name: string, it: InstanceSnapshot) => string>> = {
  script: (name) => `run the command of vrrp_script ${name} as its user, and see why it fails`,
  file: (name) => `write a better number to track_file ${name}`,
  process: (name) => `see why there are not as many processes as vrrp_track_process ${name} wants`,
  interface: (name) => `set interface ${name} up and look at its cable`,
  bfd: (name) => `see why BFD session ${name} is down`,
  static: () => "put the static addresses, routes or rules of its track_group back",
};

function cureOf({ reason }: FaultSnapshot, it: InstanceSnapshot, vrrp: VrrpSnapshot): string {
  const cure = cures[reason];
  if (cure !== undefined) return cure(it);
  const [kind = "", ...words] = reason.split(" ");
  const name = words.join(" ");
  if (kind === "group") {
    const faulty = vrrp.groups.find((group) => group.name === name)?.faulty ?? [];
    return `mend what is wrong with ${
      faulty.join(", ") || "the others of the group"
    }: 'keepalived explain ${faulty[0] ?? "NAME"}'`;
  }
  return namedCures[kind]?.(name, it) ?? `the log says more about '${reason}'`;
}
