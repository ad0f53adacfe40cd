/** Each command of the quick start, as it stands there, on a machine of its own: namespaces for everything. */

import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { blocksOf } from "./blocks.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
let machine: ChildProcess;

before(async () => {
  const prepare = [
    "mount -t tmpfs none /run && mkdir /run/netns",
    "mkdir -p /etc/keepalived && mount -t tmpfs none /etc/keepalived",
    "echo ready && exec sleep 600",
  ];
  const flags = ["--mount", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"];
  machine = spawn("unshare", [...flags, "sh", "-c", prepare.join(" && ")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  assert.ok(machine.stdout);
  await once(machine.stdout, "data");
});

after(async () => {
  const ended = once(machine, "exit");
  machine.kill("SIGKILL");
  await ended;
});

/** Runs commands there, or what may need the network here, until the first one fails. */
function run(commands: string): { readonly status: number | null; readonly output: string } {
  const shell = ["bash", "-e", "-o", "pipefail", "-c", commands];
  const isInstallation = commands.startsWith("npm ");
  const inside = Number(
    spawnSync("pgrep", ["--parent", String(machine.pid)], { encoding: "utf8" }).stdout,
  );
  const words = ["--target", String(inside), "--mount", "--net", "--pid", `--wdns=${root}`];
  const [program = "", ...args] = isInstallation ? shell : ["nsenter", ...words, ...shell];
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, output: stdout + stderr };
}

/** A line with every number alike, and every space one. */
function pattern(line: string): string {
  return line.replace(/\d+(\.\d+)?( min| ms| s| h)?/g, "N").replace(/\s+/g, " ").trim();
}

test("every command of the quick start works, and shows what is promised", async (t) => {
  const blocks = blocksOf("docs/quick-start.md");
  assert.ok(blocks.filter(({ language }) => language === "sh").length > 8);
  for (const [i, { language, text, line }] of blocks.entries()) {
    if (language !== "sh") continue;
    const promise = blocks[i + 1]?.language === "text" ? blocks[i + 1]?.text ?? "" : "";
    await t.test(`line ${line}: ${text.split("\n")[0]}`, async () => {
      const promised = promise.split("\n").filter(Boolean).map(pattern);
      // What is promised comes after a while: only questions have a promise, which can be asked again.
      for (let attempt = 1;; attempt++) {
        const { status, output } = run(text);
        assert.equal(status, 0, output);
        const shown = output.split("\n").map(pattern).join("\n");
        const missing = promised.filter((it) => !shown.includes(it));
        if (missing.length === 0) return;
        assert.ok(attempt < 60, `Not there: ${missing.join("\n")}\nin:\n${output}`);
        await sleep(500);
      }
    });
  }
});
