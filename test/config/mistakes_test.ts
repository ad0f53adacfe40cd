import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig, testExitCode } from "@keepalived/keepalived-config";
import { found, instance, load, printed } from "./support.ts";

test("each of five mistakes in one file is named once, with its place, a caret and a hint", () => {
  const text = `global_defs {
  router_idd here
  no_such_block {
    inner {
      words
    }
  }
}
include missing.conf
include a.conf
vrrp_instance A {
  interface eth0
  virtual_router_id 51
  priority 300
  virtual_ipaddress {
    10.0.0.1
vrrp_instance B {
  interface eth1
  virtual_router_id 52
  virtual_ipaddress {
    10.0.0.2
  }
}
`;
  const result = load(text);
  assert.deepEqual(printed(result), [
    `a.conf:2:3: error[unknown-keyword]: Unknown keyword 'router_idd'
      router_idd here
      ^^^^^^^^^^
    hint: did you mean 'router_id'?`,
    `a.conf:3:3: error[unknown-keyword]: Unknown keyword 'no_such_block'
      no_such_block {
      ^^^^^^^^^^^^^
    hint: this line is left out, with everything in its braces`,
    `a.conf:9:9: warning[file-not-found]: Config files missing 'missing.conf'
    include missing.conf
            ^^^^^^^^^^^^
    hint: create the file, or take this line out`,
    `a.conf:10:9: error[include-cycle]: 'a.conf' includes itself
    include a.conf
            ^^^^^^
    hint: take this line out: the file is being read already`,
    `a.conf:11:17: error[missing-brace]: Missing '}' of block 'vrrp_instance'
    vrrp_instance A {
                    ^
    hint: add } before 'vrrp_instance' in line 17`,
    `a.conf:14:12: error[out-of-range]: (A) priority: number '300' outside range [1, 255]
      priority 300
               ^^^
    hint: the default holds: 100 (255 when state MASTER is set and priority absent)`,
    `a.conf:15:21: error[missing-brace]: Missing '}' of block 'virtual_ipaddress'
      virtual_ipaddress {
                        ^
    hint: add } before 'vrrp_instance' in line 17`,
  ]);
  assert.deepEqual(result.config?.instances.map(({ name }) => name), ["A", "B"]);
});

const cases: readonly (readonly [string, string, readonly string[]])[] = [
  ["an unknown keyword with its block", "nosuch x {\n a {\n b }\n}\n", ["1:1 unknown-keyword"]],
  ["a keyword of another block", "priority 100\n", ["1:1 unknown-keyword"]],
  [
    "an unknown keyword of an inactive block",
    "vrrp_sync_group G {\n  grup {\n a\n }\n group {\n A\n B\n}\n}\n" +
    instance("virtual_ipaddress {\n 10.0.0.1\n}") +
    instance("virtual_ipaddress {\n 10.0.0.2\n}", "B", 52),
    ["2:3 unknown-keyword"],
  ],
  ["a missing argument", "vrrp_instance A {\n  priority\n}\n", [
    "1:15 missing-vrid",
    "1:15 missing-interface",
    "1:15 no-address",
    "2:3 missing-argument",
  ]],
  ["a block without a name", "vrrp_instance {\n}\n", ["1:1 missing-name"]],
  ["a keyword without its block", "global_defs\n", ["1:1 missing-block"]],
  ["a block that is not wanted", "global_defs {\n router_id x {\n a\n }\n}", [
    "2:14 unexpected-brace",
  ]],
  ["a block in a list", "static_ipaddress {\n 10.0.0.1 {\n a\n}\n}", ["2:11 unexpected-brace"]],
  ["a surplus argument", "global_defs {\n router_id a b c\n}", ["2:14 surplus-argument"]],
  ["a number that is none", "global_defs {\n vrrp_version x\n}", ["2:15 invalid-number"]],
  ["a negative number", "global_defs {\n random_seed -1\n}", ["2:14 out-of-range"]],
  ["too many decimal places", "global_defs {\n vrrp_garp_interval 1.23456789\n}", [
    "2:21 invalid-number",
  ]],
  ["a switch that is none", "global_defs {\n smtp_alert foo\n}", ["2:13 invalid-value"]],
  ["a group that is not multicast", "global_defs {\n vrrp_mcast_group4 10.0.0.1\n}", [
    "2:20 invalid-address",
  ]],
  ["a group of the other family", "global_defs {\n vrrp_mcast_group4 ff02::1\n}", [
    "2:20 invalid-address",
  ]],
  ["a name that is too long", "global_defs {\n process_name abcdefghijklmnop\n}", [
    "2:15 truncated",
  ]],
  ["a real time priority above the highest", "global_defs {\n vrrp_rt_priority 100\n}", [
    "2:19 out-of-range",
  ]],
  ["a command with an open quote", 'global_defs {\n startup_script "/bin/a \'b"\n}', [
    "2:17 invalid-command",
  ]],
  ["a mask that is none", "global_defs {\n umask 999\n}", ["2:8 invalid-value"]],
  ["a receive buffer policy that is none", "global_defs {\n vrrp_rx_bufs_policy foo\n}", [
    "2:22 invalid-value",
  ]],
  ["a CPU that is none", "global_defs {\n vrrp_cpu_affinity 0 x\n}", ["2:22 invalid-number"]],
  ["an IPVS timeout that is none", "global_defs {\n lvs_timeouts tcp 5 foo\n}", [
    "2:21 unknown-option",
  ]],
  [
    "an instance that is there already",
    instance("virtual_ipaddress {\n 10.0.0.1\n}") + instance(),
    ["8:15 duplicate-name"],
  ],
];

for (const [name, text, expected] of cases) {
  test(`loadConfig() reports ${name}`, () => {
    const result = load(text);
    assert.deepEqual(found(result.diagnostics), expected, printed(result).join("\n"));
  });
}

test("loadConfig() says which block knows a keyword", () => {
  const [first] = load("priority 100\n").diagnostics;
  assert.equal(first?.hint, "it belongs in 'vrrp_instance'");
});

test("loadConfig() gives no configuration if the main file cannot be read", () => {
  const { config, diagnostics } = loadConfig(() => [], "a.conf", { hostName: "low" });
  assert.equal(config, undefined);
  assert.deepEqual(found(diagnostics), ["1:1 no-configuration"]);
});

const codes: readonly (readonly [string, readonly string[], number])[] = [
  ["nothing", [], 0],
  ["findings of ours alone", ["surplus-argument", "not-expanded", "old-name"], 0],
  ["a file that is missing and must not be", ["file-not-found", "surplus-argument"], 6],
  ["an interface of a delay that is missing", ["absent-interface"], 4],
  ["an interface that is missing", ["unknown-interface"], 5],
  ["anything else", ["absent-interface", "deprecated"], 5],
  ["a mere warning", ["adjusted"], 5],
  ["script security", ["unknown-keyword", "script-security"], 6],
  ["no configuration", ["no-configuration"], 6],
  ["a missing argument", ["script-security", "missing-argument"], 2],
];

for (const [name, list, expected] of codes) {
  test(`testExitCode() is ${expected} for ${name}`, () => {
    const at = { file: "a", line: 1, column: 1, length: 1 };
    const diagnostics = list.map((code) => ({ severity: "error" as const, code, message: "", at }));
    assert.equal(testExitCode(diagnostics), expected);
  });
}

test("testExitCode() is 4 for a file that may be missing", () => {
  const at = { file: "a", line: 1, column: 1, length: 1 };
  assert.equal(testExitCode([{ severity: "warning", code: "file-not-found", message: "", at }]), 4);
});
