import assert from "node:assert/strict";
import { test } from "node:test";
import {
  interfaceIndex,
  openVrrpReceiver,
  openVrrpSender,
  ReceiveBuffer,
  type Received,
  type Socket,
} from "@keepalived/linux";
import { encodeIpv4, encodeSealedIpv4, ipProtocol } from "@keepalived/inet-codec";
import { inside, Network } from "./linux_network.ts";

const message = Uint8Array.from({ length: 20 }, (_, i) => 0x30 + i);
const group4 = "224.0.0.18";
const group6 = "ff02::12";

test("VRRP over IPv4: a multicast advertisement arrives with destination, interface and TTL", async () => {
  using network = new Network();
  using receiver = receiverIn(network.b, 4);
  using sender = senderIn(network.a, 4);
  sender.bind({ family: "ipv4", address: "192.0.2.1", port: 0 });
  sender.send(message, { family: "ipv4", address: group4, port: 0 });

  const buffer = new ReceiveBuffer();
  const packet = await arrival(receiver, buffer);
  assert.deepEqual(packet.source, { family: "ipv4", address: "192.0.2.1", port: 0 });
  assert.equal(packet.destination, group4);
  assert.equal(packet.interfaceIndex, inside(network.b, () => interfaceIndex("eth0")));
  assert.equal(packet.hopLimit, 255);
  assert.equal(packet.truncated, false);
  assert.equal(packet.data[1], 0xc0, "type of service");
  assert.equal(packet.data[9], 112, "protocol");
  assert.deepEqual(packet.data.slice(20), message);
});

test("VRRP over IPv6: the message arrives without header, the kernel fills the checksum if told", async () => {
  using network = new Network();
  using receiver = receiverIn(network.b, 6);
  using plain = senderIn(network.a, 6);
  using summing = senderIn(network.a, 6, 6);
  const index = inside(network.a, () => interfaceIndex("eth0")) ?? 0;
  const buffer = new ReceiveBuffer();
  for (const sender of [plain, summing]) {
    sender.bind({ family: "ipv6", address: "fe80::1", port: 0, scopeId: index });
    sender.send(message, { family: "ipv6", address: group6, port: 0, scopeId: index });
    const packet = await arrival(receiver, buffer);
    assert.equal(packet.source?.family === "ipv6" && packet.source.address, "fe80::1");
    assert.equal(packet.destination, group6);
    assert.equal(packet.hopLimit, 255);
    const same = packet.data.every((byte, i) => byte === message[i]);
    assert.equal(same, sender === plain);
  }
});

test("a VRRP sender takes a source address that is on no interface", async () => {
  using network = new Network();
  using receiver4 = receiverIn(network.b, 4);
  using receiver6 = receiverIn(network.b, 6);
  using sender4 = senderIn(network.a, 4);
  using sender6 = senderIn(network.a, 6);
  const index = inside(network.a, () => interfaceIndex("eth0")) ?? 0;
  const buffer = new ReceiveBuffer();
  sender4.sendFrom(message, {
    to: { family: "ipv4", address: group4, port: 0 },
    source: "192.0.2.77",
  });
  const packet4 = await arrival(receiver4, buffer);
  assert.equal(packet4.source?.family === "ipv4" && packet4.source.address, "192.0.2.77");
  sender6.sendFrom(message, {
    to: { family: "ipv6", address: group6, port: 0, scopeId: index },
    source: "fe80::77",
    interfaceIndex: index,
  });
  const packet6 = await arrival(receiver6, buffer);
  assert.equal(packet6.source?.family === "ipv6" && packet6.source.address, "fe80::77");
});

test("VRRP unicast reaches a receiver that joined no group", async () => {
  using network = new Network();
  using receiver = inside(network.b, () => openVrrpReceiver({ family: 4 }));
  using sender = inside(network.a, () => openVrrpSender({ family: 4, hopLimit: 64 }));
  sender.sendFrom(message, {
    to: { family: "ipv4", address: "192.0.2.2", port: 0 },
    source: "192.0.2.1",
  });
  const packet = await arrival(receiver, new ReceiveBuffer());
  assert.equal(packet.destination, "192.0.2.2");
  assert.equal(packet.hopLimit, 64);
});

test("a VRRP sender hears nothing, and a receiver not its own side's multicast", async () => {
  using network = new Network();
  using own = receiverIn(network.a, 4);
  using far = receiverIn(network.b, 4);
  using sender = senderIn(network.a, 4);
  using reverse = senderIn(network.b, 4);
  const to = { family: "ipv4", address: group4, port: 0 } as const;
  sender.sendFrom(message, { to, source: "192.0.2.1" });
  reverse.sendFrom(message, { to, source: "192.0.2.2" });
  const buffer = new ReceiveBuffer();
  const packet = await arrival(own, buffer);
  assert.equal(packet.source?.family === "ipv4" && packet.source.address, "192.0.2.2");
  assert.equal(own.receive(buffer), undefined);
  await arrival(far, buffer);
  assert.equal(sender.receive(buffer), undefined);
});

test("a sealed receiver hears VRRP in an Authentication Header, as it was sent, and nothing else", async () => {
  using network = new Network();
  using receiver = inside(
    network.b,
    () => openVrrpReceiver({ family: 4, device: "eth0", sealed: true }),
  );
  using sender = inside(
    network.a,
    () => openVrrpSender({ family: 4, headerIncluded: true }),
  );
  const path = {
    to: { family: "ipv4", address: "192.0.2.2", port: 0 },
    source: "192.0.2.1",
  } as const;
  const sealed = (protocol: number): Uint8Array =>
    encodeSealedIpv4(
      {
        source: "192.0.2.1",
        destination: "192.0.2.2",
        hopLimit: 255,
        typeOfService: 0xc0,
        identification: 7,
        protocol,
        payload: message,
      },
      { securityParametersIndex: 1, sequenceNumber: protocol },
      { digest: (bytes) => bytes.subarray(0, 12), coversHopLimit: false },
    );
  const plain = encodeIpv4({
    source: "192.0.2.1",
    destination: "192.0.2.2",
    hopLimit: 255,
    protocol: ipProtocol.vrrp,
    payload: message,
  });
  for (const packet of [plain, sealed(ipProtocol.icmpv6), sealed(ipProtocol.vrrp)]) {
    sender.sendFrom(packet, path);
  }
  const buffer = new ReceiveBuffer();
  const { data } = await arrival(receiver, buffer);
  assert.deepEqual(new Uint8Array(data), sealed(ipProtocol.vrrp));
  assert.equal(receiver.receive(buffer), undefined);
});

function receiverIn(name: string, family: 4 | 6): Socket {
  return inside(name, () => {
    const index = interfaceIndex("eth0") ?? 0;
    const group = family === 4 ? group4 : group6;
    const groups = [{ group, interfaceIndex: index }];
    return openVrrpReceiver({ family, device: "eth0", groups, receiveBufferBytes: 262_144 });
  });
}

function senderIn(name: string, family: 4 | 6, checksumOffset?: number): Socket {
  return inside(name, () => {
    const index = interfaceIndex("eth0") ?? 0;
    return openVrrpSender({
      family,
      device: "eth0",
      interfaceIndex: index,
      ...(checksumOffset === undefined ? {} : { checksumOffset }),
    });
  });
}

async function arrival(socket: Socket, buffer: ReceiveBuffer): Promise<Received> {
  for (let i = 0; i < 200; i++) {
    const packet = socket.receive(buffer);
    if (packet !== undefined) return packet;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("Nothing arrived within a second");
}
