/** What systemd hears of the daemon: ready, reloading, stopping, alive, and why it failed. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { AF_UNIX, ReceiveBuffer, SOCK_DGRAM, Socket } from "@keepalived/linux";
import { Lab, sleep, until } from "../../tools/lab/lab.ts";
import { processTree } from "../../tools/lab/processes.ts";
import { instanceConf } from "./instance_conf.ts";

let lab: Lab;
before(async () => {
  lab = await Lab.create([{ name: "a", addresses: ["192.0.2.1/24"] }]);
});
after(async () => await lab[Symbol.asyncDispose]());

/** A service manager's end of NOTIFY_SOCKET. */
class Manager {
  readonly path: string;
  readonly #socket = Socket.open(AF_UNIX, SOCK_DGRAM, 0);
  readonly #said: string[] = [];

  constructor(name: string) {
    this.path = join(lab.folder, name);
    this.#socket.bind({ family: "unix", path: this.path });
  }

  /** All lines so far, those of a message after each other. */
  get said(): readonly string[] {
    const buffer = new ReceiveBuffer(4096);
    for (let next = this.#socket.receive(buffer); next; next = this.#socket.receive(buffer)) {
      this.#said.push(...new TextDecoder().decode(next.data).split("\n"));
    }
    return this.#said;
  }

  async hears(line: RegExp, from = 0): Promise<void> {
    await until(`${line}`, () => this.said.slice(from).some((said) => line.test(said)));
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}

test("the service manager hears of each stage, and signs of life in between", async () => {
  using manager = new Manager("stages");
  const daemon = lab.start({
    name: "a",
    config: instanceConf(),
    wrapper: ["env", `NOTIFY_SOCKET=${manager.path}`, "WATCHDOG_USEC=200000"],
  });
  await manager.hears(/^READY=1$/);
  await manager.hears(new RegExp(`^MAINPID=${daemon.pid}$`));
  await sleep(1000);
  const beats = manager.said.filter((line) => line === "WATCHDOG=1").length;
  assert.ok(beats >= 5, `${beats} signs of life in a second`);

  for (const pid of processTree(daemon.pid).filter((pid) => pid !== daemon.pid)) {
    const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
    assert.ok(!/NOTIFY_SOCKET|WATCHDOG_/.test(environment), "a child could speak for its parent");
  }

  let from = manager.said.length;
  daemon.signal("SIGHUP");
  await manager.hears(/^READY=1$/, from);
  const stages = () => manager.said.slice(from).filter((line) => /^[RS]/.test(line));
  assert.deepEqual(stages(), ["RELOADING=1", "READY=1"]);
  assert.ok(manager.said.slice(from).some((line) => /^MONOTONIC_USEC=\d+$/.test(line)));

  // A reload that is refused is over as well.
  from = manager.said.length;
  daemon.configure("vrrp_instance {");
  daemon.signal("SIGHUP");
  await daemon.says(/Reload refused/);
  await manager.hears(/^READY=1$/, from);
  assert.deepEqual(stages(), ["RELOADING=1", "READY=1"]);

  from = manager.said.length;
  assert.equal(await daemon.stop(), 0);
  assert.deepEqual(stages(), ["STOPPING=1"]);
});

test("the service manager hears with which status the daemon failed", async () => {
  using manager = new Manager("failures");
  const wrapper = ["env", `NOTIFY_SOCKET=${manager.path}`];
  const missing = instanceConf({ interface: "eth7" });
  const daemon = lab.start({ name: "a", config: missing, wrapper });
  assert.equal(await daemon.end(), 2);
  assert.deepEqual(manager.said, ["ERRNO=2", "STOPPING=1"]);

  const first = lab.start({ name: "a", config: instanceConf() });
  await first.says(/Startup complete/);
  const second = lab.start({ name: "a", config: instanceConf(), wrapper });
  assert.equal(await second.end(), 1);
  assert.equal(manager.said.at(-1), "ERRNO=1");
  assert.equal(await first.stop(), 0);
});
