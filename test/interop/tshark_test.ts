import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { encodeEthernet, encodeIpv4, etherType, ipProtocol } from "@keepalived/inet-codec";
import { encodeAdvertisement } from "@keepalived/vrrp-codec";
import { dissect } from "./tshark.ts";

const path = { source: "192.0.2.1", destination: "224.0.0.18" };

const advertisement = {
  version: 3,
  virtualRouterId: 51,
  priority: 100,
  maxAdvertiseIntervalUs: 1_000_000,
  addresses: ["192.0.2.100"],
} as const;

test("dissect() sees a wrong checksum and a message that is cut off", async () => {
  const folder = mkdtempSync(join(tmpdir(), "keepalived-dissect-"));
  try {
    const good = encodeEthernet({
      destination: "01:00:5e:00:00:12",
      source: "02:00:00:00:00:01",
      etherType: etherType.ipv4,
      payload: encodeIpv4({
        ...path,
        hopLimit: 255,
        protocol: ipProtocol.vrrp,
        payload: encodeAdvertisement(advertisement, path),
      }),
    });
    const flipped = good.slice();
    flipped[good.length - 1] = 0x55;
    const cut = good.slice(0, 38);
    const [one, two, three] = await dissect(
      join(folder, "x.pcap"),
      [good, flipped, cut].map((bytes) => ({ atUs: 0, bytes })),
    );
    assert.deepEqual(one?.remarks, []);
    assert.deepEqual(one?.checksums, ["Good", "Good"]);
    assert.deepEqual(two?.checksums, ["Good", "Bad"]);
    assert.notDeepEqual(two?.remarks, []);
    assert.notDeepEqual(three?.remarks, []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
