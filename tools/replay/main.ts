/**
 * Steps what the VRRP process of `keepalived --record FILE` did once more, and shows the first action that differs: with
 * the sources as they are now.
 *
 *     npm run replay -- FILE
 */

import { readFileSync } from "node:fs";
import process from "node:process";
import { describeReplay, replay } from "./replay.ts";

const [path] = process.argv.slice(2);
if (path === undefined) {
  console.error("usage: npm run replay -- FILE");
  process.exitCode = 2;
} else {
  try {
    const result = replay(readFileSync(path, "utf8").split("\n"));
    console.log(describeReplay(result));
    if (result.difference !== undefined) process.exitCode = 1;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
