/**
 * Loaded before the daemon, by `NODE_OPTIONS=--require`, which both runtimes take: writes every so often how much of the
 * heap is left after a collection, to a file of the number of the process: bytes of data, then of compiled code, of which
 * there is more the longer a program runs, until all that runs often is compiled as well as can be.
 */

"use strict";

const { appendFileSync } = require("node:fs");
const { join } = require("node:path");
const process = require("node:process");
const { setInterval } = require("node:timers");
const v8 = require("node:v8");
const vm = require("node:vm");

const folder = process.env.BENCH_HEAP_FOLDER;
const periodMs = Number(process.env.BENCH_HEAP_PERIOD_MS);

v8.setFlagsFromString("--expose-gc");
const collect = vm.runInNewContext("gc");

function usedBy(isMeant) {
  const spaces = v8.getHeapSpaceStatistics().filter((space) => isMeant(space.space_name));
  return spaces.reduce((sum, space) => sum + space.space_used_size, 0);
}

/** Bytecode and what belongs to compiled code is in trusted spaces. */
const isCode = (name) => name.includes("code") || name.includes("trusted");

setInterval(() => {
  collect();
  const line = `${usedBy((name) => !isCode(name))} ${usedBy(isCode)}\n`;
  appendFileSync(join(folder, String(process.pid)), line);
}, periodMs).unref();
