import assert from "node:assert/strict";
import { test } from "node:test";
import { EEXIST, ENODEV, ESRCH } from "@keepalived/linux";
import {
  decodeDaemon,
  type IpvsRequest,
  startDaemon,
  type SyncDaemon,
} from "@keepalived/netlink-ipvs";
import { NetlinkError } from "@keepalived/reactor";
import { SyncDaemons } from "./sync_daemons.ts";

const master: SyncDaemon = { role: "master", interface: "eth0", id: 7 };
const backup: SyncDaemon = { role: "backup", interface: "eth0", id: 7 };

/** A kernel that fills in what it is not told. */
function bench(...running: readonly SyncDaemon[]) {
  const asked: string[] = [];
  const said: string[] = [];
  const kernel = new Map(running.map((it) => [it.role, it]));
  const settle = (name: string, errno?: number) =>
    errno === undefined ? Promise.resolve([]) : Promise.reject(new NetlinkError(name, { errno }));
  const request = ({ name, body }: IpvsRequest): Promise<readonly Uint8Array[]> => {
    const words = name.replace("ipvsadm ", "");
    if (words === "-L --daemon") {
      return Promise.resolve([...kernel.values()].map((it) => startDaemon(it).body));
    }
    asked.push(words);
    const decoded = decodeDaemon(body.with(0, 9));
    if (!decoded.ok) throw new Error(decoded.error.fault);
    const { role } = decoded.value;
    if (words.startsWith("--stop")) return settle(name, kernel.delete(role) ? undefined : ESRCH);
    if (kernel.has(role)) return settle(name, EEXIST);
    if (words.includes("nosuch")) return settle(name, ENODEV);
    kernel.set(role, {
      maxLength: 1472,
      group: "224.0.0.81",
      port: 8848,
      ttl: 1,
      ...decoded.value,
    });
    return settle(name);
  };
  const daemons = new SyncDaemons({ request }, (severity, text) => {
    said.push(`${severity}: ${text}`);
  });
  const set = async (...wanted: readonly SyncDaemon[]) => {
    daemons.set(wanted);
    await daemons.idle();
    return asked.splice(0);
  };
  return { daemons, kernel, set, asked, said };
}

test("daemons start, are left alone, change and end", async () => {
  const { set, said } = bench();
  assert.deepEqual(await set(master, backup), [
    "--start-daemon master --mcast-interface eth0 --syncid 7",
    "--start-daemon backup --mcast-interface eth0 --syncid 7",
  ]);
  assert.deepEqual(await set(master, backup), []);
  assert.deepEqual(await set(master), ["--stop-daemon backup"]);
  assert.deepEqual(await set({ ...master, port: 9000 }), [
    "--stop-daemon master",
    "--start-daemon master --mcast-interface eth0 --syncid 7 --mcast-port 9000",
  ]);
  assert.deepEqual(await set(backup), [
    "--stop-daemon master",
    "--start-daemon backup --mcast-interface eth0 --syncid 7",
  ]);
  assert.deepEqual(await set(), ["--stop-daemon backup"]);
  assert.deepEqual(said, []);
});

test("one that an earlier run left is taken over if it is as wanted", async () => {
  const left = bench({ ...backup, maxLength: 1472, group: "224.0.0.81", port: 8848, ttl: 1 });
  assert.deepEqual(await left.set(backup), []);
  const other = bench({ ...backup, id: 8 });
  assert.deepEqual(await other.set(backup), [
    "--stop-daemon backup",
    "--start-daemon backup --mcast-interface eth0 --syncid 7",
  ]);
});

test("a length that the kernel rounds is no reason to start anew, another one is", async () => {
  const { set, kernel } = bench();
  await set({ ...backup, maxLength: 1000 });
  kernel.set("backup", { ...kernel.get("backup") ?? backup, maxLength: 1024 });
  assert.deepEqual(await set(master, { ...backup, maxLength: 1000 }), [
    "--start-daemon master --mcast-interface eth0 --syncid 7",
  ]);
  assert.deepEqual(await set(master, { ...backup, maxLength: 1100 }), [
    "--stop-daemon backup",
    "--start-daemon backup --mcast-interface eth0 --syncid 7 --sync-maxlen 1100",
  ]);
});

test("of wishes that follow each other only the last is carried out", async () => {
  const { daemons, asked } = bench();
  daemons.set([master]);
  daemons.set([backup]);
  daemons.set([master]);
  await daemons.idle();
  assert.deepEqual(asked, ["--start-daemon master --mcast-interface eth0 --syncid 7"]);
});

test("what the kernel refuses is said", async () => {
  const { set, said } = bench();
  await set({ ...master, interface: "nosuch" });
  assert.deepEqual(said, [
    "error: IPVS: Cannot carry out ipvsadm --start-daemon master --mcast-interface nosuch --syncid 7: No such device (ENODEV)",
  ]);
});

test("one that is gone already when it is to end is no news", async () => {
  const { daemons, kernel, set, said } = bench();
  await set(master);
  const stop = kernel.delete.bind(kernel);
  kernel.delete = (role) => {
    stop(role);
    return false;
  };
  daemons.set([]);
  await daemons.idle();
  assert.deepEqual(said, []);
});
