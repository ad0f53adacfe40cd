import assert from "node:assert/strict";
import { test } from "node:test";
import type { VrrpInstanceConfig } from "@keepalived/keepalived-config";
import { type ChecksumForm, decodeAdvertisement } from "@keepalived/vrrp-codec";
import { chooseAuthenticator } from "./authentication/choose.ts";
import { newMemory } from "./authentication/memory.ts";
import { Outbox, senderOf } from "./outbox.ts";
import { advertisementOf, instanceOf, unicastWith } from "./testing/instance.ts";

const source = "192.0.2.1";
const hmac = ["auth_hmac {", `key 7 hex:${"07".repeat(32)}`, "active_key 7", "}"];

function outboxOf(config: VrrpInstanceConfig): Outbox {
  const { authenticator } = chooseAuthenticator(config, newMemory());
  assert.ok(authenticator !== undefined);
  return new Outbox(config, { source, interfaceIndex: 2, authenticator });
}

const { checksumForm: _, ...advertisement } = advertisementOf();

function formsOf(outbox: Outbox): readonly ChecksumForm[] {
  return outbox.packetsOf(advertisement).map(({ message, destination }) => {
    const decoded = decodeAdvertisement(message, { source, destination, hopLimit: 255 });
    assert.ok(decoded.ok);
    return decoded.value.checksumForm;
  });
}

test("Outbox encodes an advertisement once, and one for each peer", () => {
  const outbox = outboxOf(instanceOf(...unicastWith("192.0.2.2", "192.0.2.3")));
  const packets = outbox.packetsOf(advertisement);
  assert.deepEqual(packets.map(({ destination }) => destination), ["192.0.2.2", "192.0.2.3"]);
  assert.equal(outbox.packetsOf({ ...advertisement }), packets);
  assert.notEqual(outbox.packetsOf({ ...advertisement, priority: 0 }), packets);
});

test("Outbox signs each advertisement anew, and all its copies alike", () => {
  const outbox = outboxOf(instanceOf(...unicastWith("192.0.2.2", "192.0.2.3"), ...hmac));
  const trailer = (i: number) => outbox.packetsOf(advertisement).at(i)?.message.slice(-28);
  const [one, other] = outbox.packetsOf(advertisement);
  assert.deepEqual(one?.message.slice(-28), other?.message.slice(-28));
  assert.notDeepEqual(trailer(0), trailer(0));
});

test("Outbox of receive-only signs nothing", () => {
  const mode = hmac.with(-1, "mode receive-only\n}");
  const outbox = outboxOf(instanceOf(...mode));
  const [packet] = outbox.packetsOf(advertisement);
  assert.equal(packet?.message.length, 16);
});

test("Outbox mirrors the old checksum to the peer that uses it, and back", () => {
  const outbox = outboxOf(instanceOf(...unicastWith("192.0.2.2", "192.0.2.3")));
  assert.deepEqual(formsOf(outbox), ["pseudo-header", "pseudo-header"]);
  outbox.mirror("192.0.2.3", "group-pseudo-header");
  assert.deepEqual(formsOf(outbox), ["pseudo-header", "group-pseudo-header"]);
  outbox.mirror("192.0.2.3", "pseudo-header");
  assert.deepEqual(formsOf(outbox), ["pseudo-header", "pseudo-header"]);
});

test("Outbox uses the checksum that is configured", () => {
  const peers = unicastWith("192.0.2.2");
  const always = outboxOf(instanceOf(...peers, "old_unicast_checksum"));
  always.mirror("192.0.2.2", "pseudo-header");
  assert.deepEqual(formsOf(always), ["group-pseudo-header"]);
  const never = outboxOf(instanceOf(...peers, "old_unicast_checksum never"));
  never.mirror("192.0.2.2", "group-pseudo-header");
  assert.deepEqual(formsOf(never), ["pseudo-header"]);
  assert.deepEqual(formsOf(outboxOf(instanceOf("v3_checksum_as_v2"))), ["message-only"]);
});

test("senderOf() has the hop limit of the configuration, or the kernel's", () => {
  const ttl = (...lines: string[]) => senderOf(instanceOf(...lines)).hopLimit;
  assert.equal(ttl(), 255);
  assert.equal(ttl(...unicastWith("192.0.2.2")), 255);
  assert.equal(ttl(...unicastWith("192.0.2.2"), "unicast_ttl 7"), 7);
  const six = ["unicast_src_ip 2001:db8::1", "unicast_peer { 2001:db8::2\n }"];
  assert.equal(ttl(...six, "virtual_ipaddress { 2001:db8::100/64\n }"), undefined);
});
