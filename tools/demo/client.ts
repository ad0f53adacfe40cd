/**
 * The demo's client: pings an address every 20 ms and writes one line each time, `ok` or `lost`.
 *
 *     client.ts ADDRESS
 */

import { decodeIcmpEcho, decodeIpv4, encodeIcmpEcho } from "@keepalived/inet-codec";
import { familyOf } from "@keepalived/ip-address";
import { AF_INET, ReceiveBuffer, SOCK_RAW, Socket } from "@keepalived/linux";
import { Reactor } from "@keepalived/reactor";
import process from "node:process";

const intervalUs = 20_000;
/** A reply that takes longer counts as lost. */
const patience = 5;

const address = process.argv[2] ?? "";
if (familyOf(address) !== 4) throw new RangeError(`Not an IPv4 address: ${address}`);

const reactor = new Reactor();
const socket = Socket.open(AF_INET, SOCK_RAW, 1, "a raw ICMP socket");
const buffer = new ReceiveBuffer();
const identifier = process.pid & 0xffff;
const answered = new Set<number>();
let sequence = 0;

reactor.watch(socket.fd, "read", () => {
  const received = socket.receive(buffer);
  if (received === undefined) return;
  const packet = decodeIpv4(received.data);
  if (!packet.ok || packet.value.source !== address) return;
  const echo = decodeIcmpEcho(packet.value.payload, packet.value);
  if (echo.ok && echo.value.kind === "reply" && echo.value.identifier === identifier) {
    answered.add(echo.value.sequenceNumber);
  }
});

let atUs = reactor.nowUs();
const deadline = reactor.deadline(() => {
  if (sequence >= patience) {
    process.stdout.write(answered.delete((sequence - patience) & 0xffff) ? "ok\n" : "lost\n");
  }
  const request = encodeIcmpEcho({
    kind: "request",
    identifier,
    sequenceNumber: sequence & 0xffff,
    data: new Uint8Array(16),
  }, { source: address, destination: address });
  try {
    socket.send(request, { family: "ipv4", address, port: 0 });
  } catch {
    // No route or no neighbour just now: the ping is lost, and said so when its time is over.
  }
  sequence++;
  atUs += intervalUs;
  deadline.setAt(atUs);
});
deadline.setAt(atUs);
await reactor.run();
