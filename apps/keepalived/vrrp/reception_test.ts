import assert from "node:assert/strict";
import { test } from "node:test";
import { Complaints } from "./complaints.ts";
import { Counters } from "./counters.ts";
import { Reception } from "./reception.ts";
import { advertisementOf, datagramOf, instanceOf } from "./testing/instance.ts";

function setUp(...lines: readonly string[]) {
  const log: string[] = [];
  const counters = new Counters();
  const complaints = new Complaints((_, text) => log.push(text));
  const reception = new Reception(instanceOf(...lines), { counters, complaints });
  return { log, counters, complaints, reception };
}

test("Reception admits, counts and remembers who sends", () => {
  const { reception, counters, log } = setUp();
  assert.equal(reception.admit(advertisementOf(), datagramOf(), 1000), true);
  assert.equal(reception.admit(advertisementOf({ priority: 0 }), datagramOf(), 2000), true);
  assert.deepEqual(counters.toJSON(), {
    "advertisement-received": 2,
    "priority-zero-received": 1,
  });
  assert.deepEqual(log, []);
  const peer = reception.peers.get("192.0.2.2");
  assert.equal(peer?.lastSeenUs, 2000);
  assert.equal(peer?.acceptedUs, 2000);
  assert.equal(peer?.advertisements, 2);
  assert.equal(peer?.priority, 0);
});

test("Reception refuses, counts each, and says each kind once", () => {
  const { reception, counters, complaints, log } = setUp("version 2");
  const other = advertisementOf({ version: 2, maxAdvertiseIntervalUs: 3_000_000 });
  const failed = advertisementOf({
    version: 2,
    authentication: { type: 1, data: new Uint8Array(8) },
  });
  for (let i = 0; i < 3; i++) {
    assert.equal(reception.admit(other, datagramOf(), i), false);
    assert.equal(reception.admit(failed, datagramOf(), i), false);
    reception.malformed("checksum", "192.0.2.3", i);
  }
  assert.deepEqual(log, [
    "(VI) ignoring advert from 192.0.2.2: it has interval 3 s, ours is 1 s",
    "(VI) ignoring advert from 192.0.2.2: authentication type mismatch",
    "(VI) malformed advert from 192.0.2.3: checksum",
  ]);
  assert.equal(counters.get("advertisement-refused"), 9);
  assert.equal(counters.get("interval-mismatch"), 3);
  assert.equal(counters.get("checksum"), 3);
  const peer = reception.peers.get("192.0.2.2");
  assert.deepEqual(peer?.refusals.toJSON(), {
    "interval-mismatch": 3,
    "authentication-type-mismatch": 3,
  });
  assert.equal(peer?.authenticationFailures, 3);
  assert.equal(peer?.acceptedUs, undefined);

  complaints.stateChanged();
  reception.admit(other, datagramOf(), 4);
  assert.equal(log.length, 4);
});

test("Reception accepts another interval of version 3, and says so", () => {
  const { reception, log } = setUp();
  const other = advertisementOf({ maxAdvertiseIntervalUs: 500_000 });
  assert.equal(reception.admit(other, datagramOf(), 0), true);
  assert.deepEqual(log, ["(VI) advert from 192.0.2.2 says interval 0.5 s, ours is 1 s"]);
});

test("Reception accepts other addresses and counts them; of the known MASTER only if it is to", () => {
  const other = advertisementOf({ addresses: ["192.0.2.9"] });
  const careful = setUp();
  for (let i = 0; i < 3; i++) assert.equal(careful.reception.admit(other, datagramOf(), i), true);
  assert.equal(careful.counters.get("address-list-mismatch"), 3);
  assert.deepEqual(careful.log, ["(VI) advert from 192.0.2.2 lists other addresses: 192.0.2.9"]);

  const quick = setUp("skip_check_adv_addr");
  for (const source of ["192.0.2.2", "192.0.2.2", "192.0.2.3", "192.0.2.3", "192.0.2.2"]) {
    quick.reception.admit(other, datagramOf({ source }), 0);
  }
  assert.equal(
    quick.counters.get("address-list-mismatch"),
    3,
    "once for each change of the MASTER",
  );
});

test("Reception without a usable key admits nothing, and says why", () => {
  const lines = ["auth_hmac {", "key 7 file:/no/such/file", "active_key 7", "}"];
  const { reception, log } = setUp(...lines);
  assert.equal(reception.authenticator, undefined);
  assert.equal(reception.admit(advertisementOf(), datagramOf(), 0), false);
  assert.match(log.join(), /^\(VI\) auth_hmac key 7 is not usable: ENOENT/);
});

test("Complaints are new again with another MASTER, but not each time when two take turns", () => {
  const log: string[] = [];
  const complaints = new Complaints((_, text) => log.push(text));
  for (let second = 20; second < 50; second++) {
    complaints.masterChanged(second * 1_000_000);
    complaints.once("odd", () => `odd at ${second}`);
  }
  assert.deepEqual(log, ["odd at 20", "odd at 30", "odd at 40"]);
});
