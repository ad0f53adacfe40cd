import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { AF_UNIX, nowUs, ReceiveBuffer, SOCK_DGRAM, Socket } from "@keepalived/linux";
import { ServiceManager } from "./service_manager.ts";

/** A service manager's end. */
class Listener {
  readonly #socket = Socket.open(AF_UNIX, SOCK_DGRAM, 0);

  constructor(path: string) {
    this.#socket.bind({ family: "unix", path });
  }

  read(): readonly string[] {
    const said: string[] = [];
    const buffer = new ReceiveBuffer(4096);
    for (;;) {
      const packet = this.#socket.receive(buffer);
      if (packet === undefined) return said;
      said.push(new TextDecoder().decode(packet.data));
    }
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}

function manager(environment: NodeJS.ProcessEnv) {
  const said: string[] = [];
  return { manager: new ServiceManager((_, text) => void said.push(text), environment), said };
}

const abstract = `keepalived-test-${process.pid}`;

test("each stage is told, over a path or an abstract name", () => {
  const folder = mkdtempSync(join(tmpdir(), "keepalived-notify-"));
  try {
    const path = join(folder, "notify");
    for (const [name, bound] of [[path, path], [`@${abstract}`, `\0${abstract}`]] as const) {
      using listener = new Listener(bound);
      const { manager: it, said } = manager({ NOTIFY_SOCKET: name });
      const before = nowUs();
      it.ready();
      it.reloading();
      it.alive();
      it.failed(2);
      it.stopping();
      const [ready, reloading, ...rest] = listener.read();
      assert.equal(ready, `READY=1\nMAINPID=${process.pid}`);
      const at = Number(/^RELOADING=1\nMONOTONIC_USEC=(\d+)$/.exec(reloading ?? "")?.[1]);
      assert.ok(at >= before && at <= nowUs());
      assert.deepEqual(rest, ["WATCHDOG=1", "ERRNO=2", "STOPPING=1"]);
      assert.deepEqual(said, []);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("nothing of it is left in the environment", () => {
  const environment = {
    NOTIFY_SOCKET: "/nowhere",
    WATCHDOG_USEC: "1000000",
    WATCHDOG_PID: String(process.pid),
    PATH: "/bin",
  };
  assert.equal(manager(environment).manager.watchdogUs, 1_000_000);
  assert.deepEqual(environment, { PATH: "/bin" });
});

test("a watchdog that is meant for another process, or is none, is none", () => {
  for (
    const environment of [
      { WATCHDOG_USEC: "1000000", WATCHDOG_PID: "1" },
      { WATCHDOG_USEC: "0" },
      { WATCHDOG_USEC: "soon" },
      {},
    ]
  ) assert.equal(manager(environment).manager.watchdogUs, undefined);
  assert.equal(manager({ WATCHDOG_USEC: "7" }).manager.watchdogUs, 7);
});

test("without a service manager nothing is said; one that does not listen is said once", () => {
  const none = manager({});
  none.manager.ready();
  assert.deepEqual(none.said, []);
  for (const path of ["/nowhere/notify", "x".repeat(200)]) {
    const { manager: it, said } = manager({ NOTIFY_SOCKET: path });
    for (let i = 0; i < 3; i++) it.ready();
    assert.equal(said.length, 1);
    assert.match(said[0] ?? "", /^Cannot tell the service manager \(NOTIFY_SOCKET\): /);
  }
});

test("a service manager that does not read holds nobody up", () => {
  using _ = new Listener(`\0${abstract}-full`);
  const { manager: it, said } = manager({ NOTIFY_SOCKET: `@${abstract}-full` });
  for (let i = 0; i < 1000; i++) it.alive();
  assert.deepEqual(said, ["Cannot tell the service manager (NOTIFY_SOCKET): it is busy"]);
});
