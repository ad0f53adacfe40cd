/**
 * Steps what the VRRP process of `keepalived --record FILE` did once more, and shows the first action that differs: with
 * the sources as they are now.
 */

import { readFileSync } from "node:fs";
import process from "node:process";
import { describeReplay, replay } from "./replay.ts";

const usage = `Usage: npm run replay -- FILE

Steps what 'keepalived --record FILE' recorded of the VRRP process once more, with the sources as
they are now, and shows the first action that differs. Status 0: none does; 1: one; 2: no recording.
`;

const [path, ...more] = process.argv.slice(2);
if (path === "--help") process.stdout.write(usage);
else if (path === undefined || path.startsWith("-") || more.length > 0) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else {
  try {
    const result = replay(readFileSync(path, "utf8").split("\n"));
    console.log(describeReplay(result));
    if (result.difference !== undefined) process.exitCode = 1;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined && !(error instanceof RangeError)) throw error;
    console.error(code === undefined ? message : `replay: cannot read ${path}: ${message}`);
    process.exitCode = 2;
  }
}
