import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Config } from "@keepalived/keepalived-config";
import { ConfigReader, type ReadConfig } from "./config_reader.ts";
import { parseOptions } from "./options.ts";

const folder = mkdtempSync(join(tmpdir(), "config-reader-"));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

/** A configuration file of its own, with what the line includes beside it. */
function write(text: string, name = `${++files}.conf`): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function readerOf(file: string): ConfigReader {
  const parsed = parseOptions(["-f", file]);
  assert.ok(parsed.ok);
  return new ConfigReader(parsed.options);
}

function virtualServer(port: number, weight = 1): string {
  return `virtual_server 192.0.2.1 ${port} {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\n` +
    `real_server 10.0.0.1 80 {\nweight ${weight}\n}\nreal_server 10.0.0.2 80 {\nweight 1\n}\n}\n`;
}

function configOf({ config }: ReadConfig): Config {
  assert.ok(config !== undefined);
  return config;
}

/** What is changed, and what the reader is to notice by. */
const changes: readonly {
  readonly what: string;
  readonly text: (folder: string) => string;
  readonly before?: (folder: string) => void;
  readonly change: (folder: string, file: string) => void;
}[] = [
  {
    what: "the file itself",
    text: () => virtualServer(80),
    change: (_, file) => writeFileSync(file, virtualServer(80, 2)),
  },
  {
    what: "a comment in the file",
    text: () => virtualServer(80),
    change: (_, file) => writeFileSync(file, `# more\n${virtualServer(80)}`),
  },
  {
    what: "an included file",
    text: (folder) => `include ${folder}/a.conf\n`,
    before: (folder) => writeFileSync(join(folder, "a.conf"), virtualServer(80)),
    change: (folder) => writeFileSync(join(folder, "a.conf"), virtualServer(80, 2)),
  },
  {
    what: "one more file for a pattern",
    text: (folder) => `include ${folder}/*.conf\n`,
    before: (folder) => writeFileSync(join(folder, "a.conf"), virtualServer(80)),
    change: (folder) => writeFileSync(join(folder, "b.conf"), virtualServer(81)),
  },
  {
    what: "one file less for a pattern",
    text: (folder) => `${virtualServer(82)}include ${folder}/*.conf\n`,
    before: (folder) => writeFileSync(join(folder, "a.conf"), virtualServer(80)),
    change: (folder) => rmSync(join(folder, "a.conf")),
  },
  {
    what: "an included file that is missing at first",
    text: (folder) => `${virtualServer(82)}include ${folder}/late.conf\n`,
    change: (folder) => writeFileSync(join(folder, "late.conf"), virtualServer(80)),
  },
  {
    what: "an included file that becomes executable, and so is none",
    text: (folder) => `${virtualServer(82)}include ${folder}/a.conf\n`,
    before: (folder) => writeFileSync(join(folder, "a.conf"), virtualServer(80)),
    change: (folder) => chmodSync(join(folder, "a.conf"), 0o755),
  },
  {
    what: "a script that can no longer run",
    text: (folder) =>
      `global_defs {\nscript_user root\n}\n${
        virtualServer(80).replace("rr\n", `rr\nquorum_up ${folder}/script\n`)
      }`,
    before: (folder) => writeFileSync(join(folder, "script"), "#!/bin/sh\n", { mode: 0o755 }),
    change: (folder) => chmodSync(join(folder, "script"), 0o644),
  },
  {
    what: "names of iproute2",
    text: (folder) =>
      `global_defs {\niproute_etc_dir ${folder}\n}\nstatic_routes {\n10.9.0.0/24 dev lo table one\n}\n`,
    before: (folder) => writeFileSync(join(folder, "rt_tables"), "100 one\n"),
    change: (folder) => writeFileSync(join(folder, "rt_tables"), "101 one\n"),
  },
];

for (const { what, text, before, change } of changes) {
  test(`read() notices another state of ${what}, and nothing else`, async () => {
    const beside = join(folder, `folder-${++files}`);
    mkdirSync(beside);
    before?.(beside);
    const file = write(text(beside));
    const reader = readerOf(file);
    const first = await reader.read();
    assert.equal(await reader.read(configOf(first)), first);
    change(beside, file);
    const second = await reader.read(configOf(first));
    assert.notEqual(second, first);
    const { config, diagnostics, problems } = await readerOf(file).read();
    assert.deepEqual({ ...second }, { config, diagnostics, found: true, problems });
    assert.equal(await reader.read(configOf(second)), second);
  });
}

test("read() draws random numbers anew each time", async () => {
  const reader = readerOf(
    write(virtualServer(80).replace("weight 1", "weight ${_RANDOM 1 65535}")),
  );
  const weights = new Set<number | undefined>();
  for (let i = 0; i < 20; i++) {
    weights.add(configOf(await reader.read()).virtualServers[0]?.realServers[0]?.weight);
    await new Promise((resolve) => setTimeout(resolve, 2)); // They are of the time.
  }
  assert.ok(weights.size > 1, JSON.stringify([...weights]));
});

test("read() does not draw again what random_seed decides", async () => {
  const text = `random_seed 5\n${virtualServer(80).replace("weight 1", "weight ${_RANDOM 1 9}")}`;
  const reader = readerOf(write(text));
  assert.equal(await reader.read(), await reader.read());
});

test("read() keeps what is the same of the configuration that runs", async () => {
  const file = write(virtualServer(80) + virtualServer(81));
  const reader = readerOf(file);
  const running = configOf(await reader.read());
  writeFileSync(file, virtualServer(80, 5) + virtualServer(81));
  const changed = configOf(await reader.read(running));
  assert.equal(changed.global, running.global);
  assert.equal(changed.virtualServers[1], running.virtualServers[1]);
  const [before, now] = [running, changed].map((it) => it.virtualServers[0]?.realServers);
  assert.notEqual(now?.[0], before?.[0]);
  assert.equal(now?.[1], before?.[1]);
  writeFileSync(file, virtualServer(80) + virtualServer(81));
  assert.equal(configOf(await reader.read(running)), running);
});

test("read() says that there is nothing to read, and finds what comes later", async () => {
  const file = join(folder, "later.conf");
  const reader = readerOf(file);
  const first = await reader.read();
  assert.deepEqual([first.found, first.config], [false, undefined]);
  assert.equal(await reader.read(), first);
  writeFileSync(file, virtualServer(80));
  assert.equal(configOf(await reader.read()).virtualServers.length, 1);
});

test("read() notices a changed file of plain data", async () => {
  const file = join(folder, "a.json");
  writeFileSync(file, JSON.stringify({ global_defs: { router_id: "one" } }));
  const reader = readerOf(file);
  const first = await reader.read();
  assert.equal(await reader.read(), first);
  writeFileSync(file, JSON.stringify({ global_defs: { router_id: "two" } }));
  assert.equal(configOf(await reader.read()).global.routerId, "two");
});
