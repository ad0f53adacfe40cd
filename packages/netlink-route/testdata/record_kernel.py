"""Records what the kernel tells of links and addresses, with the `ip` command that caused it.

unshare -n python3 record_kernel.py > kernel.json
"""

import json
import platform
import socket
import struct
import subprocess
import time

RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR = 1, 0x10, 0x100


def run(command):
    return subprocess.run(command.split(), check=True, capture_output=True, text=True).stdout


monitor = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
monitor.bind((0, RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR))
monitor.settimeout(0.15)


def notifications(command):
    run(command)
    datagrams = []
    while True:
        try:
            datagrams.append(monitor.recv(65536).hex())
        except socket.timeout:
            return {"command": command, "datagrams": datagrams}


def dump(kind, body, command):
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as s:
        s.send(struct.pack("=IHHII", 16 + len(body), kind, 0x301, 7, 0) + body)
        datagrams = []
        while True:
            datagram = s.recv(65536)
            datagrams.append(datagram.hex())
            if struct.unpack_from("=H", datagram, 4)[0] == 3:
                return {"command": command, "datagrams": datagrams, "json": json.loads(run(command))}


SETUP = """
ip link set lo up
ip link add br0 address 02:00:00:00:00:10 type bridge
ip link add va address 02:00:00:00:00:01 type veth peer name vb address 02:00:00:00:00:02
ip link set va master br0
ip link set va up
ip link set vb up
ip link add link vb name vrrp.51 address 00:00:5e:00:01:33 type macvlan mode private
ip link set vrrp.51 up
ip address add 192.0.2.1/24 broadcast 192.0.2.255 label vb:vip dev vb
ip address add 192.0.2.2/24 dev vb
ip address add 198.51.100.1 peer 198.51.100.2/32 scope link dev vb
ip address add 203.0.113.9/32 noprefixroute valid_lft 3000 preferred_lft 1000 dev vb
ip address add 2001:db8::1/64 nodad dev vb
ip address add 2001:db8::2/128 preferred_lft 0 nodad dev vb
ip address add 2001:db8:1::1 peer 2001:db8:1::2/128 nodad dev vb
ip address add 2001:db8::3/64 dev vb
"""
TEARDOWN = """
ip address delete 192.0.2.1/24 dev vb
ip link set va nomaster
ip link delete vrrp.51
ip link delete va
"""

recorded = [notifications(command) for command in SETUP.strip().splitlines()]
time.sleep(2.5)  # until no address is tentative
while True:
    try:
        monitor.recv(65536)
    except socket.timeout:
        break
dumps = [
    dump(18, bytes(16), "ip -details -json link show"),
    dump(22, bytes(8), "ip -json address show"),
]
recorded += [notifications(command) for command in TEARDOWN.strip().splitlines()]
kernel = platform.release().split("-")[0]
print(json.dumps({"kernel": kernel, "notifications": recorded, "dumps": dumps}, indent=1))
