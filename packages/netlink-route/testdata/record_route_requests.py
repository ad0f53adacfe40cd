"""Records the message that `ip` sends for a command about routes or rules, with strace.

unshare -n python3 record_route_requests.py > route_requests.json

A kernel without a feature refuses its command, which does not change what was sent.
"""

import json
import re
import subprocess

COMMANDS = """
ip route add 10.0.0.0/8 via 192.0.2.254 dev vb proto 18
ip route prepend default via 192.0.2.254 dev vb metric 5 proto 18
ip route append 10.0.0.0/8 via 192.0.2.253 dev vb table 1000 proto 18
ip route replace 10.0.0.0/8 dev vb src 192.0.2.1 proto 18
ip route delete 10.0.0.0/8 via 192.0.2.254 dev vb proto 18
ip route add blackhole 10.1.0.0/16 proto 18
ip route add unreachable 10.1.0.0/16 metric 7 proto 18
ip route add prohibit 10.1.0.0/16 table 7 proto 18
ip route add throw 10.1.0.0/16 tos 0x10 proto 18
ip route add local 10.1.0.1/32 dev vb proto 18
ip route add broadcast 10.1.255.255/32 dev vb proto 18
ip route add 10.2.0.0/16 via 192.0.2.254 dev vb onlink proto 18
ip route add 10.2.0.0/16 via 192.0.2.254 dev vb mtu lock 1400 advmss 1300 rtt 100ms rttvar 50ms rto_min 200ms proto 18
ip route add 10.2.0.0/16 via 192.0.2.254 dev vb hoplimit 9 window 4000 cwnd lock 8 ssthresh 9 initcwnd 10 initrwnd 11 reordering 5 quickack 1 fastopen_no_cookie 1 features ecn congctl cubic proto 18
ip route add 10.2.0.0/16 via 192.0.2.254 dev vb realms 3/4 proto 18
ip route add 10.2.0.0/16 via inet6 fe80::1 dev vb proto 18
ip route add 10.3.0.0/16 proto 18 nexthop via 192.0.2.252 dev vb weight 2 nexthop via 192.0.2.253 dev vb weight 256 onlink
ip route add 10.3.0.0/16 proto 18 nexthop encap mpls 100 via 192.0.2.252 dev vb nexthop via inet6 fe80::1 dev vb realms 7
ip route add 10.4.0.0/16 encap ip id 7 dst 192.0.2.9 src 192.0.2.1 ttl 64 tos 16 via 192.0.2.254 dev vb proto 18
ip route add 10.4.0.0/16 encap mpls 100/200/1048575 via 192.0.2.254 dev vb proto 18
ip route add 10.4.0.0/16 via 192.0.2.254 dev vb ttl-propagate disabled proto 18
ip -6 route add 2001:db8:1::/48 via fe80::1 dev vb metric 100 pref high expires 300 proto 18
ip -6 route add 2001:db8:1::/48 from 2001:db8:2::/48 via fe80::1 dev vb proto 18
ip -6 route add 2001:db8:1::/48 encap ip6 id 7 dst 2001:db8::9 hoplimit 64 tc 16 via fe80::1 dev vb proto 18
ip -6 route add 2001:db8:1::/48 encap ila 2001:0:87:0 via fe80::1 dev vb proto 18
ip -6 route add 2001:db8:9::/48 proto 18 nexthop via fe80::1 dev vb weight 1 nexthop via fe80::2 dev vb weight 2
ip rule add from 192.0.2.0/24 table 100 preference 5 protocol 18
ip rule add not to 10.0.0.0/8 tos 0x10 table 1000 preference 5 protocol 18
ip rule add fwmark 0x3/0xff iif vb oif lo table main preference 5 protocol 18
ip rule add fwmark 0x3 goto 200 preference 5 protocol 18
ip rule add uidrange 10-20 blackhole preference 5 protocol 18
ip rule add ipproto tcp sport 10-20 dport 443 prohibit preference 5 protocol 18
ip rule add tun_id 77 unreachable preference 5 protocol 18
ip rule add table main suppress_prefixlength 0 suppress_ifgroup 4 preference 5 protocol 18
ip rule add l3mdev preference 5 protocol 18
ip rule add realms 3/4 table 7 preference 5 protocol 18
ip rule add nop preference 5 protocol 18
ip -6 rule add from 2001:db8::/32 to 2001:db8:1::/48 table 7 preference 5 protocol 18
ip rule delete from 192.0.2.0/24 table 100 preference 5 protocol 18
"""


def last_message(command):
    strace = ["strace", "-e", "trace=sendmsg,sendto", "-e", "write=all", *command.split()]
    trace = subprocess.run(strace, capture_output=True, text=True).stderr
    message = ""
    for line in trace.splitlines():
        if re.match(r"send(msg|to)\(", line):
            message = ""
        elif found := re.match(r" \| [0-9a-f]{5}  (.{49})", line):
            message += found.group(1).replace(" ", "")
    return message


subprocess.run("ip link add va type veth peer name vb".split(), check=True)
index = json.loads(subprocess.check_output("ip -json link show dev vb".split()))[0]["ifindex"]
requests = [{"command": c, "message": last_message(c)} for c in COMMANDS.strip().splitlines()]
version = subprocess.run(["ip", "-V"], check=True, capture_output=True, text=True).stdout.strip()
print(json.dumps({"version": version, "index": index, "requests": requests}, indent=1))
