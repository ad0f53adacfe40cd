/** Groups with `nftables_ipvs`: what IPVS gets, as `ipvsadm -Sn` printed it of the C daemon 2.2.7. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { desired, pool, servicesOf, virtualService } from "@keepalived/lvs-pool";
import { describeDestination, describeKey, describeService } from "@keepalived/netlink-ipvs";
import { planOf, poolConfigOf } from "../plan.ts";
import { configOf } from "../testing/stage.ts";
import { GroupMarks } from "./group_marks.ts";

const text = `
global_defs {
  nftables_ipvs marks
  nftables_ipvs_start_fwmark 7
}
virtual_server_group G {
  192.0.2.1 80
  192.0.2.4-6 8080
}
virtual_server_group H {
  2001:db8::1 53
  2001:db8::4-6 54
}
virtual_server_group I {
  192.0.2.1 0
  192.0.2.2 90
}
virtual_server group G {
  protocol TCP
  lb_algo rr
  lb_kind NAT
  sorry_server 10.0.0.77 77
  real_server 10.0.0.1 81 {
  }
}
virtual_server group H {
  protocol UDP
  lb_algo rr
  lb_kind DR
  real_server 2001:db8:1::1 53 {
  }
}
virtual_server group I {
  protocol TCP
  lb_algo rr
  lb_kind NAT
  persistence_timeout 100
  real_server 10.0.0.2 90 {
  }
}
`;

test("a marked group is one service; servers have their port where packets are rewritten", () => {
  const config = configOf(text);
  const marks = new GroupMarks();
  marks.configure(config);
  const lines = config.virtualServers.flatMap((it) => {
    const itsPool = poolConfigOf(it, planOf(it.realServers), false);
    const { state } = pool.step(itsPool, pool.start(itsPool, 0), { kind: "startup" }, 0);
    return servicesOf({ ...it, members: marks.membersOf(it) }).flatMap((service) => [
      `-A ${describeService(service)}`,
      ...virtualService(service, desired(itsPool, state)).destinations.map((destination) =>
        `-a ${describeKey(service.key)} ${describeDestination(destination)}`
      ),
    ]);
  });
  assert.deepEqual(lines, [
    "-A -f 7 -s rr",
    "-a -f 7 -r 10.0.0.1:81 -m -w 1",
    "-A -f 8 -6 -s rr",
    "-a -f 8 -6 -r [2001:db8:1::1]:0 -g -w 1",
    "-A -f 9 -s rr -p 100",
    "-a -f 9 -r 10.0.0.2:90 -m -w 1",
  ]);
});
