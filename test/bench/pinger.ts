/** `pinger.ts ADDRESS`: sends an echo request to an IPv4 address each millisecond, until it is killed. */

import process from "node:process";
import { encodeIcmpEcho, ipProtocol } from "@keepalived/inet-codec";
import {
  acceptNothing,
  AF_INET,
  attachFilter,
  setRealtime,
  SOCK_RAW,
  Socket,
  SyscallError,
} from "@keepalived/linux";
import { Reactor } from "@keepalived/reactor";

const periodUs = 1000;
/** Above everything else: the machine that pings is another one, whose processors the daemons do not use. */
const priority = 99;

const destination = process.argv[2] ?? "";
const to = { family: "ipv4", address: destination, port: 0 } as const;
using reactor = new Reactor();
using socket = Socket.open(AF_INET, SOCK_RAW, ipProtocol.icmp, "a raw socket");
// The capture sees the replies.
attachFilter(socket, acceptNothing);
setRealtime(priority);

let number = 0;
let nextUs = reactor.nowUs();
const deadline = reactor.deadline(() => {
  const identifier = number >>> 16;
  const sequenceNumber = number & 0xffff;
  number++;
  const echo = { kind: "request", identifier, sequenceNumber, data: new Uint8Array(8) } as const;
  try {
    socket.send(encodeIcmpEcho(echo, { source: "0.0.0.0", destination }), to);
  } catch (error) {
    // Nobody answers for the address.
    if (!(error instanceof SyscallError)) throw error;
  }
  // What was missed while others had the processor is not made up for.
  nextUs = Math.max(nextUs + periodUs, reactor.nowUs());
  deadline.setAt(nextUs);
});
deadline.setAt(nextUs);
await reactor.run();
