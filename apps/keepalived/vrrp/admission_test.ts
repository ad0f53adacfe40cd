import assert from "node:assert/strict";
import { test } from "node:test";
import type { VrrpInstanceConfig } from "@keepalived/keepalived-config";
import type { ReceivedAdvertisement } from "@keepalived/vrrp-codec";
import { Admission } from "./admission.ts";
import { chooseAuthenticator } from "./authentication/choose.ts";
import { newMemory } from "./authentication/memory.ts";
import type { Datagram } from "./datagram.ts";
import { advertisementOf, datagramOf, instanceOf, unicastWith } from "./testing/instance.ts";

function admissionOf(config: VrrpInstanceConfig): Admission {
  const { authenticator } = chooseAuthenticator(config, newMemory());
  assert.ok(authenticator !== undefined);
  return new Admission(config, authenticator);
}

function refusal(
  lines: readonly string[],
  advertisement: Partial<ReceivedAdvertisement> = {},
  datagram: Partial<Datagram> = {},
): string | undefined {
  const config = instanceOf(...lines);
  const fields = { version: config.version, ...advertisement };
  return admissionOf(config).refusalOf(advertisementOf(fields), datagramOf(datagram));
}

const v2 = ["version 2"];
const unicast = unicastWith("192.0.2.2", "192.0.2.3 min_ttl 10 max_ttl 20");
const toUs = { destination: "192.0.2.1" };

test("refusalOf() accepts what a peer sends", () => {
  assert.equal(refusal([]), undefined);
  assert.equal(refusal(v2), undefined);
  assert.equal(refusal(unicast, {}, toUs), undefined);
});

test("refusalOf() names each reason", () => {
  const seal = { packet: new Uint8Array(), sequenceNumber: 1 };
  const pass = [...v2, "authentication {", "auth_type PASS", "auth_pass x", "}"];
  const owner = ["priority 255", "state MASTER", "owner_ignore_adverts"];
  const type = (type: number) => ({ authentication: { type, data: new Uint8Array(8) } });
  assert.equal(refusal([], { version: 2 }), "version-mismatch");
  assert.equal(refusal(v2, type(1)), "authentication-type-mismatch");
  assert.equal(refusal(v2, type(9)), "invalid-authentication-type");
  assert.equal(refusal(pass, type(1)), "authentication-failure");
  assert.equal(refusal(pass), "authentication-type-mismatch");
  assert.equal(refusal([], {}, { seal }), "authentication-type-mismatch");
  assert.equal(refusal(v2, { maxAdvertiseIntervalUs: 2_000_000 }), "interval-mismatch");
  assert.equal(refusal([], { checksumForm: "message-only" }), "checksum");
  assert.equal(refusal([], {}, toUs), "delivery-mismatch");
  assert.equal(refusal(unicast), "delivery-mismatch");
  assert.equal(refusal([], {}, { destination: "224.0.0.99" }), "delivery-mismatch");
  assert.equal(refusal(owner), "owner-advert-ignored");
});

test("refusalOf() leaves the interval of version 3 to the machine", () => {
  assert.equal(refusal([], { maxAdvertiseIntervalUs: 2_000_000 }), undefined);
});

test("refusalOf() takes other checksums only where they are configured", () => {
  const message = { checksumForm: "message-only" } as const;
  const old = { checksumForm: "group-pseudo-header" } as const;
  assert.equal(refusal(["v3_checksum_as_v2"], message), undefined);
  assert.equal(refusal(["v3_checksum_as_v2"], { checksumForm: "pseudo-header" }), undefined);
  assert.equal(refusal(unicast, old, toUs), undefined);
  assert.equal(refusal([...unicast, "old_unicast_checksum"], old, toUs), undefined);
  assert.equal(refusal([...unicast, "old_unicast_checksum never"], old, toUs), "checksum");
  assert.equal(refusal(unicast, message, toUs), "checksum");
});

test("refusalOf() checks source and hop limit of unicast", () => {
  const from = (source: string, hopLimit = 255) => ({ ...toUs, source, hopLimit });
  assert.equal(refusal(unicast, {}, from("192.0.2.9")), undefined);
  const strict = [...unicast, "check_unicast_src"];
  assert.equal(refusal(strict, {}, from("192.0.2.9")), "unknown-unicast-source");
  assert.equal(refusal(strict, {}, from("192.0.2.3", 15)), undefined);
  assert.equal(refusal(strict, {}, from("192.0.2.3", 9)), "hop-limit");
  assert.equal(refusal(strict, {}, from("192.0.2.3", 21)), "hop-limit");
});

test("hasSameAddresses() does not mind the order", () => {
  const admission = admissionOf(instanceOf());
  const same = (...addresses: string[]) =>
    admission.hasSameAddresses(advertisementOf({ addresses }));
  assert.equal(same("192.0.2.100", "192.0.2.101"), true);
  assert.equal(same("192.0.2.101", "192.0.2.100"), true);
  assert.equal(same("192.0.2.100"), false);
  assert.equal(same("192.0.2.100", "192.0.2.100"), false);
  assert.equal(same("192.0.2.100", "192.0.2.102"), false);
});

test("expects() tells virtual routers with one VRID apart", () => {
  const multicast = admissionOf(instanceOf());
  const ofPeer = admissionOf(instanceOf(...unicastWith("192.0.2.2")));
  assert.equal(multicast.expects(datagramOf()), true);
  assert.equal(multicast.expects(datagramOf(toUs)), false);
  assert.equal(ofPeer.expects(datagramOf()), false);
  assert.equal(ofPeer.expects(datagramOf(toUs)), true);
  assert.equal(ofPeer.expects(datagramOf({ ...toUs, source: "192.0.2.9" })), false);
});
