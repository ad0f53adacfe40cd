"""Records answers of the kernel to requests that succeed and that fail.

unshare -n python3 record.py > kernel.json
"""

import json
import platform
import socket
import struct

SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 270, 10, 11
REQUEST, ACK, CREATE, EXCL = 1, 4, 0x400, 0x200


def attribute(number, payload):
    length = 4 + len(payload)
    return struct.pack("=HH", length, number) + payload + bytes(-length % 4)


def ask(protocol, kind, flags, body, options):
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol) as s:
        for option in options:
            s.setsockopt(SOL_NETLINK, option, 1)
        s.bind((0, 0))
        s.settimeout(1)
        s.send(struct.pack("=IHHII", 16 + len(body), kind, flags | REQUEST | ACK, 7, 0) + body)
        answers = []
        while True:
            datagram = s.recv(65536)
            answers.append(datagram.hex())
            if struct.unpack_from("=H", datagram, 4)[0] == 2:
                return answers


def address(length, index=1, label=b"lo\0"):
    local = bytes([192, 0, 2, 1])
    header = struct.pack("=BBBBI", 2, length, 0, 0, index)
    return header + attribute(2, local) + attribute(1, local) + attribute(3, label)


cases = {
    "acknowledged": (0, 20, CREATE | EXCL, address(32), [11, 10]),
    "refused, capped": (0, 20, CREATE | EXCL, address(32), [NETLINK_EXT_ACK, NETLINK_CAP_ACK]),
    "refused, whole request quoted": (0, 20, CREATE | EXCL, address(32), [NETLINK_EXT_ACK]),
    "refused, not extended": (0, 20, CREATE | EXCL, address(32), []),
    "refused, with offset": (0, 20, CREATE | EXCL, address(32, 1, b"a label that is too long\0"), [11, 10]),
    "no such device": (0, 20, CREATE | EXCL, address(32, 99), [11, 10]),
    "no such address": (0, 21, 0, address(31), [11, 10]),
    "family": (16, 16, 0, struct.pack("=BBH", 3, 1, 0) + attribute(2, b"nlctrl\0"), [11, 10]),
    "no such family": (16, 16, 0, struct.pack("=BBH", 3, 1, 0) + attribute(2, b"none\0"), [11, 10]),
}
answers = {name: ask(*case) for name, case in cases.items()}
print(json.dumps({"kernel": platform.release().split("-")[0], "answers": answers}, indent=1))
