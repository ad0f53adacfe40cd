import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeAuthenticationHeader, decodeIpv4 } from "@keepalived/inet-codec";
import { decodeAdvertisement, encodeAdvertisement } from "@keepalived/vrrp-codec";
import type { Datagram } from "../datagram.ts";
import { headerAuthenticator } from "./header.ts";
import { newMemory } from "./memory.ts";

const routes = {
  multicast: { source: "192.0.2.2", destination: "224.0.0.18", hopLimit: 255 },
  unicast: { source: "192.0.2.2", destination: "192.0.2.1", hopLimit: 64 },
};
type Route = (typeof routes)["multicast"];

/** A router with its own count. */
function routerOf(secret: string) {
  const memory = newMemory();
  const authenticator = headerAuthenticator(secret, memory);
  return {
    memory,
    send(route: Route): Uint8Array {
      const signed = authenticator.sign({
        version: 2,
        virtualRouterId: 51,
        priority: 100,
        maxAdvertiseIntervalUs: 1_000_000,
        addresses: ["192.0.2.100"],
      }, route.source);
      const packet = authenticator.wrap?.(encodeAdvertisement(signed, route), route);
      assert.ok(packet !== undefined);
      return packet;
    },
    hear(packet: Uint8Array): string | undefined {
      const { advertisement, datagram } = open(packet);
      return authenticator.check(advertisement, datagram);
    },
  };
}

function open(packet: Uint8Array) {
  const outer = decodeIpv4(packet);
  assert.ok(outer.ok);
  const inner = decodeAuthenticationHeader(outer.value.payload);
  assert.ok(inner.ok);
  const { source, destination, hopLimit } = outer.value;
  const { payload: message, sequenceNumber } = inner.value;
  const seal = { packet, sequenceNumber };
  const datagram: Datagram = { source, destination, hopLimit, message, seal };
  const decoded = decodeAdvertisement(message, datagram);
  assert.ok(decoded.ok);
  return { advertisement: decoded.value, datagram };
}

for (const [name, route] of Object.entries(routes)) {
  test(`${name}: a router with the same secret believes each advertisement once`, () => {
    const sender = routerOf("secret12");
    const receiver = routerOf("secret12");
    const first = sender.send(route);
    assert.equal(routerOf("other").hear(first), "authentication-failure");
    assert.equal(receiver.hear(first), undefined);
    assert.equal(receiver.hear(first), "authentication-replay");
    assert.equal(receiver.hear(sender.send(route)), undefined);
  });
}

test("the router that takes over goes on from the highest number that it heard", () => {
  const one = routerOf("secret12");
  const other = routerOf("secret12");
  for (let i = 0; i < 5; i++) other.hear(one.send(routes.multicast));
  const packet = other.send(routes.multicast);
  assert.equal(open(packet).datagram.seal?.sequenceNumber, 6);
  assert.equal(one.hear(packet), undefined);
  const behind = routerOf("secret12");
  assert.equal(one.hear(behind.send(routes.multicast)), "authentication-replay");
});

test("a number that does not come with the secret is not taken over", () => {
  const router = routerOf("secret12");
  const liar = routerOf("other");
  liar.memory.sequenceNumber = 1000;
  assert.equal(router.hear(liar.send(routes.multicast)), "authentication-failure");
  assert.equal(router.memory.sequenceNumber, 0);
});

test("no packet has the identification 0, which the kernel would replace", () => {
  const router = routerOf("secret12");
  for (const last of [0, 0xfffe, 0xffff, 0x1fffe, 0xffff_fffe, 0xffff_ffff]) {
    router.memory.sequenceNumber = last;
    const decoded = decodeIpv4(router.send(routes.multicast));
    assert.ok(decoded.ok && decoded.value.identification > 0);
  }
});

test("a message outside of a header, or one that says another type inside, is refused", () => {
  const router = routerOf("secret12");
  const { advertisement, datagram } = open(router.send(routes.multicast));
  const authenticator = headerAuthenticator("secret12", newMemory());
  const { seal: _, ...bare } = datagram;
  assert.equal(authenticator.check(advertisement, bare), "authentication-type-mismatch");
  const { authentication: __, ...none } = advertisement;
  assert.equal(authenticator.check(none, datagram), "authentication-type-mismatch");
});
