import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig, type LoadedConfig } from "../load.ts";
import { lint, LINT_RULES } from "./lint.ts";

function load(text: string): LoadedConfig {
  return loadConfig((path) => [{ path, text }], "a.conf", { hostName: "low" });
}

function instance(lines: string, name = "A"): string {
  return `vrrp_instance ${name} {
interface eth0
virtual_ipaddress {
10.0.0.1
}
${lines}
}
`;
}

const mail = "smtp_server 10.0.0.25\nnotification_email {\na@example.com\n}";

function script(lines: string): string {
  return `vrrp_script s {\nscript /bin/true\n${lines}\n}\n`;
}

/** An instance that tracks the script. */
function tracking(lines: string): string {
  return script("rise 2") +
    instance(`virtual_router_id 1\npriority 100\ntrack_script {\ns weight 20\n}\n${lines}`);
}

function group(first: string, second: string): string {
  return instance(`virtual_router_id 1\n${first}`) +
    instance(`virtual_router_id 2\n${second}`, "B").replace("10.0.0.1", "10.0.0.2") +
    "vrrp_sync_group G {\ngroup {\nA\nB\n}\n}\n";
}

function service(lines: string, checker = "TCP_CHECK {\n}"): string {
  return `virtual_server 10.0.0.1 80 {
lvs_sched rr
lvs_method NAT
protocol TCP
${lines}
real_server 10.0.0.2 80 {
weight 5
${checker}
}
}
`;
}

/** For each rule a text that breaks it, where, and the nearest text that does not. */
const cases: Readonly<Record<string, { bad: string; at: string; good: string }>> = {
  "lint-master-without-priority": {
    bad: instance("virtual_router_id 1\nstate MASTER"),
    at: "7:1",
    good: instance("virtual_router_id 1\nstate MASTER\npriority 150"),
  },
  "lint-default-priority": {
    bad: instance("virtual_router_id 1"),
    at: "1:15",
    good: instance("virtual_router_id 1\npriority 100"),
  },
  "lint-shared-vrid": {
    bad: instance("virtual_router_id 1") +
      instance("virtual_router_id 1\nmcast_dst_ip 224.0.0.9", "B"),
    at: "13:1",
    good: instance("virtual_router_id 1") + instance("virtual_router_id 2", "B"),
  },
  "lint-strict-closed": {
    bad: instance("virtual_router_id 1\npriority 9\nstrict_mode"),
    at: "8:1",
    good: instance("virtual_router_id 1\npriority 9\nstrict_mode\naccept"),
  },
  "lint-peer-is-self": {
    bad: instance("virtual_router_id 1\nunicast_src_ip 10.0.0.8\nunicast_peer {\n10.0.0.8\n}"),
    at: "8:1",
    good: instance("virtual_router_id 1\nunicast_src_ip 10.0.0.8\nunicast_peer {\n10.0.0.9\n}"),
  },
  "lint-peer-is-virtual": {
    bad: instance(
      "virtual_router_id 1\nunicast_peer {\n10.0.0.2\n}\nvirtual_ipaddress_excluded {\n10.0.0.2\n}",
    ),
    at: "7:1",
    good: instance("virtual_router_id 1\nunicast_peer {\n10.0.0.9\n}"),
  },
  "lint-unicast-without-source": {
    bad: instance("virtual_router_id 1\nunicast_peer {\n10.0.0.9\n}"),
    at: "7:1",
    good: instance("virtual_router_id 1\nunicast_src_ip 10.0.0.8\nunicast_peer {\n10.0.0.9\n}"),
  },
  "lint-source-is-virtual": {
    bad: instance("virtual_router_id 1\nmcast_src_ip 10.0.0.1"),
    at: "7:1",
    good: instance("virtual_router_id 1\nmcast_src_ip 10.0.0.8"),
  },
  "lint-nopreempt-weight": { bad: tracking("nopreempt"), at: "15:1", good: tracking("preempt") },
  "lint-weight-too-large": {
    bad: tracking("priority 240"),
    at: "5:15",
    good: tracking("priority 234"),
  },
  "lint-script-flaps": { bad: script(""), at: "1:13", good: script("fall 2") },
  "lint-script-slow": {
    bad: script("interval 1\ntimeout 2"),
    at: "1:13",
    good: script("interval 2\ntimeout 2"),
  },
  "lint-unused-tracker": { bad: script(""), at: "1:13", good: tracking("") },
  "lint-group-priorities": {
    bad: group("priority 90", "priority 100"),
    at: "17:17",
    good: group("priority 90", "priority 90"),
  },
  "lint-quorum-unreachable": {
    bad: service("quorum 4\nhysteresis 2"),
    at: "1:16",
    good: service("quorum 3\nhysteresis 2"),
  },
  "lint-unchecked-server": { bad: service("", ""), at: "1:16", good: service("") },
  "lint-plain-password": {
    bad: instance("virtual_router_id 1\nauthentication {\nauth_type PASS\nauth_pass x\n}"),
    at: "7:1",
    good: instance("virtual_router_id 1\nauthentication {\nauth_type AH\nauth_pass x\n}"),
  },
  "lint-plain-mail-password": {
    bad: "global_defs {\nsmtp_user low\nsmtp_password sesame\n}",
    at: "3:1",
    good: "global_defs {\nsmtp_user low\nsmtp_password sesame\nsmtp_tls tls\n}",
  },
  "lint-no-shell": {
    bad: instance('virtual_router_id 1\nnotify "/bin/ps | /bin/grep x"'),
    at: "7:8",
    good: instance(`virtual_router_id 1\nnotify "/bin/sh -c 'ps | grep x'"`),
  },
  "lint-mail-to-nobody": {
    bad: instance("virtual_router_id 1\nsmtp_alert"),
    at: "7:1",
    good: `global_defs {\n${mail}\n}\n` + instance("virtual_router_id 1\nsmtp_alert"),
  },
  "lint-iptables": {
    bad: "global_defs {\nnftables fw\nvrrp_iptables ka_in\n}",
    at: "3:1",
    good: "global_defs {\nnftables fw\n}",
  },
};

test("every lint rule has a code, a title and a reason of its own", () => {
  for (const part of ["code", "title", "reason"] as const) {
    assert.equal(new Set(LINT_RULES.map((rule) => rule[part])).size, LINT_RULES.length);
  }
  for (const { code, title, reason } of LINT_RULES) {
    assert.match(code, /^lint-[a-z-]+$/);
    assert.ok(title !== "" && reason !== "");
  }
});

for (const { code, reason } of LINT_RULES) {
  test(`lint() finds ${code}, gives the reason, and can be told not to`, () => {
    const { bad, at, good } = cases[code] ?? assert.fail(`${code} has no case`);
    const of = (text: string, off: string[] = []) =>
      lint(load(text), { off }).filter((one) => one.code === code);
    const found = of(bad);
    assert.deepEqual(found.map((one) => `${one.at.line}:${one.at.column}`), [at]);
    assert.equal(found[0]?.severity, "warning");
    assert.equal(found[0]?.hint, reason);
    assert.deepEqual(of(bad, [code]), []);
    assert.deepEqual(of(good), []);
  });
}

test("lint() says where rules go that are meant for iptables", () => {
  const said = (text: string) => lint(load(text)).map(({ message }) => message);
  const words = "rules are made with nftables, in chains 'in' and 'out' of tables";
  assert.deepEqual(said("global_defs {\nvrrp_ipsets\nnftables fw\n}"), [
    `vrrp_ipsets: ${words} 'ip fw' and 'ip6 fw'`,
  ]);
  assert.deepEqual(said("global_defs {\nvrrp_iptables\n}"), [
    `vrrp_iptables: ${words} 'ip keepalived' and 'ip6 keepalived'`,
  ]);
});

test("lint() has nothing to say of a file that is not there", () => {
  const missing = loadConfig(() => [], "a.conf", { hostName: "low" });
  assert.deepEqual(lint(missing), []);
});
