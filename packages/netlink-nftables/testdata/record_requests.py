"""Records the messages that `nft` sends for a command, with strace, and what the kernel then lists.

unshare -n python3 record_requests.py > requests.json
"""

import json
import re
import subprocess

COMMANDS = """
add table ip kt
add table ip6 kt
add chain ip kt in { type filter hook input priority -1 ; policy accept ; }
add chain ip kt out { type filter hook output priority 300 ; policy drop ; }
add chain ip6 kt out { type filter hook output priority -1 ; policy accept ; }
add chain ip6 kt in { type filter hook input priority -1 ; policy accept ; }
add chain ip6 kt aside
add set ip kt vips { type ipv4_addr ; }
add set ip6 kt vips { type ipv6_addr ; }
add set ip6 kt names { type ifname ; }
add set ip6 kt types { type icmpv6_type ; flags constant ; elements = { 135, 136 } ; }
add set ip6 kt named { type ipv6_addr . ifname ; }
add set ip6 kt indexed { type ipv6_addr . iface_index ; }
add map ip kt bases { type ifname : iface_index ; }
add map ip6 kt bases { type ifname : iface_index ; }
add map ip kt tcp_map { type ipv4_addr . inet_service : mark ; }
add map ip kt all_map { type ipv4_addr : mark ; }
add map ip6 kt udp_map { type ipv6_addr . inet_service : mark ; }
add element ip kt vips { 192.0.2.100, 192.0.2.101 }
add element ip6 kt named { fe80::100 . "lo" }
add element ip6 kt indexed { fe80::100 . 1 }
add element ip kt bases { "vrrp.51" : 1 }
add element ip kt tcp_map { 192.0.2.1 . 80 : 1000 }
add element ip6 kt udp_map { 2001:db8::1 . 53 : 1001 }
delete element ip kt vips { 192.0.2.101 }
add rule ip kt in ip daddr @vips drop
add rule ip kt out ip saddr @vips counter drop
add rule ip kt out ip protocol 2 dup to ip daddr device oifname map @bases drop
add rule ip6 kt in icmpv6 type @types accept
add rule ip6 kt in ip6 daddr fe80::/10 goto aside
add rule ip6 kt out icmpv6 type 133 oifname @names drop
add rule ip6 kt out ip6 saddr . oifname != @named jump aside
add rule ip kt out meta mark set ip daddr . tcp dport map @tcp_map
add rule ip kt out meta l4proto 6 meta mark set ip daddr map @all_map
add rule ip6 kt out counter meta mark set ip6 daddr . udp dport map @udp_map
add rule ip6 kt aside ip6 daddr . iif @indexed return
flush chain ip6 kt aside
delete element ip6 kt indexed { fe80::100 . 1 }
flush chain ip kt out
delete chain ip kt in
delete map ip kt bases
delete set ip kt vips
delete table ip6 kt
delete table ip kt
"""

BATCH = {16, 17}
GET = {0x0A01, 0x0A10}


def messages_of(data):
    while data:
        size = int.from_bytes(data[:4], "little")
        yield data[:size]
        data = data[(size + 3) & ~3:]


def sent(command):
    strace = ["strace", "-e", "trace=sendmsg,sendto", "-e", "write=all", "nft", command]
    trace = subprocess.run(strace, check=True, capture_output=True, text=True).stderr
    hexadecimal = ""
    for line in trace.splitlines():
        if re.match(r"send(msg|to)\(", line):
            hexadecimal = ""
        elif found := re.match(r" \| [0-9a-f]{5}  (.{49})", line):
            hexadecimal += found.group(1).replace(" ", "")
    messages = messages_of(bytes.fromhex(hexadecimal))
    return [m.hex() for m in messages if int.from_bytes(m[4:6], "little") not in BATCH]


requests = [{"command": c, "messages": sent(c)} for c in COMMANDS.strip().splitlines()]
version = subprocess.run(["nft", "-v"], check=True, capture_output=True, text=True).stdout.strip()
print(json.dumps({"version": version, "requests": requests}, indent=1))
