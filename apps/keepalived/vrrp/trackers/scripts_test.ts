import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { Bench, configOf } from "./fixture.ts";
import { Scripts } from "./scripts.ts";

/** A script S that runs each 0.1 s. */
function scriptsOf(bench: Bench, detail = 1) {
  const scripts = new Scripts({ ...bench, log: bench.log, onChange: bench.onChange, detail });
  const configure = (lines: string, definitions = 1, global = "script_user root") => {
    const text = Array.from(
      { length: definitions },
      (_, i) => `vrrp_script ${i === 0 ? "S" : `S${i}`} {\ninterval 0.1\n${lines}\n}`,
    ).join("\n");
    const config = configOf(`global_defs {\n${global}\n}\n${text}`);
    scripts.configure(config.scripts, config.global.scripts);
  };
  return { scripts, configure };
}

test("a script rises and falls with what it returns, and that is said", async () => {
  await using bench = new Bench();
  writeFileSync(bench.path("status"), "0");
  const { scripts, configure } = scriptsOf(bench);
  using _ = scripts;
  assert.equal(scripts.verdict("S"), "unknown");
  configure(
    `script "/bin/sh -c 'exit $(cat ${bench.path("status")})'"\nrise 2\nfall 2\ntimeout 10`,
  );
  await bench.until("good", () => scripts.verdict("S") === "good");
  writeFileSync(bench.path("status"), "3");
  await bench.until("bad", () => scripts.verdict("S") === "bad");
  writeFileSync(bench.path("status"), "0");
  await bench.until("good again", () => scripts.verdict("S") === "good");
  assert.deepEqual(bench.changes, ["S", "S", "S"]);
  assert.deepEqual(bench.said, [
    "VRRP_Script(S) succeeded",
    "Script `S` now returning 3",
    "VRRP_Script(S) failed (exited with status 3)",
    "Script `S` now returning 0",
    "VRRP_Script(S) succeeded",
  ]);
  const [status] = scripts.status();
  assert.ok(status !== undefined && status.runs >= 5 && status.last?.end.kind === "exit");
});

/** Lines of a script, and what is said of its first verdict, which is bad. */
const failures: readonly (readonly [string, string | RegExp])[] = [
  ["script \"/bin/sh -c 'kill -9 $$'\"", "failed (due to signal 9)"],
  ['script "/bin/sleep 5"\ntimeout 0.15', "timed_out"],
  ["script /no/such/script", /^failed \(not started: .*No such file/],
  ["script </no/such/file", "failed (exited with status 1)"],
];

for (const [lines, expected] of failures) {
  test(`${lines.replace("\n", ", ")}: ${expected}`, async () => {
    await using bench = new Bench();
    const { scripts, configure } = scriptsOf(bench, 0);
    using _ = scripts;
    configure(lines);
    await bench.until("bad", () => scripts.verdict("S") === "bad");
    const last = bench.said.at(-1)?.replace("VRRP_Script(S) ", "") ?? "";
    if (typeof expected === "string") assert.equal(last, expected);
    else assert.match(last, expected);
  });
}

test("a file that must exist is looked for without a program", async () => {
  await using bench = new Bench();
  const { scripts, configure } = scriptsOf(bench);
  using _ = scripts;
  configure(`script <${bench.path("f")}`);
  await bench.until("bad", () => scripts.verdict("S") === "bad");
  writeFileSync(bench.path("f"), "");
  await bench.until("good", () => scripts.verdict("S") === "good");
});

test("runs that are left out are said once for a verdict", async () => {
  await using bench = new Bench();
  const { scripts, configure } = scriptsOf(bench);
  using _ = scripts;
  configure('script "/bin/sleep 0.35"\ntimeout 2');
  await bench.until("it has run twice", () => (scripts.status()[0]?.runs ?? 0) >= 2);
  assert.deepEqual(bench.said, [
    "Track script S is already running, expect idle - skipping run",
    "VRRP_Script(S) succeeded",
    "Track script S is already running, expect idle - skipping run",
  ]);
});

test("a reload keeps the verdict of what does the same, as the same user", async () => {
  await using bench = new Bench();
  const { scripts, configure } = scriptsOf(bench);
  using _ = scripts;
  configure("script /bin/true");
  await bench.until("good", () => scripts.verdict("S") === "good");
  configure("script /bin/true\nfall 2\ntimeout 3\nweight 3");
  assert.equal(scripts.verdict("S"), "good");
  assert.equal(bench.said.at(-1), "VRRP_Script(S) considered successful on reload");
  configure("script /bin/false\nfall 2");
  assert.equal(scripts.verdict("S"), "unknown");
  await bench.until("bad", () => scripts.verdict("S") === "bad");
  configure("script /bin/false\nuser nobody");
  assert.equal(scripts.verdict("S"), "unknown");
  await bench.until("bad", () => scripts.verdict("S") === "bad");
  configure("script /bin/false\nuser nobody", 1, "script_user daemon");
  assert.equal(scripts.verdict("S"), "bad");
  configure("script /bin/false", 1, "script_user daemon");
  assert.equal(scripts.verdict("S"), "unknown");
});

test("a script that is taken out is ended, and heard of no more", async () => {
  await using bench = new Bench();
  const { scripts, configure } = scriptsOf(bench);
  using _ = scripts;
  const [began, ended] = [bench.path("began"), bench.path("ended")];
  configure(
    `script "/bin/sh -c 'trap \\"echo >${ended}; exit 1\\" TERM; echo >${began}; while :; do sleep 0.02; done'"` +
      "\ntimeout 9",
  );
  await bench.until("it runs", () => existsSync(began));
  configure("", 0);
  await bench.until("it has ended", () => existsSync(ended));
  await bench.sleep(50);
  assert.deepEqual([scripts.status(), bench.changes, bench.said], [
    [],
    [],
    [
      "Track script S is already running, expect idle - skipping run",
    ].slice(0, bench.said.length),
  ]);
});

test("a script runs as its user", async () => {
  await using bench = new Bench();
  const { scripts, configure } = scriptsOf(bench);
  using _ = scripts;
  configure(`script "/usr/bin/test -r /etc/shadow"\nuser nobody`);
  await bench.until("bad", () => scripts.verdict("S") === "bad");
  configure(`script "/usr/bin/test -r /etc/shadow"\nuser root`);
  await bench.until("good", () => scripts.verdict("S") === "good");
});
