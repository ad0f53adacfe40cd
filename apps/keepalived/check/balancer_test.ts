import assert from "node:assert/strict";
import { test } from "node:test";
import { failed, succeeded } from "@keepalived/checkers";
import { Stage, tcpCheck, virtualServerText } from "./testing/stage.ts";

const refused = failed("refused", "connection refused");
const vs = "[192.0.2.1]:tcp:80";
const rs = (number: number) => `[10.0.0.${number}]:tcp:80`;
const two = { "10.0.0.1": tcpCheck, "10.0.0.2": tcpCheck };

test("the first check comes a second after the start, one failure then takes a server down", async () => {
  const stage = new Stage(virtualServerText("", two));
  stage.answers.set(1, succeeded).set(2, refused);
  await stage.start(0.9);
  assert.deepEqual(stage.take(), [`VS ${vs} UP`]);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 1:1 2:1"]);
  await stage.run(0.2);
  assert.deepEqual(stage.take(), [`RS ${rs(2)} DOWN`]);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 1:1"]);
  assert.deepEqual(stage.log, [
    `Gained quorum 1+0=1 <= 2 for VS ${vs}`,
    `TCP_CHECK on service ${rs(2)} failed: connection refused`,
    `Removing service ${rs(2)} from VS ${vs}`,
  ]);
});

test("the last server goes with the quorum, and comes back with it", async () => {
  const lines = 'sorry_server 10.0.0.9 80\nquorum_up "/bin/q up"\nquorum_down "/bin/q down"';
  const check = `${tcpCheck}\nnotify_up "/bin/n up"\nnotify_down "/bin/n down"`;
  const stage = new Stage(virtualServerText(lines, { "10.0.0.1": check }));
  stage.answers.set(1, succeeded);
  await stage.start(2);
  stage.answers.set(1, refused);
  stage.log.splice(0);
  await stage.run(3);
  assert.deepEqual(stage.take(), [`VS ${vs} UP`, `RS ${rs(1)} DOWN`, `VS ${vs} DOWN`]);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 9:1"]);
  stage.answers.set(1, succeeded);
  await stage.run(1);
  assert.deepEqual(stage.take(), [`RS ${rs(1)} UP`, `VS ${vs} UP`]);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 1:1"]);
  assert.deepEqual(stage.commands, [
    "/bin/q up",
    "/bin/n down",
    "/bin/q down",
    "/bin/n up",
    "/bin/q up",
  ]);
  assert.deepEqual(stage.log, [
    `TCP_CHECK on service ${rs(1)} failed after 1 retries: connection refused`,
    `Removing service ${rs(1)} from VS ${vs}`,
    `Lost quorum 1-0=1 > 0 for VS ${vs}`,
    `Adding sorry server ${rs(9)} to VS ${vs}`,
    `Removing alive servers from the pool for VS ${vs}`,
    `TCP_CHECK on service ${rs(1)} succeeded`,
    `Adding service ${rs(1)} to VS ${vs}`,
    `Gained quorum 1+0=1 <= 1 for VS ${vs}`,
    `Removing sorry server ${rs(9)} from VS ${vs}`,
    `Adding alive servers to the pool for VS ${vs}`,
  ]);
});

test("inhibited servers are disabled and enabled, and so is the sorry server", async () => {
  const lines = "inhibit_on_failure\nsorry_server 10.0.0.9 80\nsorry_server_inhibit";
  const stage = new Stage(virtualServerText(lines, { "10.0.0.1": tcpCheck }));
  stage.answers.set(1, refused);
  await stage.start(0);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 1:1 9:0"]);
  await stage.run(1);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 1:0 9:1"]);
  stage.answers.set(1, succeeded);
  await stage.run(1);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 1:1 9:0"]);
  assert.deepEqual(stage.log.filter((line) => /abling/.test(line)), [
    `Disabling service ${rs(1)} of VS ${vs}`,
    `Enabling sorry server ${rs(9)} to VS ${vs}`,
    `Enabling service ${rs(1)} of VS ${vs}`,
    `Disabling sorry server ${rs(9)} from VS ${vs}`,
  ]);
});

test("alpha: nothing is said before the first check, and the first failure is no removal", async () => {
  const stage = new Stage(virtualServerText("alpha", two));
  stage.answers.set(1, refused).set(2, succeeded);
  await stage.start(0);
  assert.deepEqual(stage.take(), []);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > ?1 ?2"]);
  await stage.run(1);
  assert.deepEqual(stage.take(), [`RS ${rs(1)} DOWN`, `RS ${rs(2)} UP`, `VS ${vs} UP`]);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 2:1"]);
  assert.deepEqual(stage.log.filter((line) => line.includes("Removing")), []);
});

test("rs_init_notifies tells of servers at the start", async () => {
  const stage = new Stage(virtualServerText("", two));
  const told = new Stage(virtualServerText("", two), { initNotifies: true });
  await stage.start();
  await told.start();
  assert.deepEqual(stage.take(), [`VS ${vs} UP`]);
  assert.deepEqual(told.take(), [`RS ${rs(1)} UP`, `RS ${rs(2)} UP`, `VS ${vs} UP`]);
});

test("log_all_failures says each failure once", async () => {
  const all = `${tcpCheck.slice(0, -1)}log_all_failures\n}`;
  const stage = new Stage(virtualServerText("", { "10.0.0.1": all }));
  stage.answers.set(1, succeeded);
  await stage.start(1.5);
  stage.answers.set(1, refused);
  stage.log.splice(0);
  await stage.run(3);
  const failures = [
    `TCP_CHECK on service ${rs(1)} failed: connection refused`,
    `TCP_CHECK on service ${rs(1)} failed after 1 retries: connection refused`,
    `TCP_CHECK on service ${rs(1)} failed: connection refused`,
  ];
  const checks = () => stage.log.filter((line) => line.startsWith("TCP_CHECK"));
  assert.deepEqual(checks(), failures);
  stage.answers.set(1, succeeded);
  await stage.run(2);
  stage.answers.set(1, refused);
  stage.log.splice(0);
  await stage.run(3);
  assert.deepEqual(checks(), failures);
});

test("without log_all_failures only those that count are said", async () => {
  const stage = new Stage(virtualServerText("", { "10.0.0.1": tcpCheck }));
  stage.answers.set(1, succeeded);
  await stage.start(1.5);
  stage.answers.set(1, refused);
  await stage.run(5);
  assert.equal(stage.log.filter((line) => line.startsWith("TCP_CHECK")).length, 1);
});

test("a reload changes the times of a checker that goes on", async () => {
  const stage = new Stage(virtualServerText("", { "10.0.0.1": tcpCheck }));
  stage.answers.set(1, succeeded);
  await stage.start(5.5);
  assert.equal(stage.attempts.length, 5);
  stage.configure(virtualServerText("delay_loop 10", { "10.0.0.1": tcpCheck }));
  await stage.run(10);
  assert.equal(stage.attempts.length, 6);
});

test("misc_dynamic sets the weight, FILE_CHECK adds to it", async () => {
  const misc = 'MISC_CHECK {\nmisc_path "/bin/true"\nmisc_dynamic\n}';
  const file = "FILE_CHECK {\ntrack_file f\nweight 2\n}";
  const text = "track_file f {\nfile /tmp/f\n}\n" +
    virtualServerText("", { "10.0.0.1": `${misc}\n${file}` });
  const stage = new Stage(text);
  stage.files.set("f", 3);
  await stage.start(1);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 1:7"]);
  stage.attempts.at(-1)?.end({ ok: true, weight: 5 });
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 1:11"]);
  assert.deepEqual(
    stage.log.at(-1),
    `Changing weight from 7 to 11 for active service ${rs(1)} of VS ${vs}`,
  );
  stage.write("f", -3);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 1:0"]);
  assert.deepEqual(stage.take(), [`VS ${vs} UP`, `VS ${vs} DOWN`]);
  await stage.run(1);
  stage.attempts.at(-1)?.end({ ok: true });
  stage.write("f", 0);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 1:1"]);
});

test("FILE_CHECK without weight: what it finds at the start is the beginning, later it is a change", async () => {
  const file = "FILE_CHECK {\ntrack_file f\nweight 0\n}";
  const text = "track_file f {\nfile /tmp/f\n}\n" + virtualServerText("", {
    "10.0.0.1": file,
    "10.0.0.2": tcpCheck,
  });
  const stage = new Stage(text);
  stage.files.set("f", 1);
  await stage.start(0);
  assert.deepEqual(stage.take(), [`VS ${vs} UP`]);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 2:1"]);
  stage.write("f", 0);
  stage.write("f", 7);
  stage.write("f", 8);
  assert.deepEqual(stage.take(), [`RS ${rs(1)} UP`, `RS ${rs(1)} DOWN`]);
  assert.ok(stage.log.includes(`FILE_CHECK on service ${rs(1)} failed: track file f is 7`));
  assert.ok(stage.log.includes(`FILE_CHECK on service ${rs(1)} succeeded`));
});

test("BFD_CHECK follows its session; with alpha it waits for it", async () => {
  const bfd = (more: string) => `BFD_CHECK {\nname b\n${more}\n}`;
  const session = "bfd_instance b {\nneighbor_ip 10.0.0.1\n}\n";
  const text = session + virtualServerText("", { "10.0.0.1": bfd(""), "10.0.0.2": bfd("alpha") });
  const stage = new Stage(text);
  await stage.start(0);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 1:1 ?2"]);
  stage.session("b", true);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 1:1 2:1"]);
  stage.session("b", false);
  assert.deepEqual(stage.take(), [
    `VS ${vs} UP`,
    `RS ${rs(2)} UP`,
    `RS ${rs(1)} DOWN`,
    `RS ${rs(2)} DOWN`,
    `VS ${vs} DOWN`,
  ]);
  assert.ok(stage.log.includes(`BFD_CHECK on service ${rs(1)} failed: BFD session b is down`));
});

test("BFD_CHECK with alpha says that its session is down when it first hears so", async () => {
  const bfd = "BFD_CHECK {\nname b\nalpha\n}";
  const session = "bfd_instance b {\nneighbor_ip 10.0.0.1\n}\n";
  const stage = new Stage(session + virtualServerText("", { "10.0.0.1": bfd }));
  await stage.start(0);
  stage.session("b", false);
  stage.session("b", false);
  assert.deepEqual(stage.take(), [`RS ${rs(1)} DOWN`]);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 >"]);
  assert.deepEqual(stage.log, []);
});

test("ha_suspend: files and sessions do not count while no address is here, and do at once after", async () => {
  const file = "FILE_CHECK {\ntrack_file f\nweight 1\n}";
  const text = "track_file f {\nfile /tmp/f\n}\n" +
    virtualServerText("ha_suspend", { "10.0.0.1": file });
  const stage = new Stage(text);
  stage.files.set("f", 0);
  await stage.start(0);
  stage.localAddress = undefined;
  stage.balancer.addressesChanged();
  stage.write("f", 1);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 1:1"]);
  stage.localAddress = "192.0.2.1";
  stage.balancer.addressesChanged();
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 1:2"]);
});

test("ha_suspend: checks run only while an address is here, what is known stays", async () => {
  const stage = new Stage(virtualServerText("ha_suspend", two));
  stage.localAddress = undefined;
  stage.answers.set(1, succeeded).set(2, refused);
  await stage.start(10);
  assert.equal(stage.attempts.length, 0);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 1:1 2:1"]);
  stage.localAddress = "192.0.2.1";
  stage.balancer.addressesChanged();
  await stage.run(2);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 1:1"]);
  stage.answers.clear();
  await stage.run(1);
  stage.localAddress = undefined;
  stage.balancer.addressesChanged();
  stage.balancer.addressesChanged();
  assert.ok(stage.attempts.slice(-2).every(({ abandoned }) => abandoned));
  const count = stage.attempts.length;
  await stage.run(10);
  assert.equal(stage.attempts.length, count);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 1:1"]);
  assert.deepEqual(stage.log.filter((line) => line.includes("healthcheckers")), [
    `Suspending healthcheckers of VS ${vs}: none of its addresses is on this host`,
    `Activating healthcheckers of VS ${vs}: 192.0.2.1 is on this host`,
    `Suspending healthcheckers of VS ${vs}: none of its addresses is on this host`,
  ]);
  assert.equal(stage.balancer.status.suspended, true);
});

test("ha_suspend of a firewall mark looks for the addresses that it names", async () => {
  const text = virtualServerText("ha_suspend 192.0.2.7 192.0.2.8", two)
    .replace("192.0.2.1 80", "fwmark 5").replace("protocol TCP\n", "");
  const stage = new Stage(text);
  await stage.start(5);
  assert.equal(stage.attempts.length, 0);
  stage.localAddress = "192.0.2.8";
  stage.balancer.addressesChanged();
  await stage.run(2);
  assert.equal(stage.attempts.length, 2);
});

test("ha_suspend of a group: one of its addresses on this host is enough", async () => {
  const text = "virtual_server_group G {\n192.0.2.1 80\n192.0.2.7 81\nfwmark 5\n}\n" +
    virtualServerText("ha_suspend", two).replace("192.0.2.1 80", "group G");
  const stage = new Stage(text);
  stage.localAddress = undefined;
  stage.answers.set(1, succeeded).set(2, refused);
  await stage.start(5);
  assert.equal(stage.attempts.length, 0);
  const served = (servers: string) =>
    ["192.0.2.1:80", "192.0.2.7:81", "fwmark 5"].map((key) => `${key} > ${servers}`);
  assert.deepEqual(stage.wanted, served("1:1 2:1"));
  stage.localAddress = "192.0.2.7";
  stage.balancer.addressesChanged();
  await stage.run(3);
  assert.deepEqual(stage.wanted, served("1:1"));
  stage.localAddress = "192.0.2.9"; // Another address of the host.
  stage.balancer.addressesChanged();
  const count = stage.attempts.length;
  await stage.run(3);
  assert.equal(stage.attempts.length, count);
  assert.deepEqual(stage.log.filter((line) => line.includes("healthcheckers")), [
    "Suspending healthcheckers of VS [G]:0: none of its addresses is on this host",
    "Activating healthcheckers of VS [G]:0: 192.0.2.7 is on this host",
    "Suspending healthcheckers of VS [G]:0: none of its addresses is on this host",
  ]);
});

test("a reload keeps what is known of servers and checkers that are in both", async () => {
  const stage = new Stage(virtualServerText("", two));
  stage.answers.set(1, succeeded).set(2, refused).set(3, succeeded);
  await stage.start(1.5);
  stage.take();
  const attempts = stage.attempts.length;
  stage.configure(virtualServerText("lvs_sched wlc", { "10.0.0.3": tcpCheck, ...two }));
  assert.deepEqual(stage.take(), []);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 3:1 1:1"]);
  assert.equal(stage.attempts.length, attempts);
  const [third, first, second] = stage.balancer.status.servers.map(({ checkers }) => checkers[0]);
  assert.deepEqual([third?.attempts, first?.attempts, second?.attempts], [0, 1, 1]);
  assert.equal(second?.lastFailure, "connection refused");
  await stage.run(1);
  assert.deepEqual(stage.take(), []);
});

test("a reload: servers that go are told with the command that they had, and no longer checked", async () => {
  const down = `${tcpCheck}\nnotify_down "/bin/n down"`;
  const stage = new Stage(virtualServerText("", { "10.0.0.1": tcpCheck, "10.0.0.2": down }));
  await stage.start(1.5);
  stage.take();
  stage.configure(virtualServerText("", { "10.0.0.1": tcpCheck }));
  assert.deepEqual(stage.take(), [`RS ${rs(2)} DOWN`]);
  assert.deepEqual(stage.commands, ["/bin/n down"]);
  assert.equal(stage.log.at(-1), `Removing service ${rs(2)} from VS ${vs}`);
  assert.deepEqual(stage.attempts.map(({ abandoned }) => abandoned), [false, true]);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 1:1"]);
});

test("a reload: a checker that is new to a server that is down has to pass, others need not", async () => {
  const stage = new Stage(virtualServerText("", two));
  stage.answers.set(1, succeeded).set(2, refused);
  await stage.start(1.5);
  const other = tcpCheck.replace("{", "{\nconnect_port 81");
  stage.answers.clear();
  stage.configure(virtualServerText("", { "10.0.0.1": other, "10.0.0.2": other }));
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 1:1"]);
  stage.answers.set(1, succeeded).set(2, succeeded);
  stage.take();
  await stage.run(1.5);
  assert.deepEqual(stage.take(), [`RS ${rs(2)} UP`]);
  assert.deepEqual(stage.wanted, ["192.0.2.1:80 > 1:1 2:1"]);
});

test("a reload turns ha_suspend on and off", async () => {
  const stage = new Stage(virtualServerText("", two));
  stage.localAddress = undefined;
  await stage.start(1);
  assert.equal(stage.attempts.length, 2);
  stage.configure(virtualServerText("ha_suspend", two));
  assert.ok(stage.attempts.every(({ abandoned }) => abandoned));
  stage.configure(virtualServerText("", two));
  await stage.run(1);
  assert.equal(stage.attempts.length, 4);
});

test("the end: told with omega, or if a reload removes it", async () => {
  for (
    const [lines, cause, told] of [
      ["", "stopped", []],
      ["omega", "stopped", [`RS ${rs(1)} DOWN`, `RS ${rs(2)} DOWN`, `VS ${vs} DOWN`]],
      ["", "removed", [`RS ${rs(1)} DOWN`, `RS ${rs(2)} DOWN`, `VS ${vs} DOWN`]],
    ] as const
  ) {
    const stage = new Stage(virtualServerText(lines, two));
    await stage.start(1);
    stage.take();
    stage.balancer.stop(cause);
    assert.deepEqual(stage.take(), told);
    assert.deepEqual(stage.wanted, []);
    assert.ok(stage.attempts.every(({ abandoned }) => abandoned));
    await stage.run(5);
    assert.deepEqual(stage.take(), []);
    const removed = `Removing Virtual Server ${vs}`;
    assert.equal(stage.log.includes(removed), cause === "removed");
  }
});

test("a group is programmed member by member", async () => {
  const group = "virtual_server_group g {\n192.0.2.1-2 80\nfwmark 7\n}\n";
  const text = group + virtualServerText("", two).replace("192.0.2.1 80", "group g");
  const stage = new Stage(text);
  stage.localAddress = "192.0.2.2";
  await stage.start();
  assert.deepEqual(stage.wanted, [
    "192.0.2.1:80 > 1:1 2:1",
    "192.0.2.2:80 > 1:1 2:1",
    "fwmark 7 > 1:1 2:1",
  ]);
});

test("counters begin anew when they are cleared", async () => {
  const stage = new Stage(virtualServerText("", two));
  stage.answers.set(1, refused).set(2, succeeded);
  await stage.start(1);
  const counts = () =>
    stage.balancer.status.servers.flatMap(({ checkers }) =>
      checkers.map(({ attempts, failures }) => [attempts, failures])
    );
  assert.deepEqual(counts(), [[1, 1], [1, 0]]);
  stage.balancer.clearCounters();
  assert.deepEqual(counts(), [[0, 0], [0, 0]]);
});
