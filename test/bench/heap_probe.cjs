/**
 * Loaded before the daemon, by `NODE_OPTIONS=--require`, which both runtimes take: writes every so often how much of the
 * heap is left after a collection, in bytes, to a file of the number of the process.
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

setInterval(() => {
  collect();
  appendFileSync(join(folder, String(process.pid)), `${process.memoryUsage().heapUsed}\n`);
}, periodMs).unref();
