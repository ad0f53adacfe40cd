import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../mod.ts";

const CHOSEN = "protocol TCP\nlvs_sched rr\nlvs_method NAT\n";
const SERVER = "real_server 10.1.0.1 80 {\n}\n";

function read(text: string) {
  const { config, diagnostics } = loadConfig((path) => [{ path, text }], "a", { hostName: "h" });
  return { servers: config?.virtualServers ?? [], said: diagnostics.map(({ message }) => message) };
}

/** One virtual server with what it cannot be without. */
function one(lines: string, name = "10.0.0.1 80", globals = "") {
  const { servers: [server], said } = read(
    `global_defs {\n${globals}\n}\nvirtual_server ${name} {\n${lines}\n}\n`,
  );
  return { server, said };
}

/** Lines, name, port and forwarding of the real server, and what is said. */
const ports: readonly (readonly [string, string, string, number, readonly string[]])[] = [
  [
    "masquerading can change the port",
    CHOSEN + "real_server 10.1.0.1 81 {\n}",
    "10.0.0.1 80",
    81,
    [],
  ],
  ["no port is that of the service", CHOSEN + "real_server 10.1.0.1 {\n}", "10.0.0.1 80", 80, []],
  ["routing cannot", CHOSEN + "lvs_method DR\nreal_server 10.1.0.1 81 {\n}", "10.0.0.1 80", 80, [
    "WARNING - virtual server [10.0.0.1]:tcp:80 and real server [10.1.0.1]:tcp:81 ports don't match - resetting",
  ]],
  [
    "the server's own method counts",
    CHOSEN + "lvs_method DR\nreal_server 10.1.0.1 81 {\nlvs_method NAT\n}",
    "10.0.0.1 80",
    81,
    [],
  ],
  [
    "a firewall mark has no port to route to",
    "lvs_sched rr\nlvs_method DR\nreal_server 10.1.0.1 81 {\n}",
    "fwmark 5",
    0,
    [
      "WARNING - fwmark virtual server FWM 5, real server [10.1.0.1]:none:81 has port specified - clearing",
    ],
  ],
  ["but one to masquerade to", "lvs_sched rr\nlvs_method NAT\n" + SERVER, "fwmark 5", 80, []],
];

for (const [name, lines, vs, port, messages] of ports) {
  test(`port: ${name}`, () => {
    const { server, said } = one(lines, vs);
    assert.equal(server?.realServers[0]?.port, port);
    assert.deepEqual(said, messages);
  });
}

test("servers of a group that is not masqueraded have the port of each member", () => {
  const { servers: [server], said } = read(
    "virtual_server_group g {\n10.0.0.1 80\n10.0.0.2-4 90\n}\nvirtual_server group g {\n" +
      CHOSEN + "lvs_method DR\nreal_server 10.1.0.1 80 {\nTCP_CHECK {\n}\n}\n}\n",
  );
  assert.equal(server?.realServers[0]?.port, 0);
  assert.equal(server?.realServers[0]?.name, "[10.1.0.1]:tcp:80");
  assert.deepEqual(said, [
    "virtual server [g]:0:[10.0.0.2-10.0.0.4,90] and real server [10.1.0.1]:tcp:80 ports don't match",
  ]);
  const [checker] = server?.realServers[0]?.checkers ?? [];
  assert.equal(checker?.kind === "tcp" && checker.connection.port, 80);
});

test("the second of two equal servers is left out, and a third with another port stays", () => {
  const { server, said } = one(CHOSEN + SERVER + SERVER + "real_server 10.1.0.1 81 {\n}");
  assert.deepEqual(server?.realServers.map(({ name }) => name), [
    "[10.1.0.1]:tcp:80",
    "[10.1.0.1]:tcp:81",
  ]);
  assert.deepEqual(said, [
    "VS [10.0.0.1]:tcp:80: real server [10.1.0.1]:tcp:80 is duplicated - removing second rs",
  ]);
});

test("a server of the other family needs a tunnel", () => {
  const text = "real_server fd00::1 80 {\n}\nreal_server fd00::2 80 {\nlvs_method TUN\n}";
  const { server, said } = one(CHOSEN + SERVER + text);
  assert.deepEqual(server?.realServers.map(({ address }) => address), ["10.1.0.1", "fd00::2"]);
  assert.deepEqual(said, [
    "Address family of virtual server and real server fd00::1 don't match - skipping real server.",
  ]);
});

test("a lower threshold above the upper one is dropped", () => {
  const { server, said } = one(
    CHOSEN + "real_server 10.1.0.1 80 {\nuthreshold 5\nlthreshold 10\n}",
  );
  const [real] = server?.realServers ?? [];
  assert.deepEqual([real?.upperThreshold, real?.lowerThreshold], [5, 0]);
  assert.match(
    said.join("\n"),
    /^Real server \[10\.1\.0\.1\]:tcp:80: lthreshold 10 > uthreshold 5/,
  );
});

/** `global_defs`, virtual server, real server; then whether mails are sent of each. */
const mails: readonly (readonly [string, string, string, boolean, boolean])[] = [
  ["", "", "", false, true],
  ["smtp_alert off", "", "", false, false],
  ["smtp_alert on", "", "", true, true],
  ["smtp_alert on\nsmtp_alert_checker off", "", "", false, false],
  ["smtp_alert off", "smtp_alert", "smtp_alert on", true, true],
  ["", "smtp_alert", "smtp_alert off", true, false],
];

for (const [globals, vs, rs, ofService, ofServer] of mails) {
  test(`mails with [${globals}] [${vs}] [${rs}]`, () => {
    const lines = `${CHOSEN}${vs}\nreal_server 10.1.0.1 80 {\n${rs}\n}`;
    const { server } = one(lines, "10.0.0.1 80", globals);
    assert.equal(server?.smtpAlert, ofService);
    assert.equal(server?.realServers[0]?.smtpAlert, ofServer);
  });
}
