import assert from "node:assert/strict";
import { test } from "node:test";
import { bufferBytesOf } from "./buffer_bytes.ts";
import { instanceOf } from "./testing/instance.ts";

test("bufferBytesOf() follows the policy, and kernel_rx_buf_size before it", () => {
  const instance = instanceOf();
  assert.equal(bufferBytesOf(instance, { multiplier: 3 }), 0);
  assert.equal(bufferBytesOf(instance, { policy: 5000, multiplier: 3 }), 5000);
  assert.equal(bufferBytesOf(instance, { policy: "mtu", multiplier: 3 }), 4500);
  assert.equal(bufferBytesOf(instance, { policy: "mtu", multiplier: 2 }, 9000), 18_000);
  assert.equal(bufferBytesOf(instance, { policy: "advert", multiplier: 2 }), 2 * (88 + 8));
  const own = instanceOf("kernel_rx_buf_size 7000");
  assert.equal(bufferBytesOf(own, { policy: "mtu", multiplier: 3 }), 7000);
});
