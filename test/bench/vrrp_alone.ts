/**
 * `vrrp_alone.ts FILE`: the VRRP child of the daemon without its parent, which writes what it has counted, as a line of
 * JSON, when it gets SIGUSR2.
 */

import process from "node:process";
import { Reactor } from "@keepalived/reactor";
import { loadFile } from "../../apps/keepalived/config/load_file.ts";
import { openLog } from "../../apps/keepalived/log.ts";
import { processSnapshot } from "../../apps/keepalived/status/snapshot/process_of.ts";
import { vrrpSnapshot } from "../../apps/keepalived/status/snapshot/vrrp_of.ts";
import { VrrpProcess } from "../../apps/keepalived/vrrp/vrrp_process.ts";

const { config } = await loadFile(process.argv[2] ?? "", { configId: undefined, machine: true });
if (config === undefined) throw new Error("The configuration has errors");
using reactor = new Reactor();
const log = openLog({ ident: "alone", console: true, syslog: false });
const vrrp = new VrrpProcess(reactor, log, { detail: 0 });
process.on("SIGUSR2", () => {
  const moment = { nowUs: reactor.nowUs(), unixMs: Date.now() };
  const snapshot = vrrpSnapshot(vrrp.sources, processSnapshot(), moment);
  process.stdout.write(`${JSON.stringify(snapshot)}\n`);
});
process.on("SIGTERM", () => void vrrp.stop().finally(() => reactor.stop()));
reactor.post(() => void vrrp.start(config));
await reactor.run();
process.exit();
