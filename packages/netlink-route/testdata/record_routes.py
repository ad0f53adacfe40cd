"""Records what the kernel tells of routes and rules, with the `ip` command that caused it.

unshare -n python3 record_routes.py > routes.json
"""

import json
import platform
import socket
import struct
import subprocess

ROUTE4, RULE4, ROUTE6, RULE6 = 7, 8, 11, 19
SOL_NETLINK, NETLINK_ADD_MEMBERSHIP = 270, 1


def run(command):
    return subprocess.run(command.split(), check=True, capture_output=True, text=True).stdout


def read_all(s):
    datagrams = []
    while True:
        try:
            datagrams.append(s.recv(65536).hex())
        except socket.timeout:
            return datagrams


def notifications(command):
    run(command)
    return {"command": command, "datagrams": read_all(monitor)}


def is_last(datagram):
    """Whether one of its messages is NLMSG_DONE, which may follow entries."""
    at = 0
    while at < len(datagram):
        length, kind = struct.unpack_from("=IH", datagram, at)
        if kind == 3:
            return True
        at += (length + 3) & ~3
    return False


def dump(kind, family, *commands):
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as s:
        s.send(struct.pack("=IHHII", 28, kind, 0x301, 7, 0) + bytes([family]) + bytes(11))
        datagrams = []
        while True:
            datagram = s.recv(65536)
            datagrams.append(datagram.hex())
            if is_last(datagram):
                listed = [entry for c in commands for entry in json.loads(run(c))]
                return {"command": commands[0], "datagrams": datagrams, "json": listed}


for line in """
ip link set lo up
ip link add va type veth peer name vb
ip link set va addrgenmode none up
ip link set vb addrgenmode none up
ip address add 192.0.2.1/24 dev vb
ip -6 address add 2001:db8::1/64 dev vb nodad
""".strip().splitlines():
    run(line)

monitor = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
monitor.bind((0, 0))
for group in (ROUTE4, RULE4, ROUTE6, RULE6):
    monitor.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
monitor.settimeout(0.15)
read_all(monitor)

SETUP = """
ip route add 10.0.0.0/8 via 192.0.2.254 dev vb proto 18
ip route add 10.1.0.0/16 dev vb table 1000 src 192.0.2.1 metric 7
ip route add 10.2.0.0/16 via 192.0.2.254 onlink dev vb mtu lock 1400 rtt 100ms rttvar 50ms rto_min 200ms features ecn congctl cubic realms 3/4
ip route add 10.3.0.0/16 nexthop via 192.0.2.252 weight 2 nexthop via 192.0.2.253 dev vb weight 3
ip route add 10.4.0.0/16 encap ip id 7 dst 192.0.2.9 ttl 64 via 192.0.2.254 dev vb
ip route add 10.5.0.0/16 via inet6 fe80::1 dev vb
ip route add blackhole 10.6.0.0/16 tos 0x10
ip -6 route add 2001:db8:1::/48 via fe80::1 dev vb metric 100 pref high expires 300 proto 18
ip -6 route add 2001:db8:2::/48 nexthop via fe80::1 dev vb nexthop via fe80::2 dev vb
ip -6 route add 2001:db8:3::/48 from 2001:db8::/64 via 2001:db8::fe
ip rule add from 192.0.2.0/24 table 1000 preference 5 protocol 18
ip rule add not fwmark 0x3/0xff iif vb oif lo goto 32766 preference 6
ip rule add uidrange 10-20 ipproto tcp sport 10-20 dport 443 blackhole preference 7
ip rule add table main suppress_prefixlength 0 suppress_ifgroup 4 tun_id 77 preference 8
ip rule add realms 3/4 to 10.0.0.0/8 tos 0x10 table 7 preference 9
ip -6 rule add l3mdev preference 5 protocol 18
ip -6 rule add from 2001:db8::/32 table 1000 preference 6
"""
TEARDOWN = """
ip route delete 10.0.0.0/8
ip route replace 10.1.0.0/16 dev lo table 1000 metric 7
ip -6 route delete 2001:db8:2::/48 via fe80::1 dev vb
ip rule delete preference 5
ip link set vb down
"""

recorded = [notifications(command) for command in SETUP.strip().splitlines()]
dumps = [
    dump(26, 2, "ip -4 -details -json route show table all"),
    dump(26, 10, "ip -6 -details -json route show table all"),
    dump(34, 2, "ip -4 -details -json rule show"),
    dump(34, 10, "ip -6 -details -json rule show"),
]
recorded += [notifications(command) for command in TEARDOWN.strip().splitlines()]
kernel = platform.release().split("-")[0]
index = json.loads(run("ip -json link show dev vb"))[0]["ifindex"]
print(json.dumps({"kernel": kernel, "index": index, "notifications": recorded, "dumps": dumps}, indent=1))
