import { execFileSync } from "node:child_process";
import { Namespace } from "./namespace.ts";

/** Hosts on one bridge, by the names of their namespaces. */
export const hostNames = ["client", "director", "rs1", "rs2", "rs3"] as const;
export type HostName = (typeof hostNames)[number];

/**
 * What is the same for all: a client that reaches the network `direct` by itself, as servers do that answer it without the
 * director, and the networks `routed` of masquerading, whose answers have to pass the director.
 *
 * | host     | direct              | routed               | servers            |
 * |----------|---------------------|----------------------|--------------------|
 * | client   | 192.0.2.10          | 198.51.100.10        |                    |
 * | director | 192.0.2.1           | 198.51.100.1         | 10.0.0.1           |
 * | rsN      |                     | by 10.0.0.1          | 10.0.0.1N          |
 * | client   | 2001:db8:1::10      | 2001:db8:3::10       |                    |
 * | director | 2001:db8:1::1       | 2001:db8:3::1        | 2001:db8:2::1      |
 * | rsN      |                     | by 2001:db8:2::1     | 2001:db8:2::1N     |
 *
 * The real servers have the virtual addresses of `direct` on lo, without a word in ARP or neighbour discovery, and take
 * what comes through tunnels.
 */
const build = `
set -e
ip netns add switch
ip -n switch link add br0 type bridge mcast_snooping 0 forward_delay 0
ip -n switch link set br0 up
for host in client director rs1 rs2 rs3; do
  ip netns add $host
  ip link add eth0 netns $host type veth peer name $host netns switch
  ip -n switch link set $host master br0 up
  ip netns exec $host sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \\
    net.ipv4.conf.eth0.rp_filter=0 net.ipv6.conf.eth0.accept_dad=0 net.ipv6.conf.all.accept_redirects=0 \\
    net.ipv6.conf.eth0.accept_redirects=0 net.ipv4.conf.all.accept_redirects=0
  ip -n $host -b - <<end
link set lo up
link set eth0 up
end
done
ip -n client -b - <<end
address add 192.0.2.10/24 dev eth0
address add 198.51.100.10/24 dev eth0
address add 2001:db8:1::10/64 dev eth0 nodad
address add 2001:db8:3::10/64 dev eth0 nodad
end
ip -n director -b - <<end
address add 192.0.2.1/24 dev eth0
address add 198.51.100.1/24 dev eth0
address add 10.0.0.1/24 dev eth0
address add 2001:db8:1::1/64 dev eth0 nodad
address add 2001:db8:2::1/64 dev eth0 nodad
address add 2001:db8:3::1/64 dev eth0 nodad
end
# With one leg it must not tell the real servers of a shorter way to the client.
ip netns exec director sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \\
  net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0
for n in 1 2 3; do
  ip netns exec rs$n sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
  ip -n rs$n -b - <<end
address add 10.0.0.1$n/24 dev eth0
address add 2001:db8:2::1$n/64 dev eth0 nodad
address add 192.0.2.100/32 dev lo
address add 192.0.2.101/32 dev lo
address add 2001:db8:1::100/128 dev lo nodad
address add 2001:db8:1::101/128 dev lo nodad
route add 192.0.2.0/24 dev eth0
route add 2001:db8:1::/64 dev eth0
route add 198.51.100.0/24 via 10.0.0.1
route add 2001:db8:3::/64 via 2001:db8:2::1
link set tunl0 up
link set ip6tnl0 up
end
  ip netns exec rs$n sysctl -qw net.ipv4.conf.tunl0.rp_filter=0
done
# There is no iptables here.
ip netns exec director sh -ec '
  tc qdisc add dev eth0 clsact
  tc filter add dev eth0 ingress protocol ip flower dst_ip 198.51.100.102 action skbedit mark 7
  tc filter add dev eth0 ingress protocol ipv6 flower dst_ip 2001:db8:3::102 action skbedit mark 7
'
`;

const remove = "for host in switch client director rs1 rs2 rs3; do ip netns delete $host; done";

/** A client, a director and three real servers. */
export class BalancedNetwork implements Disposable {
  readonly #namespaces: ReadonlyMap<HostName, Namespace>;

  constructor() {
    // One shell: to start a process from here takes ten times as long.
    execFileSync("sh", ["-c", build], { stdio: "inherit" });
    this.#namespaces = new Map(hostNames.map((name) => [name, Namespace.named(name)]));
  }

  inside<T>(host: HostName, action: () => T): T {
    const namespace = this.#namespaces.get(host);
    if (namespace === undefined) throw new RangeError(`No host ${host}`);
    return namespace.inside(action);
  }

  [Symbol.dispose](): void {
    for (const it of this.#namespaces.values()) it[Symbol.dispose]();
    execFileSync("sh", ["-c", remove], { stdio: "inherit" });
  }
}
