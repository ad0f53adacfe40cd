import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ETH_P_ALL,
  interfaceIndex,
  openPacketSocket,
  ReceiveBuffer,
  sendFrame,
  type Socket,
} from "@keepalived/linux";
import { inside, Network } from "./linux_network.ts";

const ARP = 0x0806;

test("a frame arrives as it was sent, on the interface it was sent to", async () => {
  using network = new Network();
  using capture = captureIn(network.b, ETH_P_ALL);
  using sender = inside(network.a, () => openPacketSocket());
  const index = inside(network.a, () => interfaceIndex("eth0")) ?? 0;
  const frame = gratuitousArp();
  assert.equal(sendFrame(sender, index, frame), frame.length);

  const buffer = new ReceiveBuffer();
  for (let i = 0; i < 200; i++) {
    for (let packet = capture.receive(buffer); packet; packet = capture.receive(buffer)) {
      if (packet.source?.family !== "packet" || packet.source.protocol !== ARP) continue;
      assert.deepEqual(packet.data, frame);
      assert.equal(packet.source.packetType, 1, "broadcast");
      assert.deepEqual(packet.source.address, frame.slice(6, 12));
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail("The frame did not arrive within a second");
});

test("a packet socket without a protocol receives nothing", () => {
  using network = new Network();
  using sender = inside(network.a, () => openPacketSocket());
  network.ip(network.b, "link", "set", "eth0", "down");
  network.ip(network.b, "link", "set", "eth0", "up");
  assert.equal(sender.receive(new ReceiveBuffer()), undefined);
});

test("sending a frame to no interface names the reason", () => {
  using network = new Network();
  using sender = inside(network.a, () => openPacketSocket());
  assert.throws(() => sendFrame(sender, 9999, gratuitousArp()), {
    name: "SyscallError",
    code: "ENXIO",
    message: "Cannot send a packet: No such device or address (ENXIO)",
  });
});

function captureIn(name: string, protocol: number): Socket {
  return inside(
    name,
    () => openPacketSocket({ protocol, interfaceIndex: interfaceIndex("eth0") ?? 0 }),
  );
}

function gratuitousArp(): Uint8Array {
  const frame = new Uint8Array(60);
  frame.set([255, 255, 255, 255, 255, 255, 0, 0, 0x5e, 0, 1, 1, ARP >> 8, ARP & 255]);
  frame.set([0, 1, 8, 0, 6, 4, 0, 1, 0, 0, 0x5e, 0, 1, 1, 192, 0, 2, 9], 14);
  frame.set([255, 255, 255, 255, 255, 255, 192, 0, 2, 9], 32);
  return frame;
}
