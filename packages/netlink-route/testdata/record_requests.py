"""Records the last message that `ip` sends for a command, with strace.

unshare -n python3 record_requests.py > requests.json
"""

import json
import re
import subprocess

COMMANDS = """
ip address add 192.0.2.1/24 broadcast 192.0.2.255 label vb:vip dev vb
ip address add 198.51.100.1 peer 198.51.100.2/32 scope link dev vb
ip address replace 203.0.113.9/32 noprefixroute valid_lft 3000 preferred_lft 1000 dev vb
ip address add 2001:db8::1/64 nodad dev vb
ip address delete 192.0.2.1/24 dev vb
ip link set dev vb up
ip link set dev vb mtu 1400
ip link set dev vb address 02:00:00:00:00:02
ip link add link vb name vrrp.51 address 00:00:5e:00:01:33 type macvlan mode private
ip link add link vb name ip.51 group 6 type ipvlan mode l2 private
ip link set dev vb group 7
ip link add name br0 type bridge
ip link add name vx type veth peer name vy
ip link set dev va master br0
ip link set dev va nomaster
ip link set dev vb addrgenmode none
ip link delete dev vrrp.51
ip link delete group 7
"""


def last_message(command):
    strace = ["strace", "-e", "trace=sendmsg,sendto", "-e", "write=all", *command.split()]
    # A kernel without ipvlan refuses it, and a group without links.
    check = "ipvlan" not in command and "group 7" not in command
    trace = subprocess.run(strace, check=check, capture_output=True, text=True).stderr
    message = ""
    for line in trace.splitlines():
        if re.match(r"send(msg|to)\(", line):
            message = ""
        elif found := re.match(r" \| [0-9a-f]{5}  (.{49})", line):
            message += found.group(1).replace(" ", "")
    return message


subprocess.run("ip link add va type veth peer name vb".split(), check=True)
requests = [{"command": c, "message": last_message(c)} for c in COMMANDS.strip().splitlines()]
version = subprocess.run(["ip", "-V"], check=True, capture_output=True, text=True).stdout.strip()
print(json.dumps({"version": version, "requests": requests}, indent=1))
