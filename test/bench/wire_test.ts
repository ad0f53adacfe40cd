import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { parseAddition } from "./wire.ts";

test("parseAddition() reads the time to the microsecond, and the address", () => {
  deepEqual(
    parseAddition(
      "[2026-11-21T11:30:29.414170] 3: eth0    inet 192.168.200.100/24 scope global secondary eth0\\ ",
    ),
    { atUs: 1_795_260_629_414_170, address: "192.168.200.100" },
  );
});

test("parseAddition() takes no removals and no IPv6", () => {
  for (
    const line of [
      "[2026-11-21T11:30:29.414170] Deleted 3: eth0    inet 192.168.200.100/24 scope global eth0\\ ",
      "[2026-11-21T11:30:29.993960] 3: eth0    inet6 fe80::6c5b:c3ff:fe01:9833/64 scope link \\ ",
    ]
  ) equal(parseAddition(line), undefined);
});
