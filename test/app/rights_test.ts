/** What the daemon says when it cannot do its work: missing rights, a missing interface, a copy that already runs. */

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Lab } from "../../tools/lab/lab.ts";
import { instanceConf } from "./instance_conf.ts";

let lab: Lab;
before(async () => {
  lab = await Lab.create([{ name: "a", addresses: ["192.0.2.1/24"] }]);
});
after(async () => await lab[Symbol.asyncDispose]());

for (const capability of ["NET_RAW", "NET_ADMIN"]) {
  test(`without CAP_${capability} it ends with status 4 and names the capability`, async () => {
    const name = `-${capability.toLowerCase()}`;
    const daemon = lab.start({
      name: "a",
      config: instanceConf(),
      wrapper: ["setpriv", "--bounding-set", name, "--inh-caps", name],
    });
    assert.equal(await daemon.end(), 4);
    const lines = daemon.lines(new RegExp(`CAP_${capability}`));
    assert.equal(lines.length, 1, daemon.log.join("\n"));
    assert.ok(daemon.lines(/missing permission/).length > 0, daemon.log.join("\n"));
    assert.ok(!existsSync(daemon.pidFile) && !existsSync(daemon.vrrpPidFile), "pid file left");
  });
}

test("an interface that does not exist ends it with status 2, and is named", async () => {
  const daemon = lab.start({ name: "a", config: instanceConf({ interface: "eth7" }) });
  assert.equal(await daemon.end(), 2);
  assert.ok(daemon.lines(/eth7/).length > 0, daemon.log.join("\n"));
  assert.ok(daemon.lines(/permanent error CONFIG/).length > 0, daemon.log.join("\n"));
  assert.ok(!existsSync(daemon.pidFile) && !existsSync(daemon.vrrpPidFile), "pid file left");
});

test("started in the background, the launcher tells what went wrong and how", async () => {
  const config = instanceConf({ interface: "eth7" });
  const launcher = lab.start({ name: "a", config, flags: "-DG" });
  assert.equal(await launcher.end(), 2);
  assert.ok(launcher.lines(/eth7/).length > 0, launcher.log.join("\n"));
});

test("a second copy with the same pid file refuses, and the first is not disturbed", async () => {
  const first = lab.start({ name: "a", config: instanceConf() });
  await first.says(/Entering MASTER STATE/);
  const pid = readFileSync(first.pidFile, "utf8");
  assert.equal(pid, `${first.pid}\n`);

  const second = lab.start({ name: "a", config: instanceConf() });
  assert.equal(await second.end(), 1);
  assert.ok(second.lines(/already running/).length > 0, second.log.join("\n"));
  assert.equal(readFileSync(first.pidFile, "utf8"), pid);
  assert.ok(lab.host("a").holds("192.0.2.100"));

  assert.equal(await first.stop(), 0);
});
