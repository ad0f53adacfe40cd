import { writeSync } from "node:fs";
import process from "node:process";

/** Text that waits for a reader of standard error who is slower than the daemon. */
const mostWaitingBytes = 262_144;
const retryMs = 10;
/** Time that the end of the process waits for such a reader. */
const lastWordsMs = 200;

/** Further lines of one turn are written together, up to so many characters. */
const portionLength = 16_384;

let waiting = "";
let lostLines = 0;
let isHeld = false;
let triedMs = 0;
let retry: ReturnType<typeof setTimeout> | undefined;

/**
 * Writes to standard error without ever waiting for its reader.
 *
 * What cannot be written now is kept and tried again; past a limit lines are dropped, and their number is said with the
 * next one that gets through.
 */
export function writeConsole(text: string): void {
  if (waiting.length + text.length > mostWaitingBytes) {
    lostLines++;
    return;
  }
  waiting += lostLines === 0 ? text : `${lostLines} lines of the log were lost\n${text}`;
  lostLines = 0;
  // A reader who is slow is not asked again with every line.
  if (retry !== undefined) {
    if (performance.now() - triedMs >= 1) flush();
  } else if (!isHeld || waiting.length >= portionLength) flush();
  if (isHeld) return;
  isHeld = true;
  queueMicrotask(() => {
    isHeld = false;
    if (retry === undefined) flush();
  });
}

function flush(): void {
  clearTimeout(retry);
  retry = undefined;
  triedMs = performance.now();
  while (waiting !== "") {
    const bytes = new TextEncoder().encode(waiting);
    let written: number;
    try {
      written = writeSync(2, bytes);
    } catch (error) {
      // EAGAIN: the reader is slow. Anything else: it has gone, and nobody is there to be told.
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return later();
      waiting = "";
      return;
    }
    waiting = new TextDecoder().decode(bytes.subarray(written));
  }
}

function later(): void {
  if (retry !== undefined) return;
  retry = setTimeout(flush, retryMs);
  retry.unref?.();
}

process.on("exit", () => {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let waitedMs = 0; waiting !== "" && waitedMs < lastWordsMs; waitedMs += retryMs) {
    flush();
    if (waiting !== "") Atomics.wait(pause, 0, 0, retryMs);
  }
});
