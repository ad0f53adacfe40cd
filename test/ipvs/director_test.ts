/** What a director does at its start and its end, against a real kernel. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { LvsGlobal } from "@keepalived/keepalived-config";
import type { Destination, Service } from "@keepalived/netlink-ipvs";
import { Reactor } from "@keepalived/reactor";
import { Director } from "../../apps/keepalived/check/ipvs/director.ts";
import { ExitError } from "../../apps/keepalived/exit_status.ts";
import { requireGuest, run, saved } from "./kernel.ts";

const plain: LvsGlobal = {
  timeoutsS: {},
  flush: false,
  flushOnStop: "no",
  logAllFailures: false,
  realServerInitNotifies: false,
  commandBuffer: { bytes: 0, force: false },
  monitorBuffer: { bytes: 0, force: false },
};

const web: Service = {
  key: { protocol: "tcp", address: "192.0.2.1", port: 80 },
  scheduler: "rr",
  onePacket: false,
  schedulerFlags: [],
};
const server: Destination = {
  address: "10.0.0.1",
  port: 80,
  forwarding: { method: "masquerade" },
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
};
const ours = ["-A -t 192.0.2.1:80 -s rr", "-a -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 1"];
const foreign = "-A -u 192.0.2.9:53 -s lc";

/** Runs a director over a table that has a service of somebody else, from its start to its end. */
async function withDirector(
  config: { readonly lvs?: Partial<LvsGlobal>; readonly netNamespaceIpvs?: string },
  work: (director: Director) => void | Promise<void>,
  ending: "release" | "keep" = "release",
): Promise<void> {
  requireGuest();
  run("ipvsadm -C");
  run(`ipvsadm ${foreign}`);
  const said: string[] = [];
  const { netNamespaceIpvs } = config;
  using reactor = new Reactor();
  const loop = reactor.run();
  const director = await Director.open(reactor, (severity, text) => {
    said.push(`${severity}: ${text}`);
  }, {
    lvs: { ...plain, ...config.lvs },
    ...netNamespaceIpvs !== undefined && { netNamespaceIpvs },
  });
  director.table.set("web", [{ service: web, destinations: [server] }]);
  await director.table.idle();
  await work(director);
  await director.stop(ending);
  reactor.stop();
  await loop;
  assert.deepEqual(said, ["info: IPVS: version 1.2.1"]);
}

test("at its end a director takes its services away, and leaves those of others", async () => {
  await withDirector({}, () => assert.deepEqual(saved(), [foreign, ...ours].sort()));
  assert.deepEqual(saved(), [foreign]);
});

test("it can leave all at its end", async () => {
  await withDirector({}, () => {}, "keep");
  assert.deepEqual(saved(), [foreign, ...ours].sort());
});

test("lvs_flush clears the kernel's table at the start", async () => {
  await withDirector({ lvs: { flush: true } }, () => assert.deepEqual(saved(), ours));
});

test("lvs_flush_on_stop clears the kernel's table at the end, or takes the services of ours", async () => {
  await withDirector({ lvs: { flushOnStop: "all" } }, () => {});
  assert.deepEqual(saved(), []);
  await withDirector({ lvs: { flushOnStop: "virtual-services" } }, () => {});
  assert.deepEqual(saved(), [foreign]);
  await withDirector({ lvs: { flushOnStop: "all" } }, () => {}, "keep");
  assert.deepEqual(saved(), [foreign, ...ours].sort());
});

test("lvs_timeouts hold while it runs, also after a reload", async () => {
  const timeouts = () => run("ipvsadm -L --timeout").trim().replace(/.*: /, "");
  await withDirector({ lvs: { timeoutsS: { tcp: 901, udp: 301 } } }, async (director) => {
    assert.equal(timeouts(), "901 120 301");
    await director.configure({ lvs: { ...plain, timeoutsS: { tcpFin: 60 } } });
    assert.equal(timeouts(), "900 60 300");
  });
  assert.equal(timeouts(), "900 120 300");
});

test("lvs_sync_daemon without an instance: both run, change with a reload, and end", async () => {
  const daemons = () =>
    run("ipvsadm -L --daemon").split("\n").filter(Boolean).map((line) =>
      /^(\w+) .*syncid=(\d+)/.exec(line)?.slice(1).join(" ")
    );
  run("ip link add name sync0 type dummy");
  run("ip link set dev sync0 up");
  try {
    const syncDaemon = { interface: "sync0", id: 7 };
    await withDirector({ lvs: { syncDaemon } }, async (director) => {
      assert.deepEqual(daemons(), ["master 7", "backup 7"]);
      await director.configure({ lvs: { ...plain, syncDaemon: { ...syncDaemon, id: 8 } } });
      assert.deepEqual(daemons(), ["master 8", "backup 8"]);
    });
    assert.deepEqual(daemons(), []);
  } finally {
    run("ip link delete dev sync0");
  }
});

test("net_namespace_ipvs is the one whose table it is", async () => {
  run("ip netns add balance");
  // Without lo the kernel knows no address there, and takes no destination.
  run("ip -n balance link set lo up");
  try {
    await withDirector({ netNamespaceIpvs: "balance" }, () => {
      assert.deepEqual(saved(), [foreign], "not this one");
      assert.match(run("ip netns exec balance ipvsadm -Sn"), /-r 10\.0\.0\.1:80/);
    });
  } finally {
    run("ip netns delete balance");
  }
});

test("a namespace that does not exist is said in one sentence", async () => {
  await assert.rejects(withDirector({ netNamespaceIpvs: "nosuch" }, () => {}), (error) => {
    assert.ok(error instanceof ExitError);
    assert.match(error.message, /^Cannot use the IPVS of net_namespace_ipvs nosuch: .*\(ENOENT\)$/);
    return true;
  });
});
