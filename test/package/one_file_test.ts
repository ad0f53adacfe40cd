/** The daemon as one file: what goes in, and that all roles run from it. */

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, describe, test } from "node:test";
import { buildBinary } from "../../tools/build/binary.ts";
import { type Bundle, bundleDaemon, licencesIn, root } from "../../tools/build/bundle.ts";
import { Lab, until } from "../../tools/lab/lab.ts";
import { processTree } from "../../tools/lab/processes.ts";
import { Server } from "../app/delivery/server.ts";
import { instanceConf } from "../app/instance_conf.ts";

const folder = mkdtempSync(join(tmpdir(), "keepalived-one-file-"));
after(() => rmSync(folder, { recursive: true }));

const address = "192.0.2.100";
/** More than it is now, and much less than one library too many. */
const mostBytes = 2_000_000;

describe("the bundle", () => {
  let bundle: Bundle;
  before(async () => {
    bundle = await bundleDaemon(join(folder, "keepalived.mjs"));
  });

  test("has the sources of every role, declared libraries, and no test", () => {
    for (
      const role of [
        "launcher",
        "parent/main",
        "vrrp/main",
        "check/main",
        "bfd/main",
        "genhash/main",
      ]
    ) {
      assert.ok(bundle.sources.includes(`apps/keepalived/${role}.ts`), role);
    }
    const isOurs = (source: string) => /^(apps|packages)\//.test(source);
    const stray = /_test\.ts$|\/testing\/|\/testdata\/|^packages\/simulation\//;
    assert.deepEqual(bundle.sources.filter((source) => isOurs(source) && stray.test(source)), []);
    const others = new Set(
      bundle.sources.filter((source) => !isOurs(source)).map((source) => source.split("/")[1]),
    );
    assert.deepEqual([...others].filter((name) => !declaredLibraries().includes(name ?? "")), []);
    assert.ok(bundle.bytes < mostBytes, `${bundle.bytes} bytes`);
  });

  test("has a licence for each library in it", () => {
    for (const [name, text] of licencesIn(bundle)) assert.match(text, /Copyright/i, name);
  });

  test("asks the runtime for no module before it is needed, and nobody else for any", () => {
    const { modules } = JSON.parse(
      execFileSync("deno", ["info", "--no-config", "--json", bundle.file], { encoding: "utf8" }),
    ) as { readonly modules: readonly { readonly specifier: string }[] };
    assert.deepEqual(modules.map(({ specifier }) => specifier), [`file://${bundle.file}`]);
  });

  test("fails over on Deno", async () => {
    const program = join(folder, "on-deno");
    const line = `exec deno run --no-config --quiet --allow-all ${bundle.file} "$@"`;
    writeFileSync(program, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    await failsOver(program);
  });
});

/** Libraries that the manifests of the daemon and its packages name. */
function declaredLibraries(): readonly string[] {
  return globSync(join(root, "{apps,packages}/*/package.json")).flatMap((file) => {
    const { dependencies = {} } = JSON.parse(readFileSync(file, "utf8")) as {
      readonly dependencies?: Readonly<Record<string, string>>;
    };
    return Object.keys(dependencies);
  });
}

test("deno task compile embeds the bundle and nothing else", () => {
  const file = join(folder, "keepalived-deno");
  // In the place of Deno's own base, which has to be downloaded: it is only copied.
  const { status, stderr } = spawnSync(
    "deno",
    ["task", "compile", file],
    {
      encoding: "utf8",
      env: { ...process.env, DENORT_BIN: "/bin/true", NO_COLOR: "1" },
      cwd: root,
    },
  );
  assert.equal(status, 0, stderr);
  const embedded = [...stderr.matchAll(/[├└][─┬]+ (\S+)/g)].map(([, name]) => name);
  assert.deepEqual(embedded, ["keepalived.mjs"], stderr);
  const bytes = statSync(file).size - statSync("/bin/true").size;
  assert.ok(bytes < mostBytes, `${bytes} bytes`);
});

describe("the single executable", () => {
  const program = join(folder, "a program of any name");
  const run = (args: readonly string[], as: string = program) =>
    spawnSync(as, args, { encoding: "utf8" });
  before(async () => void await buildBinary(program));

  test("answers --help and --version", () => {
    assert.match(run(["--help"]).stdout, /^Usage: keepalived .*--use-file=FILE/s);
    assert.match(run(["--version"]).stderr, /^Keepalived v\d.*\bNode 2\d\./s);
  });

  test("checks and converts configurations", () => {
    const file = join(folder, "one.conf");
    writeFileSync(file, instanceConf({ lines: ["nonsense"] }));
    const check = run(["config", "check", file]);
    assert.match(check.stdout + check.stderr, /one\.conf:\d+:\d+: error\[unknown-keyword\]/);
    assert.notEqual(check.status, 0);
    writeFileSync(file, instanceConf());
    const { stdout, status } = run(["config", "convert", file, "--to", "yaml"]);
    assert.equal(status, 0);
    assert.match(stdout, /^vrrp_instance:/);
  });

  test("is genhash if it is called so", () => {
    const link = join(folder, "genhash");
    symlinkSync(program, link);
    assert.match(run(["-h"], link).stderr, /^Usage: genhash /);
    assert.match(run(["--genhash", "-h"]).stderr, /^Usage: keepalived --genhash /);
  });

  test("fails over, with every role from the same file", async () => await failsOver(program));
});

/** For a machine that has much else to do. */
const patienceMs = 120_000;

/** Two routers run a program: the one with the higher priority is MASTER, and when it is killed the other takes over and mails. */
async function failsOver(program: string): Promise<void> {
  await using lab = await Lab.create([
    { name: "a", addresses: ["192.0.2.1/24"] },
    { name: "b", addresses: ["192.0.2.2/24"] },
  ]);
  using mails = await Server.start<{ readonly text: string }>(
    lab.host("b"),
    "smtp_server.py",
    "2525",
    "plain",
  );
  const globals = `global_defs {
    notification_email { a@example.com }
    smtp_server 127.0.0.1 2525
  }\n`;
  const servers = `virtual_server ${address} 80 {
    real_server 192.0.2.9 80 {
      TCP_CHECK {
      }
    }
  }\n`;
  const start = (name: string, priority: number) =>
    lab.start({
      name,
      program,
      flags: "-nlGD --no-ipvs",
      config: globals + instanceConf({ priority, lines: ["smtp_alert"] }) + servers,
    });
  const master = start("a", 200);
  await until("a holds the address", () => lab.host("a").holds(address), patienceMs);
  const backup = start("b", 100);
  await backup.says(/Entering BACKUP STATE/, { withinMs: patienceMs });
  await until(
    "parent, VRRP and checks run",
    () => processTree(backup.pid).length === 3,
    patienceMs,
  );
  await master.crash();
  await until("b holds the address", () => lab.host("b").holds(address), patienceMs);
  // The library that sends it is loaded from the program itself.
  await mails.next("b's mail", ({ text }) => /VI_1 - Entering MASTER state/.test(text));
  backup.signal("SIGTERM");
  assert.equal(await backup.end(patienceMs), 0);
  assert.ok(!lab.host("b").holds(address), "the address is left behind");
}
