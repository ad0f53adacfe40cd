import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { ReceiveBuffer, type Received } from "./receive_buffer.ts";
import { ECONNREFUSED } from "./errno.ts";
import { AF_INET, AF_UNIX, encodeSocketAddress, type SocketAddress } from "./sockaddr.ts";
import { Socket } from "./socket.ts";
import { acceptNothing, attachFilter } from "./socket_filter.ts";
import {
  IP_TTL,
  IPPROTO_IP,
  SO_ERROR,
  SO_RCVBUF,
  SOCK_RAW,
  SOCK_SEQPACKET,
  SOCK_STREAM,
  SOL_SOCKET,
} from "./socket_options.ts";
import { bindToDevice, setReceiveBuffer } from "./socket_settings.ts";
import { openUdpSocket } from "./udp_socket.ts";

const loopback = {
  4: { family: "ipv4", address: "127.0.0.1", port: 0 },
  6: { family: "ipv6", address: "::1", port: 0, scopeId: 0 },
} as const;

for (const family of [4, 6] as const) {
  test(`UDP over IPv${family}: a packet arrives with all that the kernel says beside it`, async () => {
    using receiver = openUdpSocket({ family, details: true });
    using sender = openUdpSocket({ family, hopLimit: 77 });
    receiver.bind(loopback[family]);
    sender.bind(loopback[family]);
    const buffer = new ReceiveBuffer();
    assert.equal(receiver.receive(buffer), undefined);
    assert.equal(sender.send(Uint8Array.of(1, 2, 3), address(receiver)), 3);
    const packet = await arrival(receiver, buffer);
    assert.deepEqual(packet.data, Uint8Array.of(1, 2, 3));
    assert.deepEqual(packet.source, sender.localAddress());
    assert.equal(packet.destination, loopback[family].address);
    assert.equal(packet.interfaceIndex, 1);
    assert.equal(packet.hopLimit, 77);
    assert.equal(packet.truncated, false);
  });

  test(`UDP over IPv${family}: sendFrom() chooses the source`, async () => {
    using receiver = openUdpSocket({ family });
    using sender = openUdpSocket({ family });
    receiver.bind(loopback[family]);
    const source = family === 4 ? "127.0.0.9" : "::1";
    for (const length of [1, 5000]) {
      const bytes = new Uint8Array(length).fill(7);
      assert.equal(sender.sendFrom(bytes, { to: address(receiver), source }), length);
      const packet = await arrival(receiver, new ReceiveBuffer());
      assert.deepEqual(packet.data, bytes);
      const from = packet.source;
      assert.equal(from?.family === "ipv4" || from?.family === "ipv6" ? from.address : "", source);
    }
  });
}

test("a packet longer than the buffer is told as truncated", () => {
  const [a, b] = Socket.pair(AF_UNIX, SOCK_SEQPACKET);
  using _a = a;
  using _b = b;
  a.send(new Uint8Array(100));
  const packet = b.receive(new ReceiveBuffer(60));
  assert.equal(packet?.truncated, true);
  assert.equal(packet?.data.length, 60);
});

test("ancillary data longer than its room is told as truncated", async () => {
  using receiver = openUdpSocket({ family: 4, details: true });
  using sender = openUdpSocket({ family: 4 });
  receiver.bind(loopback[4]);
  sender.send(Uint8Array.of(1), address(receiver));
  assert.equal((await arrival(receiver, new ReceiveBuffer(100, 32))).truncated, true);
});

test("sending where there is no room gives undefined", () => {
  const [a, b] = Socket.pair(AF_UNIX, SOCK_SEQPACKET);
  using _a = a;
  using _b = b;
  const chunk = new Uint8Array(1000);
  for (let i = 0; i < 10_000; i++) if (a.send(chunk) === undefined) return;
  assert.fail("10 MB fitted into a socket");
});

test("a stream connects, is accepted and ends", async () => {
  using server = Socket.open(AF_INET, SOCK_STREAM, 0);
  server.bind(loopback[4]);
  server.listen(1);
  assert.equal(server.accept(), undefined);
  using client = Socket.open(AF_INET, SOCK_STREAM, 0);
  assert.equal(client.connect(address(server)), "in-progress");
  await new Promise((resolve) => setTimeout(resolve, 20));
  using accepted = server.accept();
  assert.ok(accepted);
  assert.equal(client.getIntOption(SOL_SOCKET, SO_ERROR), 0);
  assert.deepEqual(accepted.peerAddress(), client.localAddress());
  client[Symbol.dispose]();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(accepted.receive(new ReceiveBuffer())?.data.length, 0);
});

test("bytes of a stream are read as they come, and then its end", () => {
  const [a, b] = Socket.pair(AF_UNIX, SOCK_STREAM);
  using _a = a;
  const into = new Uint8Array(4);
  assert.equal(a.read(into), undefined);
  b.send(Uint8Array.of(1, 2, 3, 4, 5));
  assert.equal(a.read(into), 4);
  assert.deepEqual(into, Uint8Array.of(1, 2, 3, 4));
  assert.equal(a.read(into), 1);
  b[Symbol.dispose]();
  assert.equal(a.read(into), 0);
});

test("a connection that is refused says so once, and by its encoded address too", async () => {
  using nobody = Socket.open(AF_INET, SOCK_STREAM, 0);
  nobody.bind(loopback[4]);
  const to = encodeSocketAddress(address(nobody));
  using client = Socket.open(AF_INET, SOCK_STREAM, 0);
  assert.equal(client.takeError(), 0);
  assert.equal(client.connect(to), "in-progress");
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(client.takeError(), ECONNREFUSED);
  assert.equal(client.takeError(), 0);
  using datagrams = openUdpSocket({ family: 4 });
  assert.equal(datagrams.connect(to), "connected");
  using other = openUdpSocket({ family: 6 });
  assert.throws(() => other.connect(to), /^SyscallError: Cannot connect to 127\.0\.0\.1:[0-9]+: /);
});

test("options read back as they were set", () => {
  using socket = openUdpSocket({ family: 4 });
  socket.setOption(IPPROTO_IP, IP_TTL, 33);
  assert.equal(socket.getIntOption(IPPROTO_IP, IP_TTL), 33);
  setReceiveBuffer(socket, 3_000_000);
  assert.equal(socket.getIntOption(SOL_SOCKET, SO_RCVBUF), 6_000_000, "the kernel doubles it");
});

test("a filter drops what it does not accept", async () => {
  using receiver = openUdpSocket({ family: 4 });
  using sender = openUdpSocket({ family: 4 });
  receiver.bind(loopback[4]);
  const buffer = new ReceiveBuffer();
  sender.send(Uint8Array.of(1), address(receiver));
  await arrival(receiver, buffer);
  attachFilter(receiver, acceptNothing);
  sender.send(Uint8Array.of(2), address(receiver));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(receiver.receive(buffer), undefined);
});

test("failures name what could not be done", () => {
  using socket = openUdpSocket({ family: 4 });
  assert.throws(
    () => socket.bind({ family: "ipv4", address: "203.0.113.9", port: 0 }),
    /^SyscallError: Cannot bind a socket to 203\.0\.113\.9:0: Cannot assign requested address/,
  );
  assert.throws(() => bindToDevice(socket, "none0"), {
    message: "Cannot bind a socket to interface none0: No such device (ENODEV)",
  });
  assert.throws(() => Socket.open(AF_INET, SOCK_RAW, 9999, "a raw socket"), {
    code: "EINVAL",
    syscall: "socket",
  });
  assert.throws(() => socket.send(new Uint8Array(70_000), loopback[4]), { code: "EMSGSIZE" });
});

test("sockets leave no descriptor behind, also when their setup fails", () => {
  const before = readdirSync("/proc/self/fd").length;
  for (let i = 0; i < 50; i++) {
    openUdpSocket({ family: 4 })[Symbol.dispose]();
    assert.throws(() =>
      Socket.configured(
        Socket.open(AF_INET, SOCK_STREAM, 0),
        (socket) => bindToDevice(socket, "none0"),
      )
    );
  }
  assert.ok(readdirSync("/proc/self/fd").length <= before + 2);
});

test("a disposed socket is closed once: its number may already be another's", () => {
  const socket = openUdpSocket({ family: 4 });
  socket[Symbol.dispose]();
  using other = openUdpSocket({ family: 4 });
  socket[Symbol.dispose]();
  assert.ok(other.localAddress());
  assert.throws(() => socket.localAddress(), { code: "EBADF" });
});

function address(socket: Socket): SocketAddress {
  const address = socket.localAddress();
  assert.ok(address);
  return address;
}

async function arrival(socket: Socket, buffer: ReceiveBuffer): Promise<Received> {
  for (let i = 0; i < 200; i++) {
    const packet = socket.receive(buffer);
    if (packet !== undefined) return packet;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("Nothing arrived within a second");
}
