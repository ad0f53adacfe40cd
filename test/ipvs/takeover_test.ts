/** A checker process that finds the table of an earlier one. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "@keepalived/keepalived-config";
import { AF_INET, SO_REUSEADDR, SOCK_STREAM, Socket, SOL_SOCKET } from "@keepalived/linux";
import { CheckProcess } from "../../apps/keepalived/check/check_process.ts";
import { Reactor } from "@keepalived/reactor";
import { sleep, until } from "../../tools/lab/lab.ts";
import { requireGuest, run, saved } from "./kernel.ts";

const service = "-A -t 192.0.2.1:80 -s rr";
const destination = (number: number, weight = 1) =>
  `-a -t 192.0.2.1:80 -r 127.0.0.${number}:9100 -m -w ${weight}`;

/** A virtual server with three servers, of which nobody knows at the start whether they are up. */
function config() {
  const servers = [1, 2, 3].map((number) =>
    `real_server 127.0.0.${number} 9100 {\nTCP_CHECK {\nconnect_timeout 1\n}\n}\n`
  );
  const text = `virtual_server 192.0.2.1 80 {\nalpha\ndelay_loop 0.2\nwarmup 0\nprotocol TCP\n` +
    `lvs_sched rr\nlvs_method NAT\ninhibit_on_failure off\n${servers.join("")}}\n`;
  const { config, diagnostics } = loadConfig((path) => [{ path, text }], "a", { hostName: "h" });
  assert.deepEqual(diagnostics, []);
  assert.ok(config !== undefined);
  return config;
}

function listen(number: number): Socket {
  const socket = Socket.open(AF_INET, SOCK_STREAM, 0, "a server's socket");
  socket.setOption(SOL_SOCKET, SO_REUSEADDR, 1);
  socket.bind({ family: "ipv4", address: `127.0.0.${number}`, port: 9100 });
  socket.listen(4096);
  return socket;
}

test("servers of an earlier run stay until a check has spoken, others come when one has", async () => {
  requireGuest();
  run("ipvsadm -C");
  using reactor = new Reactor();
  const loop = reactor.run();
  const said: string[] = [];
  const open = () => new CheckProcess(reactor, (_, text) => void said.push(text), { ipvs: "keep" });
  using first = listen(1);
  {
    using _second = listen(2);
    const check = open();
    await check.start(config());
    assert.deepEqual(saved(), [service]);
    await until("two servers are there", () => saved().length === 3);
    await check.stop();
    assert.deepEqual(saved(), [service, destination(1), destination(2)]);
  }
  using _third = listen(3);
  const check = open();
  await check.start(config());
  assert.match(said.join("\n"), /IPVS: took over 1 service with 2 destinations/);
  await sleep(500);
  assert.deepEqual(saved(), [service, destination(1), destination(2)]);
  await until("one went, one came", () => saved().includes(destination(3)));
  assert.deepEqual(saved(), [service, destination(1), destination(3)]);
  first[Symbol.dispose]();
  await until("another went", () => saved().length === 2);
  assert.deepEqual(saved(), [service, destination(3)]);
  await check.stop();
  run("ipvsadm -C");
  reactor.stop();
  await loop;
});
