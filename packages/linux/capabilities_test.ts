import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { capabilities, parseCapabilities } from "./capabilities.ts";

/** What a program prints that runs in a process of its own, as threads share nothing of this. */
function run(wrapper: readonly string[], lines: string): string {
  const program = `
    import { spawnSync } from "node:child_process";
    import * as linux from "@keepalived/linux";
    const sets = () => ["effective", "ambient"].map((set) => [...linux.capabilities(set)].join());
    const statusOfChild = () => spawnSync("cat", ["/proc/self/status"], { encoding: "utf8" }).stdout;
    ${lines}`;
  const words = "Deno" in globalThis
    ? ["eval", "--ext=ts", program]
    : ["--no-warnings", "--input-type=module", "-e", program];
  const [command = "", ...args] = [...wrapper, process.execPath, ...words];
  const { stdout, stderr, status } = spawnSync(command, args, {
    encoding: "utf8",
    cwd: import.meta.dirname,
  });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

const net = ["--inh-caps=+net_admin,+net_raw", "--ambient-caps=+net_admin,+net_raw", "--"];
const asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", ...net];
const asLesserRoot = (more = "") => [
  "setpriv",
  "--securebits=+noroot",
  `--inh-caps=+net_raw${more}`,
  `--ambient-caps=+net_raw${more}`,
  "--",
];

test("capabilities() knows the sets of this thread", () => {
  assert.ok(capabilities("bounding").has("CAP_NET_ADMIN"));
  const status = "CapInh:\t0000010000000001\nCapAmb:\t0000000001000000\n";
  assert.deepEqual(
    [...parseCapabilities(status, "inheritable")],
    ["CAP_CHOWN", "CAP_CHECKPOINT_RESTORE"],
  );
  assert.deepEqual([...parseCapabilities(status, "ambient")], ["CAP_SYS_RESOURCE"]);
});

test("withAmbient() starts a program with less, and gives the rest back", () => {
  const lines = `
    const kept = new Set(["CAP_NET_RAW", "CAP_SYS_TIME"]);
    const status = linux.withAmbient(kept, () => statusOfChild());
    console.log(JSON.stringify([[...linux.parseCapabilities(status)].join(), ...sets()]));`;
  const both = "CAP_NET_ADMIN,CAP_NET_RAW";
  assert.deepEqual(JSON.parse(run(asNobody, lines)), ["CAP_NET_RAW", both, both]);
});

test("privilegeRoot() gives programs of root what root has, and this process nothing", () => {
  const lines = `
    const before = linux.rootIsPrivileged();
    linux.privilegeRoot();
    const child = [...linux.parseCapabilities(statusOfChild())].join();
    console.log(JSON.stringify([before, linux.rootIsPrivileged(), child, ...sets()]));`;
  const everything = [...capabilities("bounding")].join();
  const own = "CAP_SETPCAP,CAP_NET_RAW";
  assert.deepEqual(
    JSON.parse(run(asLesserRoot(",+setpcap"), lines)),
    [false, true, everything, own, ""],
  );
});

test("privilegeRoot() needs CAP_SETPCAP", () => {
  const lines = `
    try { linux.privilegeRoot(); } catch (error) { console.log(error.code); }`;
  assert.equal(run(asLesserRoot(), lines), "EPERM");
});

test("becomeProgram() keeps the process and its standard streams", () => {
  const lines = `
    console.error(process.pid);
    linux.becomeProgram("/bin/sh", ["sh", "-c", 'echo "$$ $WORD"'], { WORD: "word" });`;
  const words = run(["sh", "-c", 'echo $$; exec "$0" "$@"'], lines).split("\n");
  assert.deepEqual(words, [words[0], `${words[0]} word`]);
});

test("becomeProgram() says why it cannot", () => {
  const lines = `
    try { linux.becomeProgram("/none", ["none"], {}); } catch (error) { console.log(error.code); }`;
  assert.equal(run([], lines), "ENOENT");
});
