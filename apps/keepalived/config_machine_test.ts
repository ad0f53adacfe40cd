import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig, type LoadedConfig, testExitCode } from "@keepalived/keepalived-config";
import { checkMachine } from "./config_machine.ts";
import { fakeMachine } from "./machine/fake_machine.ts";

const folder = { type: "directory" } as const;
const machine = fakeMachine({
  "/opt": folder,
  "/opt/s.sh": {},
  "/opt/t.sh": {},
  "/opt/plain": { mode: 0o644 },
  "/opt/unsafe.sh": { mode: 0o757 },
  "/bin": folder,
  "/bin/true": {},
});

function check(text: string, on = machine): LoadedConfig {
  return checkMachine(loadConfig((path) => [{ path, text }], "a.conf", { hostName: "low" }), on);
}

const secure = "script_user root\nenable_script_security";

function conf(globals: string, instance = "", others = ""): string {
  return `global_defs {\n${globals}\n}\n${others}
vrrp_instance A {
interface eth0
virtual_router_id 5
virtual_ipaddress {
10.0.0.1
}
${instance}
}
`;
}

function tracked(script: string, globals = secure): string {
  return conf(globals, "track_script {\nx\n}", `vrrp_script x {\nscript ${script}\n}`);
}

function misc(script: string, globals = secure): string {
  const checker = `MISC_CHECK {\nmisc_path ${script}\n}`;
  return conf(
    globals,
    "",
    `virtual_server 10.9.0.1 80 {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP
real_server 10.9.0.2 80 {\n${checker}\n}\n}`,
  );
}

const violation = "are being executed but script_security not enabled.";

/** A configuration, what is said of it, and the status of the C daemon's test (2.2.7, watched). */
const cases: readonly (readonly [string, string, readonly string[], number])[] = [
  ["a good script", conf(secure, "notify /opt/s.sh"), [], 0],
  ["no script and no security", conf(""), [], 0],
  ["a script without security", conf("", "notify /opt/s.sh"), [
    `SECURITY VIOLATION - scripts ${violation}`,
  ], 6],
  ["an unsafe script without security", conf("", "notify /opt/unsafe.sh"), [
    `SECURITY VIOLATION - scripts ${violation} There are insecure scripts.`,
  ], 6],
  ["an unsafe script with security", conf(secure, "notify /opt/unsafe.sh"), [
    "Unsafe permissions found for script '/opt/unsafe.sh' - disabling.",
  ], 0],
  ["a script that is not there", conf("", "notify /opt/no.sh"), [
    "Script /opt/no.sh cannot be accessed - No such file or directory",
  ], 0],
  ["a script that cannot be executed", conf(secure, "notify /opt/plain"), [
    "WARNING - script '/opt/plain' is not executable for uid:gid 0:0 - disabling.",
  ], 0],
  ["one of these without security", conf("", "notify /opt/plain"), [
    "WARNING - script '/opt/plain' is not executable for uid:gid 0:0 - disabling.",
    `SECURITY VIOLATION - scripts ${violation}`,
  ], 6],
  ["a command without a path", conf(secure, "notify true"), [
    "WARNING - script `true` resolved by path search to `/bin/true`. Please specify full path.",
  ], 0],
  ["a user that is not there", conf(secure, "notify /opt/s.sh ghost"), [
    "Invalid user/group for notify script /opt/s.sh - ignoring",
  ], 0],
  ["a group that is not there", conf(secure, "notify /opt/s.sh web ghost"), [
    "Invalid user/group for notify script /opt/s.sh - ignoring",
  ], 0],
  ["a script_user that is not there", conf("script_user ghost", "notify /opt/s.sh"), [
    "Error setting global script uid/gid",
    "Failed to set default user for notify script /opt/s.sh - ignoring",
  ], 5],
  ["security without a user", conf("enable_script_security", "notify /opt/s.sh"), [
    "Unable to set default user keepalived_script for script",
    "Failed to set default user for notify script /opt/s.sh - ignoring",
  ], 5],
  [
    "security with a user for the script",
    conf("enable_script_security", "notify /opt/s.sh web"),
    [],
    0,
  ],
  ["a start script", conf("startup_script /opt/s.sh"), [
    `SECURITY VIOLATION - start/shutdown scripts ${violation}`,
  ], 6],
  ["a start script of nobody", conf(`${secure}\nstartup_script /opt/s.sh ghost`), [
    "Invalid startup script",
  ], 5],
  ["the reader of a FIFO", conf("notify_fifo /f\nnotify_fifo_script /opt/s.sh"), [
    `SECURITY VIOLATION - scripts ${violation}`,
  ], 6],
  ["a FIFO of nobody", conf(`${secure}\nnotify_fifo /f ghost`), [
    "Invalid user/group for notify_fifo /f - ignoring",
  ], 0],
  ["a tracked script", tracked("/opt/s.sh"), [], 0],
  ["a tracked script that is not there", tracked("/opt/no.sh", ""), [
    "Disabling track script x since not found/accessible",
  ], 5],
  ["a tracked command that is not in PATH", tracked("nosuch"), [
    "Disabling track script x since not found/accessible",
  ], 5],
  ["an unsafe tracked script", tracked("/opt/unsafe.sh"), [
    "Disabling track script x due to insecure",
  ], 5],
  ["a tracked folder", tracked("/opt", ""), [
    "Disabling track script x due to insecure",
    `SECURITY VIOLATION - scripts ${violation}`,
  ], 6],
  ["a tracked script of nobody", tracked("/opt/s.sh\nuser ghost"), [
    "Unable to set uid/gid for script '/opt/s.sh'",
  ], 5],
  [
    "a tracked script with security and without a user",
    tracked("/opt/s.sh", "enable_script_security"),
    [
      "Unable to set default user keepalived_script for script",
      "Unable to set default user for vrrp script x - removing",
    ],
    5,
  ],
  ["a test of existence", tracked("</no/such", ""), [], 0],
  ["a checker", misc("/opt/s.sh", ""), [`SECURITY VIOLATION - check scripts ${violation}`], 6],
  ["a checker that is not there", misc("/opt/no.sh"), [
    "Disabling misc script '/opt/no.sh' since not found/accessible",
  ], 0],
  ["an unsafe checker", misc("/opt/unsafe.sh"), [
    "Disabling misc script '/opt/unsafe.sh' due to insecure",
  ], 0],
  ["a checker of nobody", misc("/opt/s.sh\nuser ghost"), [
    "Failed to set uid/gid for misc checker script '/opt/s.sh' - removing",
  ], 5],
];

for (const [what, text, messages, status] of cases) {
  test(`checkMachine() says what the C daemon says of ${what}`, () => {
    const { diagnostics } = check(text);
    assert.deepEqual(diagnostics.map(({ message }) => message), messages);
    assert.equal(testExitCode(diagnostics), status);
    for (const { hint, at, severity } of diagnostics) {
      assert.ok(hint !== undefined && hint !== "");
      assert.ok(at.line > 1);
      // An error would keep a running daemon from reloading.
      assert.equal(severity, "warning");
    }
  });
}

test("checkMachine() says which part of the path is at fault", () => {
  const [finding] = check(conf(secure, "notify /opt/unsafe.sh")).diagnostics;
  assert.equal(finding?.hint, "/opt/unsafe.sh can be written by everybody (mode 0757)");
});

test("checkMachine() leaves out what cannot run, and keeps what can", () => {
  const instance = "notify /opt/s.sh\nnotify_fault /opt/no.sh\ntrack_script {\nx\ny\n}";
  const scripts = "vrrp_script x {\nscript /opt/no.sh\n}\nvrrp_script y {\nscript /opt/t.sh\n}";
  const { config } = check(conf(`${secure}\nshutdown_script /opt/no.sh`, instance, scripts));
  const [it] = config?.instances ?? [];
  assert.deepEqual(it?.notify, { any: { argv: ["/opt/s.sh"] } });
  assert.deepEqual(it?.tracking.scripts.map(({ name }) => name), ["y"]);
  assert.deepEqual(config?.scripts.map(({ name }) => name), ["y"]);
  assert.equal(config?.global.scripts.shutdown, undefined);
  const [service] = check(misc("/opt/no.sh")).config?.virtualServers ?? [];
  assert.deepEqual(service?.realServers.map(({ checkers }) => checkers), [[]]);
});

test("checkMachine() asks for no safety of what a daemon without root runs", () => {
  const user = fakeMachine({ "/opt": folder, "/opt/unsafe.sh": { mode: 0o757 } }, {
    daemon: { uid: 33, gid: 33 },
  });
  const messages = check(conf("", "notify /opt/unsafe.sh"), user).diagnostics.map((one) =>
    one.message
  );
  assert.deepEqual(messages, [`SECURITY VIOLATION - scripts ${violation}`]);
});

test("checkMachine() takes keepalived_script for the default user where there is one", () => {
  const with33 = fakeMachine({ "/opt": folder, "/opt/s.sh": { mode: 0o750, gid: 33 } }, {
    userOf: (name) => name === "keepalived_script" ? { uid: 33, gid: 33 } : undefined,
  });
  assert.deepEqual(
    check(conf("enable_script_security", "notify /opt/s.sh"), with33).diagnostics,
    [],
  );
});

test("checkMachine() has nothing to say of a file that is not there", () => {
  const missing = loadConfig(() => [], "a.conf", { hostName: "low" });
  assert.equal(checkMachine(missing, machine), missing);
});
