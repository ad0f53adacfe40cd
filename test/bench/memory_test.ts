import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { parseAreas, parseRollup } from "./memory.ts";

test("parseRollup() adds clean and dirty private memory", () => {
  const text = `55a1c0e00000-7ffd3a9fe000 ---p 00000000 00:00 0                          [rollup]
Rss:               54872 kB
Pss:               30011 kB
Pss_Dirty:         14000 kB
Shared_Clean:      39000 kB
Shared_Dirty:          0 kB
Private_Clean:      1872 kB
Private_Dirty:     14000 kB
`;
  deepEqual(parseRollup(text), {
    rss: 54872 * 1024,
    pss: 30011 * 1024,
    private: 15872 * 1024,
  });
});

test("parseAreas() leaves out what has no page in memory", () => {
  const text = `00400000-00ce2000 r--p 00000000 fe:00 123                        /usr/bin/node
Size:               9096 kB
Rss:                  12 kB
VmFlags: rd mr mw me
100000000-10000000000 ---p 00000000 00:00 0
Size:         1069547520 kB
Rss:                   0 kB
VmFlags: mr mw me
7ffd3a9de000-7ffd3a9ff000 rw-p 00000000 00:00 0                          [stack]
Size:                132 kB
Rss:                 100 kB
VmFlags: rd wr
`;
  deepEqual(parseAreas(text), [
    { start: 0x400000, end: 0xce2000 },
    { start: 0x7ffd3a9de000, end: 0x7ffd3a9ff000 },
  ]);
});
